import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heldOf, withHeld } from '../../src/core/held.js';
import { keptColumns } from '../../src/core/kept-schema.js';
import { fingerprintOf } from '../../src/engine/index.js';
import { useEngine } from '../engine/support.js';

const held = useEngine();

/** The record of a run that brought some rows. */
async function recordOf(rows: readonly (readonly [number, string | null])[]): Promise<object> {
  const values = rows.map(([id, word]) => `(${id}, ${word === null ? 'NULL' : `'${word}'`})`).join(', ');
  const typed = 'CAST(id AS INTEGER) AS id, CAST(word AS VARCHAR) AS word';
  const sql =
    rows.length === 0
      ? `SELECT ${typed} FROM (SELECT NULL AS id, NULL AS word) WHERE false`
      : `SELECT ${typed} FROM (VALUES ${values}) AS t(id, word)`;
  const schema = await held.session.describe(sql);
  const fingerprint = await fingerprintOf(held.session, sql, schema);
  const facts = { version: 1, run_id: 'r', name: 'tea', mode: 'append' };
  return { ...facts, rows: rows.length, fingerprint, schema: keptColumns(schema) };
}

describe('what a table holds', () => {
  it('after many appends is what one run would have brought, in whatever order', async () => {
    const row = fc.tuple(
      fc.integer({ min: -5, max: 5 }),
      fc.option(fc.constantFrom('', 'a', 'b', 'ä'), { nil: null }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(row, { maxLength: 5 }), { minLength: 1, maxLength: 5 }),
        async (runs) => {
          let last: unknown;
          for (const rows of runs) {
            const record = await recordOf(rows);
            last = withHeld(record, 'append', last === undefined ? undefined : { record: last });
          }
          const whole = withHeld(await recordOf(runs.flat().reverse()), 'append', undefined);
          expect(heldOf(last)).toEqual(heldOf(whole));
        },
      ),
      { numRuns: 40, seed: 5 },
    );
  });

  it('is not known after a merge, nor where rows were there before, and is after the next replacement', async () => {
    const record = await recordOf([[1, 'a']]);
    const replaced = { ...record, mode: 'replace' };
    expect(heldOf(withHeld(replaced, 'replace', { record: null }))?.rows).toBe(1);
    expect(heldOf(withHeld(record, 'append', { record: null }))).toBeNull();
    const merged = withHeld({ ...record, mode: 'merge' }, 'merge', { record: replaced });
    expect(heldOf(merged)).toBeNull();
    expect(heldOf(withHeld(record, 'append', { record: merged }))).toBeNull();
  });
});
