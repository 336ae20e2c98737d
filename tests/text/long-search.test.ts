import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LongNumberSearch } from '../../src/formats/ndjson/long-numbers.js';

/** Runs of digits around the length that counts, and what stands between them. */
const part = fc.oneof(
  fc.integer({ min: 1, max: 20 }).map((length) => '1234567890123.567890'.slice(0, length)),
  fc.constantFrom('.00000', '.0000', '0', '.', ',', '"', 'abcdefghijklmnop', '-', 'é'),
);

describe('the search for long numbers', () => {
  it('finds what a regular expression finds, wherever the pieces end', () => {
    let found = 0;
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 20 }),
        (parts, sizes) => {
          const text = parts.join('');
          const bytes = Buffer.from(text);
          const search = new LongNumberSearch();
          let at = 0;
          let isFound = false;
          for (const size of [...sizes, bytes.length]) {
            isFound = search.finds(bytes.subarray(at, at + size)) || isFound;
            at += size;
          }
          const expected = /[0-9.]{16}|[.]00000/.test(text);
          if (expected) found++;
          expect(isFound).toBe(expected);
        },
      ),
      { numRuns: 3000, seed: 20_240_518 },
    );
    expect(found).toBeGreaterThan(500);
  });
});
