import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowScan, type Rows } from '../../src/formats/text/row-scan.js';
import { textToken, tokenOf } from '../../src/formats/text/token.js';

const tokens = [
  tokenOf({ kind: 'bigint' }),
  textToken,
  tokenOf({ kind: 'timestamp' }),
  tokenOf({ kind: 'decimal', width: 12, scale: 2 }, true),
];
const csv = (given: Partial<Rows['shape']> = {}, most = 1000): Rows => ({
  tokens,
  most,
  shape: { delimiter: ',', quote: '"', hasReturns: false, begin: 0, ...given },
});
const json = (most = 1000): Rows => ({ tokens, most, shape: { names: ['id', 'name', 'at', 'price'] } });

/** Bytes that are left of a text that comes in pieces of these sizes, copied or read into place. */
function left(rows: Rows, bytes: Uint8Array, sizes: readonly number[], inPlace = false): number {
  const scan = new RowScan(rows);
  for (let from = 0, i = 0; from < bytes.length; i++) {
    const piece = bytes.subarray(from, from + (sizes[i % sizes.length] ?? 1));
    if (inPlace) {
      const place = scan.room().subarray(0, piece.length);
      place.set(piece);
      scan.take(place);
    } else scan.take(piece);
    from += piece.length;
  }
  scan.end();
  return scan.kept;
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const values = fc.tuple(
  fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }).map(String),
  fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => !/[\0"]/.test(text)),
  fc.constantFrom('2024-02-29 10:00:00', '2024-02-29T10:00:00.25'),
  fc.integer({ min: -1e9, max: 1e9 }).map((cents) => (cents / 100).toFixed(2)),
);
const record = fc.record({
  cells: values,
  isNull: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
  isQuoted: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
  isBehindNone: fc.boolean(),
});
type Row = typeof record extends fc.Arbitrary<infer T> ? T : never;

interface Dialect {
  readonly delimiter: string;
  readonly quote: string;
  readonly lineEnd: string;
}
const dialect = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  quote: fc.constantFrom('"', "'"),
  lineEnd: fc.constantFrom('\n', '\r\n'),
});

function lineOf({ cells, isNull, isQuoted, isBehindNone }: Row, { delimiter, quote, lineEnd }: Dialect) {
  const written = cells.map((cell, i) => {
    if (isNull[i]) return '';
    if (!isQuoted[i] && (i !== 1 || !/[,;|\t\r\n'"]/.test(cell))) return cell;
    return quote + cell.replaceAll(quote, quote + quote) + quote;
  });
  return `${isBehindNone ? lineEnd : ''}${written.join(delimiter)}`;
}

const shapeOf = ({ delimiter, quote, lineEnd }: Dialect, begin: number) => ({
  delimiter,
  quote,
  hasReturns: lineEnd === '\r\n',
  begin,
});

describe('rows of csv', () => {
  it('are alike, however they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 8 }),
        dialect,
        sizes,
        fc.boolean(),
        fc.boolean(),
        fc.string({ maxLength: 50 }),
        (rows, manner, cut, isEnded, inPlace, header) => {
          const lines = rows.map((row) => lineOf(row, manner) + manner.lineEnd).join('');
          const text = isEnded ? lines : lines.slice(0, lines.length - manner.lineEnd.length);
          const bytes = Buffer.from(header + text);
          const shape = shapeOf(manner, Buffer.byteLength(header));
          expect(left(csv(shape), bytes, cut, inPlace)).toBe(0);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ['of too few values', '1,a,2024-02-29 10:00:00'],
    ['of too many', '1,a,2024-02-29 10:00:00,1.25,'],
    ['with another kind of number', '1.5,a,,'],
    ['with more digits than are kept', '1,a,,1.255'],
    ['with zeros that are too many', '1,a,,1.250'],
    ['with a zero at the beginning', '1,a,,01.25'],
    ['with a time that has no seconds', '1,a,2024-02-29 10:00,'],
    ['with a space', '1 ,a,,'],
    ['with text behind a quote that closes', '1,"a"b,,'],
    ['with a quote in the middle', '1,a"b",,'],
    ['with a quote that is not closed', '1,"a,,'],
    ['with a line end of another kind', '1,a,,\r'],
    ['of none but a space', ' '],
    ['with a sign alone', '-,a,,'],
  ])('are not, where there is one %s, wherever that is', (_, odd) => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 5 }), fc.nat(), sizes, (rows, at, cut) => {
        const manner = { delimiter: ',', quote: '"', lineEnd: '\n' };
        const lines = rows.map((row) => lineOf(row, manner));
        lines.splice(at % (lines.length + 1), 0, odd);
        expect(left(csv(), Buffer.from(lines.join('\n')), cut)).toBeGreaterThan(0);
      }),
      { numRuns: 100 },
    );
  });

  it('with a moment are alike where there is such a day', () => {
    const rows = { ...csv(), tokens: [tokenOf({ kind: 'timestamptz' })] };
    // As JavaScript's calendar has it, which is that of Gregory throughout.
    const isDay = (day: string): boolean =>
      new Date(`${day}T00:00:00Z`).getTime() > -1e17 &&
      new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
    const two = (number: number): string => String(number).padStart(2, '0');
    const years = [
      '0001',
      '0004',
      '0100',
      '0400',
      '1600',
      '1700',
      '1900',
      '1970',
      '2000',
      '2023',
      '2024',
      '2100',
      '2400',
      '9999',
    ];
    for (const year of years)
      for (let month = 0; month <= 13; month++)
        for (let date = 0; date <= 32; date++) {
          const day = `${year}-${two(month)}-${two(date)}`;
          const isAlike = left(rows, Buffer.from(`${day} 10:00:00+02\n`), [100]) === 0;
          expect([day, isAlike]).toEqual([day, isDay(day)]);
        }
  });

  it('of one column may have nothing in them', () => {
    const rows = { ...csv(), tokens: [tokenOf({ kind: 'bigint' })] };
    expect(left(rows, Buffer.from('1\n\n2\n'), [3])).toBe(0);
    expect(left(rows, Buffer.from('1\n\n2.5\n'), [3])).toBe('2.5\n\n'.length);
  });
});

describe.each([
  ['csv', (most: number) => csv({}, most), (text: string) => `1,"${text}",,\n`],
  ['ndjson', json, (text: string) => `{"id":1,"name":"${text}"}\n`],
] as const)('%s', (_, rowsOf, lineOf) => {
  it('may have rows that are longer than any piece, as long as they may be', () => {
    const [first, long, last] = [lineOf('x'), lineOf('y'.repeat(3_000_000)), lineOf('z')];
    const bytes = Buffer.from(first + long + last);
    expect(left(rowsOf(long.length), bytes, [100_000])).toBe(0);
    expect(left(rowsOf(long.length - 1), bytes, [100_000])).toBe((long + last).length + 1);
  });

  it('may be any bytes, without an end to what is looked at', () => {
    const byte = fc.oneof(fc.constantFrom(...Buffer.from('"\'\\,{}:0123456789-.eE+ \n\r\0ntZ')), fc.nat(255));
    const bytes = fc.array(byte, { maxLength: 400 }).map((some) => Uint8Array.from(some));
    fc.assert(
      fc.property(bytes, sizes, fc.constantFrom('"', "'", ''), (some, cut, quote) => {
        const rows = rowsOf === json ? json() : csv({ quote });
        const rest = left(rows, some, cut);
        expect(rest).toBe(left(rows, some, [some.length], true));
        expect(rest).toBeLessThanOrEqual(some.length + 2);
      }),
      { numRuns: 2000 },
    );
  });
});
