import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { builtinRegistry } from '../../src/builtin.js';
import { csvHome } from '../../src/homes/csv/index.js';
import { ndjsonHome } from '../../src/homes/ndjson/index.js';
import { csvStore } from '../../src/stores/csv/index.js';
import { ndjsonStore } from '../../src/stores/ndjson/index.js';
import { homeContract, storeContract, type TextTable } from '../../src/testing/index.js';
import { openWitness, type Witness } from '../integration/witness.js';

const folder = await mkdtemp(join(tmpdir(), 'hygge-text-contracts-'));
let witness: Witness;
beforeAll(async () => {
  witness = await openWitness();
});
afterAll(async () => {
  witness.close();
  await rm(folder, { recursive: true, force: true });
});

const csvText =
  'id,name,price,day\n1,"Åse ""the duck""",1.50,2024-01-31\n2,,12345678901234567.89,\n3,"",0.10,0001-01-01\n';
const ndjsonText =
  '{"id": 1, "name": "Åse", "price": 1.50, "tags": ["a"]}\n\n{"id": 2, "price": 12345678901234567.89}\n{"name": "", "id": 3}\n';
await writeFile(join(folder, 'some.csv'), csvText);
await writeFile(join(folder, 'some.ndjson'), ndjsonText);

const expectedCsv: TextTable = {
  columns: ['id', 'name', 'price', 'day'],
  rows: [
    ['1', 'Åse "the duck"', '1.50', '2024-01-31'],
    ['2', null, '12345678901234567.89', null],
    ['3', '', '0.10', '0001-01-01'],
  ],
};

describe('the csv home', () => {
  const config = { path: join(folder, 'some.csv') };
  for (const { name, run } of homeContract({ definition: csvHome, config, rows: 3, expected: expectedCsv }))
    it(name, run);
});

describe('the ndjson home', () => {
  const expected: TextTable = {
    columns: ['id', 'name', 'price', 'tags'],
    rows: [
      ['1', 'Åse', '1.50', '["a"]'],
      ['2', null, '12345678901234567.89', null],
      ['3', '', null, null],
    ],
  };
  const config = { path: join(folder, 'some.ndjson') };
  for (const { name, run } of homeContract({ definition: ndjsonHome, config, rows: 3, expected }))
    it(name, run);
});

describe('the local home', () => {
  const config = { path: join(folder, 'some.csv'), format: 'csv', format_options: { delimiter: ',' } };
  const definition = builtinRegistry().findHome('local');
  for (const { name, run } of homeContract({ definition, config, rows: 3, expected: expectedCsv }))
    it(name, run);
});

describe('the csv store', () => {
  for (const { name, run } of storeContract({
    definition: csvStore,
    config: (path) => ({ path }),
    read: (path) => readCsv(path, '.csv'),
  }))
    it(name, run);
});

describe('the csv store, packed and in parts', () => {
  for (const { name, run } of storeContract({
    definition: csvStore,
    config: (path) => ({
      path,
      batch_size: 10_000,
      compression: 'gzip' as const,
      delimiter: ';',
      null_value: 'NULL',
    }),
    read: (path) => readCsv(path, '.csv.gz', "delim = ';', nullstr = 'NULL'"),
  }))
    it(name, run);
});

describe('the ndjson store', () => {
  for (const { name, run } of storeContract({
    definition: ndjsonStore,
    config: (path) => ({ path, batch_size: 10_000, compression: 'zstd' as const }),
    read: readNdjson,
    changes: ['list', 'array', 'struct', 'map', 'json', 'float', 'double', 'decimal'],
  }))
    it(name, run);
});

describe('the local store', () => {
  const definition = builtinRegistry().findStore('local');
  for (const { name, run } of storeContract({
    definition,
    config: (path) => ({ path, format: 'csv' }),
    read: (path) => readCsv(path, '.csv'),
  }))
    it(name, run);
});

/** What a reader of csv finds that takes everything for text. */
async function readCsv(path: string, ending: string, more = ''): Promise<TextTable> {
  const files = join(path, '*').replaceAll("'", "''") + ending;
  if (!existsSync(path) || (await isEmpty(files))) return { columns: [], rows: [] };
  const dialect = `auto_detect = false, quote = '"', escape = '"', ${more === '' ? "delim = ','" : more}`;
  // A reader that looks for names by itself trims them.
  // Only one file at a time can be looked at.
  const [[first] = [null]] = await witness.rows(`SELECT min(file) FROM glob('${files}')`);
  const width = await witness.rows(
    `SELECT unnest(Columns).name FROM sniff_csv('${first}', ${more === '' ? "delim = ','" : "delim = ';'"}, header = true, all_varchar = true)`,
  );
  const places = width.map((_, i) => `'c${i}': 'VARCHAR'`).join(', ');
  const [names = []] = await witness.rows(
    `SELECT * FROM read_csv('${files}', ${dialect}, header = false, columns = {${places}}) LIMIT 1`,
  );
  const rows = await witness.rows(
    `SELECT * FROM read_csv('${files}', ${dialect}, header = true, allow_quoted_nulls = false, columns = {${places}})`,
  );
  return { columns: names.map(String), rows };
}

async function readNdjson(path: string): Promise<TextTable> {
  const files = `${join(path, '*').replaceAll("'", "''")}.ndjson.zst`;
  if (!existsSync(path) || (await isEmpty(files))) return { columns: [], rows: [] };
  const lines = `read_csv('${files}', auto_detect = false, delim = '\u0001', quote = '', escape = '', compression = 'zstd', columns = {'line': 'VARCHAR'})`;
  const keys = await witness.rows(`SELECT unnest(json_keys(line)) FROM (SELECT line FROM ${lines} LIMIT 1)`);
  if (keys.length === 0) return { columns: [], rows: [] };
  const columns = keys.map(([key]) => String(key));
  // By their places, since a path takes a key that is called * for all of them.
  const values = columns.map((key, i) => `(line ->> '$.*')[${i + 1}] AS "${key.replaceAll('"', '""')}"`);
  return witness.table(`SELECT ${values.join(', ')} FROM ${lines}`);
}

async function isEmpty(files: string): Promise<boolean> {
  return (await witness.rows(`SELECT count(*) FROM glob('${files}')`))[0]?.[0] === '0';
}
