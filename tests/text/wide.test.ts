// Hundreds of columns: what the engine does for each of them must not be done again for every other one.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWitness, type Witness } from '../integration/witness.js';
import { bring, file, fresh, runProject, workFolder } from './workbench.js';

const folder = workFolder();
let witness: Witness;
beforeAll(async () => {
  witness = await openWitness();
});
afterAll(() => witness.close());

const width = 300;
const types = ['BIGINT', 'VARCHAR', 'DATE', 'DECIMAL(7,2)', 'BOOLEAN'];
const value = (row: number, column: number): string =>
  [String(column * row), `word ${row}`, `2024-01-${10 + row}`, `${10_000 + column + row}.25`, 'true'][
    column % 5
  ] ?? '';
const all = <T>(make: (column: number) => T): T[] => Array.from({ length: width }, (_, i) => make(i));
const rows = 9;
const text = {
  csv: `${all((i) => `c${i}`)}\n${Array.from({ length: rows }, (_, row) => `${all((i) => value(row, i))}\n`).join('')}`,
  ndjson: Array.from(
    { length: rows },
    (_, row) =>
      `{${all((i) => `"c${i}":${[1, 2].includes(i % 5) ? JSON.stringify(value(row, i)) : value(row, i)}`)}}\n`,
  ).join(''),
} as const;
const declared = Object.fromEntries(all((i) => [`c${i}`, types[i % 5] ?? '']));

it.each([
  ['csv', null],
  ['csv', declared],
  ['ndjson', null],
  ['ndjson', declared],
] as const)('a file of 300 columns arrives: %s, %#', async (type, columns) => {
  const path = await file(folder, `rows.${type}`, text[type]);
  const [store, tables] = [fresh(folder), fresh(folder)];
  await bring({ type, path, columns }, store);
  const found = await witness.table(`FROM read_parquet('${store}/*.parquet')`);
  expect(found.columns).toEqual(Object.keys(declared));
  expect(found.rows).toEqual(Array.from({ length: rows }, (_, row) => all((i) => value(row, i))));
  const kinds = await witness.rows(
    `SELECT column_type FROM (DESCRIBE FROM read_parquet('${store}/*.parquet'))`,
  );
  expect(kinds.flat()).toEqual(Object.values(declared));
  // Out of SQLite, too, which has it from there.
  const table = { type: 'sqlite', path: `${tables}.db`, table: 'wide' } as const;
  await bring(store, table);
  await bring(table, tables);
  expect((await witness.table(`FROM read_parquet('${tables}/*.parquet')`)).rows).toEqual(found.rows);
});

it('a row of 300 columns is put aside', async () => {
  const path = await file(
    folder,
    'rows.csv',
    text.csv.replace('word 4', 'word 4"').replace('2024-01-14', 'soon'),
  );
  const root = fresh(folder);
  const home = { type: 'csv', path, columns: declared, on_bad_row: 'quarantine' };
  const result = await runProject(root, { wide: { home, store: join(root, 'out') } });
  expect(result).toMatchObject({ status: 'success', rows: rows - 1 });
});
