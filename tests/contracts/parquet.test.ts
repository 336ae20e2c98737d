import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { parquetHome } from '../../src/homes/parquet/index.js';
import { parquetStore } from '../../src/stores/parquet/index.js';
import { homeContract, storeContract, type TextTable } from '../../src/testing/index.js';
import { openWitness, type Witness } from '../integration/witness.js';

let witness: Witness;
let folder: string;
beforeAll(async () => {
  witness = await openWitness();
  folder = await mkdtemp(join(tmpdir(), 'hygge-contracts-'));
});
afterAll(async () => {
  witness.close();
  await rm(folder, { recursive: true, force: true });
});

const numbers = fileURLToPath(new URL('../../data/home/numbers', import.meta.url));

describe('the parquet home', () => {
  for (const { name, run } of homeContract({
    definition: parquetHome,
    config: { path: numbers },
    rows: 2_500,
  })) {
    it(name, run);
  }
});

describe('the parquet store', () => {
  for (const { name, run } of storeContract({
    definition: parquetStore,
    config: (path) => ({ path, batch_size: 20_480 }),
    read: readFolder,
    refuses: ['hugeint', 'uhugeint', 'timetz', 'interval'],
    changes: ['union'],
    manyRows: 50_000,
  })) {
    it(name, run);
  }
});

/** What a reader of `*.parquet` finds. */
async function readFolder(path: string): Promise<TextTable> {
  if (!existsSync(path)) return { columns: [], rows: [] };
  const files = join(path, '**', '*.parquet').replaceAll("'", "''");
  const found = await witness.rows(`SELECT count(*) FROM glob('${files}')`);
  if (found[0]?.[0] === '0') return { columns: [], rows: [] };
  return witness.table(`SELECT * FROM read_parquet('${files}')`);
}
