import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HomeInput, StoreInput } from '../../src/flow/index.js';
import { openWitness, type Witness } from '../integration/witness.js';
import { bring, file, fresh, workFolder } from './workbench.js';

const folder = workFolder();
let witness: Witness;
beforeAll(async () => {
  witness = await openWitness();
});
afterAll(() => witness.close());

const quote = (text: string): string =>
  text
    .split('\0')
    .map((part) => `'${part.replaceAll("'", "''")}'`)
    .join(' || chr(0) || ');

/** Values at the borders of every type that a text can be found to be, or is declared to be. */
const columns: Readonly<Record<string, readonly [type: string, ...values: string[]]>> = {
  flag: ['BOOLEAN', 'true', 'false'],
  small: ['SMALLINT', "'-32768'", '32767'],
  whole: ['BIGINT', "'-9223372036854775808'", '9223372036854775807'],
  exact: ['DECIMAL(38,10)', "'-9999999999999999999999999999.9999999999'", "'0.0000000001'"],
  single: ['FLOAT', "'3.4028235e38'", "'1e-45'"],
  real: [
    'DOUBLE',
    "'1.7976931348623157e308'",
    "'-0.0'",
    "'nan'",
    "'-inf'",
    "'5e-324'",
    "'0.30000000000000004'",
  ],
  words: [
    'VARCHAR',
    "''",
    "'NULL'",
    "'null'",
    "'two\nlines\r\n'",
    `'say "x", ''y'''`,
    "'00123'",
    "' 7 '",
    "'#'",
    'chr(0)',
  ],
  bytes: ['BLOB', "''", String.raw`'\x00\xFF\x80"'`],
  key: ['UUID', "'00000000-0000-0000-0000-000000000001'"],
  day: ['DATE', "'0001-02-03'", "'9999-12-31'", "'infinity'"],
  clock: ['TIME', "'23:59:59.999999'", "'00:00:00'"],
  moment: ['TIMESTAMP', "'1969-12-31 23:59:59.999999'", "'9999-12-31 23:59:59'"],
  fine: ['TIMESTAMP_NS', "'1969-12-31 23:59:59.999999999'"],
  zoned: ['TIMESTAMPTZ', "'1969-12-31 23:59:59.999999+02'"],
  list: ['INTEGER[]', '[1, NULL, 3]', '[]'],
  pair: ['STRUCT(a INTEGER, b VARCHAR[])', "{'a': 1, 'b': ['x', 'y z', NULL]}", "{'a': NULL, 'b': []}"],
};
const rows = 1 + Math.max(...Object.values(columns).map((values) => values.length));
const extremes = Array.from({ length: rows }, (_, row) => {
  const values = Object.entries(columns).map(
    ([name, [type, ...all]]) => `CAST(${all[row] ?? 'NULL'} AS ${type}) AS ${name}`,
  );
  return `SELECT ${values.join(', ')}`;
}).join(' UNION ALL ');
const declared = Object.fromEntries(Object.entries(columns).map(([name, [type]]) => [name, type]));

interface Format {
  readonly home: (path: string, types?: Readonly<Record<string, string>>) => HomeInput;
  readonly store: (path: string) => StoreInput;
}
const formats: Readonly<Record<string, Format>> = {
  parquet: { home: (path) => path, store: (path) => path },
  csv: {
    home: (path, types) => ({ type: 'csv', path, columns: types ?? null }),
    store: (path) => ({ type: 'csv', path }),
  },
  'csv, packed': {
    home: (path, types) => ({
      type: 'csv',
      path,
      columns: types ?? null,
      delimiter: '|',
      null_values: ['\\N'],
    }),
    store: (path) => ({ type: 'csv', path, delimiter: '|', null_value: '\\N', compression: 'zstd' }),
  },
  ndjson: {
    home: (path, types) => ({ type: 'ndjson', path, columns: types ?? null }),
    store: (path) => ({ type: 'ndjson', path }),
  },
  'ndjson, packed': {
    home: (path, types) => ({ type: 'ndjson', path, columns: types ?? null }),
    store: (path) => ({ type: 'ndjson', path, compression: 'gzip', batch_size: 2 }),
  },
  'local csv': {
    home: (path, types) => ({
      type: 'local',
      path,
      format: 'csv',
      format_options: { columns: types ?? null },
    }),
    store: (path) => ({ type: 'local', path, format: 'csv' }),
  },
};

async function parquetOf(select: string): Promise<string> {
  const path = await file(folder, 'some.parquet', '');
  await witness.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`);
  return path;
}
const settled = (store: string): string => `SELECT * FROM read_parquet('${store}/*.parquet')`;

describe('every type at its extremes', () => {
  const plain = ['parquet', 'csv', 'ndjson'];
  const pairs = [
    ...plain.flatMap((from) => plain.map((to) => [from, to] as const)),
    ['csv, packed', 'ndjson, packed'],
    ['ndjson, packed', 'csv, packed'],
    ['local csv', 'local csv'],
  ] as const;
  it.each(pairs)('%s → %s → parquet', async (from, to) => {
    const [first, second] = [formats[from], formats[to]];
    if (first === undefined || second === undefined) return;
    const source = await parquetOf(extremes);
    const [a, b, end] = [fresh(folder), fresh(folder), fresh(folder)];
    await bring(source, first.store(a));
    await bring(first.home(a, declared), second.store(b));
    await bring(second.home(b, declared), end);
    await witness.expectSame(settled(end), `SELECT * FROM read_parquet('${source}')`);
  });
});

/** Texts that have gone wrong somewhere before, and any others. */
const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc
    .array(
      fc.constantFrom(
        '"',
        "'",
        ',',
        '\n',
        '\r',
        '\r\n',
        '\t',
        '\\',
        ' ',
        'a',
        '\0',
        '|',
        '{',
        '}',
        ':',
        '1',
        'é',
        '\uFDD0',
        '\uFEFF',
        ';',
        '#',
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
  fc.constantFrom(
    '',
    'NULL',
    'null',
    'true',
    '\\N',
    '00',
    '1e5',
    '-0',
    '12345678901234567890123',
    '1.10',
    'NaN',
    '""',
  ),
);
const table = fc.array(fc.tuple(fc.option(texts, { freq: 4 }), fc.option(texts, { freq: 4 })), {
  minLength: 1,
  maxLength: 12,
});

describe.each(['csv', 'csv, packed', 'ndjson'])('texts through %s', (name) => {
  const format = formats[name] as Format;
  it('come back as they were, NULL and the empty string apart', async () => {
    await fc.assert(
      fc.asyncProperty(table, async (values) => {
        const cell = (text: string | null): string => (text === null ? 'CAST(NULL AS VARCHAR)' : quote(text));
        const select = values
          .map(([a, b], i) => `SELECT ${cell(a)} AS a, ${cell(b)} AS b, ${i} AS i`)
          .join(' UNION ALL ');
        const source = await parquetOf(select);
        const [middle, end] = [fresh(folder), fresh(folder)];
        await bring(source, format.store(middle));
        await bring(format.home(middle, { a: 'VARCHAR', b: 'VARCHAR', i: 'INTEGER' }), end);
        await witness.expectSame(settled(end), `SELECT * FROM read_parquet('${source}')`);
      }),
      { numRuns: 12, seed: 20_240_229 },
    );
  });

  it('come back alone in their column', async () => {
    const source = await parquetOf("SELECT * FROM (VALUES (NULL), (''), ('x'), (NULL), ('\n'), (NULL)) t(a)");
    const [middle, end] = [fresh(folder), fresh(folder)];
    await bring(source, format.store(middle));
    await bring(format.home(middle), end);
    expect(await witness.rows(settled(end))).toEqual([[null], [''], ['x'], [null], ['\n'], [null]]);
  });
});

const digits = fc
  .array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 20 })
  .map((some) => some.join(''));
const numbers = fc
  .tuple(fc.boolean(), digits, fc.option(digits))
  .map(
    ([minus, whole, places]) =>
      `${minus ? '-' : ''}${whole.replace(/^0+(?=\d)/, '')}${places === null ? '' : `.${places}`}`,
  )
  .filter((text) => !/^-0(\.0*)?$/.test(text));

describe('numbers whose types are found out', () => {
  it.each(['csv', 'ndjson'])('keep every digit (%s)', async (name) => {
    const format = formats[name] as Format;
    await fc.assert(
      fc.asyncProperty(fc.array(numbers, { minLength: 1, maxLength: 4 }), async (values) => {
        const text =
          name === 'csv' ? `n\n${values.join('\n')}\n` : values.map((value) => `{"n": ${value}}\n`).join('');
        const path = await file(folder, `numbers.${name}`, text);
        const end = fresh(folder);
        await bring(format.home(path), end);
        const found = await witness.rows(settled(end));
        const plain = (value: string | null): string =>
          (value ?? '').replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
        expect(found.map(([value]) => plain(value ?? null))).toEqual(values.map(plain));
      }),
      { numRuns: 12, seed: 20_240_301 },
    );
  });
});
