import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DiskFile } from '../../src/files/index.js';
import { executeSplice, type Footer, planSplice, readFooter } from '../../src/parquet/index.js';
import type { SpliceOptions, SplicePlan } from '../../src/parquet/splice/plan.js';
import { Witness } from './engine.js';

let folder: string;
let witness: Witness;
let footer: Footer;

// Larger than what is handed to the disk at a time, so that this happens on the way; row groups of many pieces.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hygge-large-'));
  witness = await Witness.open();
  const source = join(folder, 'source.parquet');
  const columns = 'range AS id, hash(range) AS a, hash(range + 1) AS b';
  await witness.run(
    `COPY (SELECT ${columns} FROM range(4500000)) TO '${source}' (COMPRESSION uncompressed, ROW_GROUP_SIZE 1000000)`,
  );
  footer = await readFooter(source);
  expect(footer.fileBytes).toBeGreaterThan(80e6);
});
afterAll(async () => {
  witness.close();
  await rm(folder, { recursive: true });
});

function planned(options: SpliceOptions): SplicePlan {
  const plan = planSplice([{ footer, rowGroups: footer.rowGroups.map((_, i) => i) }], options);
  if ('impossible' in plan) throw new Error(plan.impossible);
  return plan;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Uint8Array);
  return hash.digest('hex');
}

describe('a large file', () => {
  it('is copied whole to the byte', async () => {
    const path = join(folder, 'whole.parquet');
    await executeSplice(planned({}), [path], { share: false, sync: true });
    expect(await digestOf(path)).toBe(await digestOf(footer.path));
  });

  it('is not done where the disk refuses a part that was handed to it while the next file was begun', async () => {
    const paths = ['first', 'second'].map((name) => join(folder, `${name}.parquet`));
    const refused = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
    const datasync = vi.spyOn(DiskFile.prototype, 'datasync').mockRejectedValueOnce(refused);
    const opened = vi.spyOn(DiskFile, 'open');
    const closed = vi.spyOn(DiskFile.prototype, 'close');
    try {
      const splicing = executeSplice(planned({ targetRows: 4_000_000 }), paths);
      await expect(splicing).rejects.toMatchObject({ code: 'FILE_SYSTEM', facts: { path: paths[0] } });
      expect(datasync).toHaveBeenCalled();
      const files = await Promise.all(opened.mock.results.map(({ value }) => value));
      expect(new Set(closed.mock.contexts)).toEqual(new Set(files));
    } finally {
      vi.restoreAllMocks();
      for (const path of paths) await rm(path, { force: true });
    }
  });

  it('keeps its values where columns are left out', async () => {
    const path = join(folder, 'columns.parquet');
    const columns = ['b', 'a'].map((name) => ({ from: name, name }));
    await executeSplice(planned({ columns }), [path]);
    const sums = 'sum(hash(a, b)), sum(hash(file_row_number, a)), count(*)';
    const ask = (from: string) =>
      witness.rows(`SELECT ${sums} FROM read_parquet('${from}', file_row_number = true)`);
    expect(await ask(path)).toEqual(await ask(footer.path));
  });

  it('tells of each part as soon as it is complete', async () => {
    const plan = planned({ targetRows: 1_000_000 });
    const paths = plan.outputs.map((_, i) => join(folder, `part-${i}.parquet`));
    const told: { path: string; later: boolean }[] = [];
    const results = await executeSplice(plan, paths, {
      onFile: ({ path }) => {
        const next = paths[paths.indexOf(path) + 1];
        told.push({ path, later: next !== undefined && existsSync(next) });
      },
    });
    expect(paths.length).toBeGreaterThan(3);
    expect(told).toEqual(results.map(({ path }) => ({ path, later: false })));
  });
});
