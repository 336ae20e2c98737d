import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { duckdbHome } from '../../src/homes/duckdb/index.js';
import { duckdbStore } from '../../src/stores/duckdb/index.js';
import { homeContract, storeContract, type TextTable } from '../../src/testing/index.js';
import { allKinds, kindTable } from '../../src/testing/kinds.js';
import { openWitness, type Witness } from '../integration/witness.js';

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

let witness: Witness;
// The cases are made before anything runs, and need the path then.
const folder = await mkdtemp(join(tmpdir(), 'hygge-contracts-'));
const path = join(folder, 'home.duckdb');
const kinds = kindTable(allKinds);

beforeAll(async () => {
  witness = await openWitness();
  await witness.run(`ATTACH ${quoted(path)} AS made (STORAGE_VERSION 'latest')`);
  await witness.run(`CREATE TABLE made.kinds AS ${kinds}`);
  await witness.run('CREATE SCHEMA made."odd one"');
  await witness.run('USE made');
  await witness.run('CREATE VIEW "odd one"."the.view" AS SELECT "row", varchar FROM main.kinds');
  await witness.run('USE memory');
  await witness.run('DETACH made');
});
afterAll(async () => {
  witness.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the duckdb home', () => {
  const notForParquet = ['hugeint', 'uhugeint', 'timetz', 'interval', 'union'];
  const configs = {
    'with a table': { path, table: 'kinds' },
    'with a view': { path, table: '"odd one"."the.view"' },
    'with a query': { path, query: 'SELECT * FROM kinds WHERE row < 3 ORDER BY row DESC -- all but some' },
  };
  for (const [how, config] of Object.entries(configs)) {
    describe(how, () => {
      for (const { name, run } of homeContract({ definition: duckdbHome, config, notForParquet }))
        it(name, run);
    });
  }
});

const fileAt = (place: string): string => join(place, 'deep', 'store.duckdb');

describe('the duckdb store', () => {
  for (const { name, run } of storeContract({
    definition: duckdbStore,
    config: (place) => ({ path: fileAt(place), table: 'sales."the table"' }),
    read: readTable,
    manyRows: 125_000,
  })) {
    it(name, run);
  }
});

/** What an engine finds that hygge has no hand in. */
async function readTable(place: string): Promise<TextTable> {
  const file = fileAt(place);
  if (!existsSync(file)) return { columns: [], rows: [] };
  await witness.run(`ATTACH ${quoted(file)} AS there (READ_ONLY)`);
  try {
    const known = "SELECT 1 FROM duckdb_tables() WHERE database_name = 'there' AND table_name = 'the table'";
    if ((await witness.rows(known)).length === 0) return { columns: [], rows: [] };
    return await witness.table('SELECT * FROM there.sales."the table"');
  } finally {
    await witness.run('DETACH there');
  }
}
