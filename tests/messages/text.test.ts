import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth, oneLine, pad, paint, printable, shorten } from '../../src/errors/text.js';
import { bytes, count, counted, duration, rowRate, shortPath } from '../../src/messages/format.js';
import { tableLines } from '../../src/messages/table.js';

describe('widths', () => {
  it('counts the cells that terminals draw', () => {
    expect(displayWidth('plain')).toBe(5);
    expect(displayWidth('zażółć')).toBe(6);
    expect(displayWidth('e\u0301')).toBe(1);
    expect(displayWidth('東京')).toBe(4);
    expect(displayWidth('한국')).toBe(4);
    expect(displayWidth('🕯️🔥')).toBe(4);
    expect(displayWidth('👩‍👩‍👧')).toBe(2);
    expect(displayWidth('שלום')).toBe(4);
  });

  it('shortens to what fits and never cuts a character in two', () => {
    expect(shorten('candles', 7)).toBe('candles');
    expect(shorten('candles', 4)).toBe('can…');
    expect(shorten('東京タワー', 6)).toBe('東京…');
    expect(shorten('👩‍👩‍👧👩‍👩‍👧', 3)).toBe('👩‍👩‍👧…');
    expect(shorten('abc', 0)).toBe('');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, width) => {
        expect(displayWidth(shorten(text, width))).toBeLessThanOrEqual(width);
      }),
      { seed: 11 },
    );
  });

  it('pads on either side', () => {
    expect(pad('東', 4)).toBe('東  ');
    expect(pad('12', 4, 'right')).toBe('  12');
  });

  it('lets no name steer the terminal', () => {
    expect(printable('a\u001b[31mb\u0007')).toBe('a\ufffd[31mb\ufffd');
    expect(printable('right\u202eleft')).toBe('right\ufffdleft');
    expect(oneLine('a\r\n  b\tc')).toBe('a b c');
  });

  it('paints only when colours are wanted', () => {
    expect(paint(false).bad('x')).toBe('x');
    expect(paint(true).bad('x')).toBe('\u001b[31mx\u001b[39m');
  });
});

describe('numbers', () => {
  it('shows counts with commas', () => {
    expect([0, 999, 1000, 1234567].map(count)).toEqual(['0', '999', '1,000', '1,234,567']);
    expect(counted(1, 'row')).toBe('1 row');
    expect(counted(2000, 'entity', 'entities')).toBe('2,000 entities');
  });

  it('shows sizes in three digits', () => {
    expect([0, 1, 512, 999, 1000, 12_345, 118_000_000, 2_100_000_000].map(bytes)).toEqual([
      '0 bytes',
      '1 byte',
      '512 bytes',
      '999 bytes',
      '1.00 kB',
      '12.3 kB',
      '118 MB',
      '2.10 GB',
    ]);
    fc.assert(
      fc.property(fc.nat(), (value) => {
        expect(bytes(value)).toMatch(/^(\d{1,3} bytes?|\d\.\d\d \S+|\d\d\.\d \S+|\d{3} \S+)$/);
      }),
      { seed: 12 },
    );
  });

  it('shows durations as people say them', () => {
    expect([0, 0.34, 0.9996, 4.21, 59.96, 192, 3899, 3_600_000].map(duration)).toEqual([
      '0 ms',
      '340 ms',
      '1.0 s',
      '4.2 s',
      '1 min 00 s',
      '3 min 12 s',
      '1 h 05 min',
      '1,000 h 00 min',
    ]);
  });

  it('gives a rate only where there is one', () => {
    expect(rowRate(3000, 2)).toBe('1,500 rows/s');
    expect(rowRate(3000, 0)).toBeNull();
    expect(rowRate(0, 2)).toBeNull();
  });

  it('shortens paths below the current folder alone', () => {
    expect(shortPath('/a/b/c', '/a')).toBe('b/c');
    expect(shortPath('/a', '/a')).toBe('.');
    expect(shortPath('/ab', '/a')).toBe('/ab');
    expect(shortPath('/a/..b', '/a')).toBe('..b');
    expect(shortPath('x/y', '/a')).toBe('x/y');
  });
});

describe('tables', () => {
  const columns = [
    { title: 'name', cuts: true },
    { title: 'rows', align: 'right' },
    { title: 'why', cuts: true },
  ] as const;

  it('stands numbers right and wide characters in their cells', () => {
    expect(
      tableLines(
        columns,
        [
          ['東京', '1,000', 'x'],
          ['oslo', '2', 'y'],
        ],
        null,
      ),
    ).toEqual(['name   rows  why', '東京  1,000  x', 'oslo      2  y']);
  });

  it('cuts the widest columns first', () => {
    const lines = tableLines(columns, [['a'.repeat(30), '5', 'b'.repeat(60)]], 60);
    expect(lines[1]).toBe(`${'a'.repeat(25)}…     5  ${'b'.repeat(25)}…`);
  });

  it('never gets wider than the terminal, whatever is in it', () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 }),
        fc.integer({ min: 10, max: 90 }),
        (rows, width) => {
          for (const line of tableLines(columns, rows, width))
            expect(displayWidth(line)).toBeLessThanOrEqual(width);
        },
      ),
      { seed: 13 },
    );
  });
});
