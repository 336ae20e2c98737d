import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtinRegistry } from '../../src/builtin.js';
import { Coordinator, loadWorkspace, openJournal } from '../../src/index.js';

const numbers = fileURLToPath(new URL('../../data/home/numbers', import.meta.url));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hygge-compact-'));
  await cp(numbers, join(folder, 'in'), { recursive: true });
  const flow =
    'flows:\n  c:\n    home: in\n    store: { path: out, batch_size: 500 }\n    run_type: incremental\n';
  await writeFile(join(folder, 'c.yml'), flow);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const coordinator = async (): Promise<Coordinator> => {
  const { workspace, registry } = await loadWorkspace({
    path: join(folder, 'c.yml'),
    registry: builtinRegistry(),
  });
  return new Coordinator({ workspace, registry });
};
const files = async (): Promise<string[]> =>
  (await readdir(join(folder, 'out'))).filter((name) => !name.startsWith('.'));
const rows = async (): Promise<string> => {
  const connection = await (await DuckDBInstance.create()).connect();
  const reader = await connection.runAndReadAll(`FROM read_parquet('${join(folder, 'out')}/*.parquet')`);
  return JSON.stringify(reader.getRowsJson());
};
const compact = async (parts: object) => {
  const all = { rows: null, bytes: null, sort: [], ...parts };
  const [outcome] = await (await coordinator()).compact({ compact: all });
  return outcome;
};

describe('compacting a store', () => {
  it('joins small files into few, with the same rows in the same order, and leaves other files alone', async () => {
    for (let i = 0; i < 3; i++) await (await coordinator()).start();
    await mkdir(join(folder, 'out'), { recursive: true });
    const [before, many] = [await rows(), await files()];
    expect(many.length).toBe(9);
    const outcome = await compact({ rows: 5000 });
    expect(outcome?.error).toBeNull();
    expect(outcome?.compacted).toMatchObject({ files_before: many.length, files_after: 2, rows: 7500 });
    expect(await files()).toHaveLength(2);
    expect(await rows()).toBe(before);
    const entries = await openJournal(join(folder, '.hygge')).entries();
    expect(entries.at(-1)).toMatchObject({ action: 'compact', status: 'success', row_count: 7500, files: 2 });
    // Nothing is left to do, and what follows goes on behind it.
    expect((await compact({ rows: 5000 }))?.compacted).toMatchObject({
      files_before: 2,
      files_after: 2,
      rows: 0,
    });
    await cp(join(numbers, '0001_to_1000.parquet'), join(folder, 'out', 'foreign.parquet'));
    await (await coordinator()).start();
    await compact({ rows: 100_000 });
    expect(await files()).toEqual(['00000000000000000001.parquet', 'foreign.parquet']);
  });

  it('sorts all rows where it is asked to', async () => {
    for (let i = 0; i < 2; i++) await (await coordinator()).start();
    expect((await compact({ sort: ['last_digit', 'number'] }))?.error).toBeNull();
    const connection = await (await DuckDBInstance.create()).connect();
    const sorted = await connection.runAndReadAll(
      `SELECT count(*), bool_and(ordered) FROM (SELECT (last_digit, number) >= lag((last_digit, number), 1, (last_digit, number)) OVER (ORDER BY file_row_number) AS ordered
       FROM read_parquet('${join(folder, 'out')}/*.parquet', file_row_number = true))`,
    );
    expect(sorted.getRowsJson()).toEqual([['5000', true]]);
  });

  it('names the nearest column where one is misspelt, and touches nothing', async () => {
    await (await coordinator()).start();
    const before = await files();
    const outcome = await compact({ sort: ['last_digt'] });
    expect(outcome?.error).toMatchObject({ code: 'COLUMN_NOT_FOUND', hint: 'Did you mean "last_digit"?' });
    expect(await files()).toEqual(before);
  });
});
