import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Field, LogicalType } from '../../src/core/types.js';
import { textsOfLines } from '../../src/formats/ndjson/lines.js';
import { jsonSpelling } from '../../src/formats/text/exact.js';
import { badRowsOf, goodValuesOf, type Texts, valuesOf } from '../../src/formats/text/typed.js';
import { openWitness, type Witness } from '../integration/witness.js';

let witness: Witness;
beforeAll(async () => {
  witness = await openWitness();
});
afterAll(() => witness.close());

const whole = ['tinyint', 'smallint', 'integer', 'bigint', 'hugeint'] as const;
const unsigned = ['utinyint', 'usmallint', 'uinteger', 'ubigint', 'uhugeint'] as const;
const times = [
  'date',
  'time',
  'timestamp',
  'timestamp_s',
  'timestamp_ms',
  'timestamp_ns',
  'timestamptz',
] as const;
const others = ['boolean', 'float', 'double', 'varchar', 'uuid', 'json'] as const;
const types: readonly LogicalType[] = [
  ...[...whole, ...unsigned, ...times, ...others].map((kind) => ({ kind })),
  { kind: 'decimal', width: 12, scale: 2 },
  { kind: 'decimal', width: 38, scale: 10 },
  { kind: 'list', element: { kind: 'decimal', width: 30, scale: 15 } },
];

const digits = (most: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: most, size: 'max' })
    .map((some) => some.join(''));
const sign = fc.constantFrom('', '-');
const integers = fc.tuple(sign, digits(40)).map(([minus, all]) => minus + all.replace(/^0+(?=\d)/, ''));
/** None ends in a zero: of short numbers, JSON keeps what they are worth, not how they are written. */
const fractions = fc.tuple(integers, digits(25)).map(([before, behind]) => `${before}.${behind}1`);
const powers = fc
  .tuple(fractions, fc.integer({ min: -400, max: 400 }))
  .map(([number, power]) => `${number}e${power}`);
const borders = fc.constantFrom(
  ...[7, 8, 15, 16, 31, 32, 53, 63, 64, 127, 128].flatMap((bits) =>
    [-1n, 0n, 1n].flatMap((step) => [`${2n ** BigInt(bits) + step}`, `${-(2n ** BigInt(bits)) + step}`]),
  ),
);
const moments = fc.constantFrom(
  '2024-02-29',
  '2023-02-29',
  '2024-02-29 10:11:12',
  '2024-02-29T10:11:12.123456',
  '2024-02-29 10:11:12.123456789',
  '2024-02-29 10:11:12+02',
  '2024-02-29 10:11:1Z',
  '10:11:12.5',
  '10:11:12+01',
  'infinity',
);
const strings = fc.oneof(
  moments,
  integers,
  fractions,
  fc.string({ unit: 'binary', maxLength: 6 }).filter((text) => !text.includes('\uFDD0')),
  fc.constantFrom(
    '',
    'true',
    'nan',
    '-inf',
    '1e3',
    '1_0',
    '0x1F',
    ' 7 ',
    '[',
    '{',
    '"',
    '\\',
    '\u{1F600}',
    'é',
  ),
);
const tokens = fc.oneof(
  integers,
  fractions,
  powers,
  borders,
  strings.map((text) => JSON.stringify(text)),
  fc.constantFrom('null', 'true', 'false', '0', '-0', '1', '0.1', '1e400', '-1e400', '5e-324', '1e-400'),
  fc.constantFrom(
    '"\\ud83d\\ude00"',
    '"\\u0031"',
    '[1]',
    '{}',
    '{"a": 1}',
    '[0.1234567890123456789]',
    '[null, 1.5]',
  ),
  fc.constantFrom('1, "a": 2', '"x", "a": 1.12345678901234567', 'null, "a": 3'),
);

/**
 * What is told by the text of a short number only where the line is read with all digits: to these kinds 1.5e1 and 15 are
 * different texts.
 */
const bySpelling = new Set(['varchar', 'json', 'decimal', 'list']);
const isShortPower = (token: string): boolean => /^-?[0-9.]+e/i.test(token) && !/[0-9.]{16}/.test(token);
/** Likewise the sign of nothing. */
const signed = new Set(['boolean', 'float', 'double']);
const isMinusZero = (token: string): boolean => /^-0(?:\.0*)?$/.test(token);

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function textsOf(lines: readonly string[], type: LogicalType, more: readonly Field[]): Texts {
  const columns = [{ name: 'n', type: { kind: 'bigint' } as const }, { name: 'a', type }, ...more];
  const select = `SELECT unnest([${lines.map(quote).join(', ')}]) AS line`;
  return { select: textsOfLines(select, columns, null), columns, spelling: jsonSpelling };
}
const shown = (texts: (some: Texts) => string, some: Texts): Promise<unknown[][]> =>
  witness.rows(`SELECT n, CAST(a AS VARCHAR) FROM (${texts(some)}) ORDER BY n`);

describe('a value of a line of JSON is the same', () => {
  const force = { name: 'force', type: { kind: 'json' } } as const;
  it.each(types.map((type) => [JSON.stringify(type), type] as const))(
    '%s: whether or not all digits of its line are looked at',
    async (_, type) => {
      const check = async (all: readonly (string | null)[]): Promise<void> => {
        const some = all.filter(
          (token) =>
            token === null ||
            (!(bySpelling.has(type.kind) && (isShortPower(token) || isMinusZero(token))) &&
              !(signed.has(type.kind) && token === '-0')),
        );
        const lines = some.map((token, i) => `{"n": ${i}${token === null ? '' : `, "a": ${token}`}}`);
        const long = lines.map((line) => line.replace(/}$/, ', "force": 0.12345678901234567890}'));
        const [quick, careful] = [textsOf(lines, type, []), textsOf(long, type, [force])];
        const good = await shown(goodValuesOf, careful);
        expect(await shown(goodValuesOf, quick)).toEqual(good);
        const bad = await witness.rows(
          `SELECT column0, column1 FROM (${badRowsOf(careful)}) t(column0, column1) ORDER BY 1`,
        );
        expect(
          await witness.rows(
            `SELECT column0, column1 FROM (${badRowsOf(quick)}) t(column0, column1) ORDER BY 1`,
          ),
        ).toEqual(bad);
        expect(good.length + bad.length).toBe(lines.length);
        // What stops at a bad row gives the same, and does stop.
        const numbers = new Set(bad.map(([row]) => Number(row) - 1));
        const rest = lines.filter((_line, i) => !numbers.has(i));
        if (rest.length > 0) expect(await shown(valuesOf, textsOf(rest, type, []))).toEqual(good);
        for (const i of [...numbers].slice(0, 20))
          await expect(shown(valuesOf, textsOf([lines[i] ?? ''], type, []))).rejects.toThrow(
            'no value of its type',
          );
      };
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.option(tokens, { freq: 12 }), { minLength: 100, maxLength: 150, size: 'max' }),
          check,
        ),
        { numRuns: 4, seed: 20_240_311 },
      );
    },
  );
});
