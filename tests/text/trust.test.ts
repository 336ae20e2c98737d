import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, EngineSession } from '../../src/core/engine.js';
import { openEngine } from '../../src/engine/index.js';
import { type Format, file, readTrusting, workFolder } from './workbench.js';

const folder = workFolder();
const runs = Number(process.env.HYGGE_RUNS ?? 60);
const seed = Number(process.env.HYGGE_SEED ?? 20_240_517);
let engine: Engine;
let session: EngineSession;
beforeAll(async () => {
  engine = await openEngine({ threads: 2 });
  session = await engine.session();
});
afterAll(() => engine.close());

const numbers = ['0', '7', '-12', '123', '99999', '9007199254740993'];
const decimals = ['0.5', '-1.25', '12.5', '100', '511910.36', '3.125'];
const doubles = ['1e5', '0.1', '2', '-3.75', '1.5e-7', '123456789.125'];
const dates = ['2024-02-29', '1999-12-31', '0001-01-01'];
const stamps = ['2024-02-29 10:00:00', '2024-05-09 20:50:26.989', '1969-12-31 23:59:59.000001'];
const zoned = ['2024-02-29 10:00:00Z', '2024-02-29 10:00:00.5+02:00'];
const times = ['10:11:12', '23:59:59.5', '00:00:00'];
const words = ['true', 'false'];
const texts = ['w1', 'item 7, "all"', 'för', 'x', 'Z', '007', 'a\\b', '\u{1F600}'];
const hostile = [
  ...[
    '+1',
    '01',
    '007',
    '-0',
    '-0.0',
    '0.00',
    '1.',
    '.5',
    '1.0',
    '1.50',
    '1e400',
    '-1e400',
    '1e-400',
    '1E3',
    '1e17',
  ],
  ...['1_000', '0x1', '0b1', '1,5', ' 1 ', '1 ', '\t1', '١٢', '1\u00a0', '--1', '9223372036854775807', '1e2'],
  ...[
    '9223372036854775808',
    '99999999999999999999999999999999999999',
    '1'.repeat(60),
    '1.005',
    '1.2500',
    '-0.5',
    '00.5',
    '-0e1',
    '0.30000000000000004',
  ],
  ...[
    '0.1000000000000000055511151231257827',
    '511910.360000000001',
    '123456789012345678.99',
    '0.0000001',
    '5e-324',
  ],
  ...['nan', 'NaN', 'inf', '-Infinity', 'infinity', 'true', 'TRUE', 'yes', 't', 'null', 'NULL', 'None'],
  ...[
    '0000-01-01',
    '0000-12-31 10:00:00',
    '2024-02-30',
    '2024-2-9',
    '2024/02/09',
    '2024-02-29x',
    '2024-02-29 10:00',
    '2024-02-29 10:00:60',
    '20240229',
  ],
  ...['2016-12-31 23:59:60', '2024-02-29 24:00:00', '2024-02-29 10:00:00.1234567', '2024-02-29T10:00:00'],
  ...[
    '2024-02-29 10:00:00 UTC',
    '2024-02-29 10:00:00+02',
    '0044-03-15 (BC)',
    '12024-01-01',
    'epoch',
    '10:11',
    '25:00:00',
  ],
  ...['{', '[', '[1]', '{"a": 1}', '"', '\\', 'x\u0000y', '\uFEFF', '\uFDD0', ''],
];
const families = { numbers, decimals, doubles, dates, stamps, zoned, times, words, texts };
const declared = [
  'BIGINT',
  'INTEGER',
  'UTINYINT',
  'HUGEINT',
  'DECIMAL(12,2)',
  'DECIMAL(38,10)',
  'DOUBLE',
  'FLOAT',
  'DATE',
].concat(['TIMESTAMP', 'TIMESTAMPTZ', 'TIME', 'BOOLEAN', 'VARCHAR', 'JSON', 'UUID', 'INTEGER[]']);

/** Columns whose first values are of one family, and later ones often too. */
const column = fc.constantFrom(...Object.values(families)).chain((values) => {
  const family = fc.constantFrom(...values);
  return fc.record({
    first: fc.array(fc.option(family, { freq: 5 }), { minLength: 6, maxLength: 6 }),
    later: fc.array(
      fc.option(fc.oneof({ arbitrary: family, weight: 6 }, fc.constantFrom(...hostile)), { freq: 6 }),
      {
        minLength: 4,
        maxLength: 4,
      },
    ),
    type: fc.constantFrom(...declared),
  });
});
const table = fc.record({
  columns: fc.array(column, { minLength: 2, maxLength: 3 }),
  isDeclared: fc.boolean(),
  /** What else a line of JSON may have: for csv, whether texts are quoted. */
  oddities: fc.array(
    fc.constantFrom('none', 'none', 'none', 'other key', 'no key', 'twice', 'spaces', 'quoted'),
    {
      minLength: 10,
      maxLength: 10,
    },
  ),
});
type Table = typeof table extends fc.Arbitrary<infer T> ? T : never;

const cellsOf = ({ columns }: Table): (string | null)[][] =>
  Array.from({ length: 10 }, (_, row) =>
    columns.map(({ first, later }) => (row < 6 ? first[row] : later[row - 6]) ?? null),
  );

function csvOf(given: Table): string {
  const lines = cellsOf(given).map((cells, row) =>
    cells
      .map((cell) => {
        if (cell === null) return '';
        const isQuoted = given.oddities[row] === 'quoted' || cell === '' || /["\n,]/.test(cell);
        return isQuoted ? `"${cell.replaceAll('"', '""')}"` : cell;
      })
      .join(','),
  );
  return `${[given.columns.map((_, i) => `c${i}`).join(','), ...lines].join('\n')}\n`;
}

const isToken = (text: string): boolean =>
  /^(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null|NaN|-?Infinity)$/.test(text) ||
  text === '[1]' ||
  text === '{"a": 1}';

function ndjsonOf(given: Table): string {
  const lines = cellsOf(given).map((cells, row) => {
    const oddity = row < 6 ? 'none' : given.oddities[row];
    const pairs = cells.map((cell, i) => {
      const isText = cell !== null && (oddity === 'quoted' || !isToken(cell));
      return `"c${i}":${isText ? JSON.stringify(cell) : cell}`;
    });
    if (oddity === 'other key') pairs.push('"z":1');
    if (oddity === 'no key') pairs.pop();
    if (oddity === 'twice') pairs.push('"c0":5');
    const line = `{${pairs.join(',')}}`;
    return oddity === 'spaces' ? ` ${line.replaceAll(',"c', ' , "c')}\t` : line;
  });
  return `${lines.join('\n')}\n`;
}

const shown = (result: Awaited<ReturnType<typeof readTrusting>>) =>
  'error' in result ? { code: result.error.code } : { columns: result.columns, rows: result.rows };

/** Files of a column of values that are all alike, but for the last one, and one of text that is long. */
const alone: Readonly<Record<Format, (values: readonly string[]) => string>> = {
  csv: (values) => {
    const cells = values.map((value) => (/["\n,]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value));
    return `a,b\n${cells.map((cell) => `${cell},${'x'.repeat(80)}\n`).join('')}`;
  },
  ndjson: (values) => {
    const isText = values.slice(0, -1).some((value) => !isToken(value));
    const spell = (value: string): string => (isText || !isToken(value) ? JSON.stringify(value) : value);
    return values.map((value) => `{"a":${spell(value)},"b":"${'x'.repeat(80)}"}\n`).join('');
  },
};

describe('a type that was found out from the first rows', () => {
  const all = Object.entries(families);
  it.each(
    (['csv', 'ndjson'] as const).flatMap((format) =>
      all.map(([name, values]) => [format, name, values] as const),
    ),
  )('%s: is that of all rows, or fails: %s', { timeout: 240_000 }, async (format, _, values) => {
    let taken = 0;
    const first = Array.from({ length: 12 }, (_, i) => values[i % values.length] ?? '');
    for (const last of [...hostile, ...all.flatMap(([, some]) => some)]) {
      const path = await file(folder, `rows.${format}`, alone[format]([...first, last]));
      const fast = await readTrusting(session, format, path, null, 'first rows', 12);
      if ('error' in fast && fast.isGuess) continue;
      const exact = await readTrusting(session, format, path, null, 'last run', 12);
      expect({ last, ...shown(fast) }).toEqual({ last, ...shown(exact) });
      if (fast.isGuess) taken++;
    }
    expect(taken).toBeGreaterThanOrEqual(2);
  });
});

describe(`rows that are trusted to be like the first ones, HYGGE_SEED=${seed}`, () => {
  it.each([
    ['csv', csvOf],
    ['ndjson', ndjsonOf],
  ] as const)(
    '%s: are those that a look at all rows gives, or fail',
    { timeout: 600_000 },
    async (format, write) => {
      let guesses = 0;
      await fc.assert(
        fc.asyncProperty(table, async (given) => {
          const path = await file(folder, `rows.${format}`, write(given));
          const types = Object.fromEntries(given.columns.map(({ type }, i) => [`c${i}`, type]));
          const columns = given.isDeclared ? types : null;
          const exact = await readTrusting(session, format, path, columns, 'last run', 6);
          const fast = await readTrusting(session, format, path, columns, 'first rows', 6);
          if (fast.isGuess) guesses++;
          const planned = await readTrusting(session, format, path, columns, undefined, 6);
          expect(shown(planned)).toEqual(shown(exact));
          if ('error' in fast) {
            // What fails without having guessed is final, and must fail for all.
            if (!fast.isGuess) expect(exact).toHaveProperty('error');
            return;
          }
          expect(shown(fast)).toEqual(shown(exact));
        }),
        { numRuns: runs, seed },
      );
      expect(guesses).toBeGreaterThan(runs / 5);
    },
  );
});
