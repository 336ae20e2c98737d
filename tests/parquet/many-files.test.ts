import { copyFile, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  countRows,
  executeSplice,
  type Footer,
  planSplice,
  readFooter,
  readFooters,
} from '../../src/parquet/index.js';
import { Witness } from './engine.js';

/** Above the number of files that are left to other threads, whatever becomes of them. */
const fileCount = 120;

const indexed = fileURLToPath(new URL('written/pyarrow-v1-indexed.parquet', import.meta.url));

let folder: string;
let witness: Witness;
let paths: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hygge-many-'));
  witness = await Witness.open();
  paths = Array.from({ length: fileCount }, (_, i) => join(folder, `part-${i}.parquet`));
  for (const [i, path] of paths.entries()) {
    // few values, so that the writer makes dictionaries, and bloom filters of them
    const rows = `SELECT ${i} AS file, 'v' || (j % 5) AS text, j::DOUBLE AS number FROM range(${10 + i}) r(j)`;
    await witness.run(`COPY (${rows}) TO '${path}'`);
  }
});
afterAll(async () => {
  witness.close();
  await rm(folder, { recursive: true });
});

const facts = ({ path, rows, fileBytes, rowGroups, createdBy }: Footer): unknown => [
  path,
  rows,
  fileBytes,
  createdBy,
  rowGroups.map(({ columns }) => columns.map((chunk) => [chunk.compressedBytes, Buffer.from(chunk.raw)])),
];

async function joinedPlan(files: readonly string[]) {
  const footers = await readFooters(files);
  const plan = planSplice(footers.map((footer) => ({ footer, rowGroups: [0] })));
  if ('impossible' in plan) throw new Error(plan.impossible);
  return plan;
}

describe('many small files', () => {
  it('have the footers that each has by itself, in their order', async () => {
    const alone = await Promise.all(paths.map((path) => readFooter(path)));
    expect((await readFooters(paths)).map(facts)).toEqual(alone.map(facts));
  });

  it('are counted as their footers say', async () => {
    const counts = (await readFooters(paths)).map(({ rows, fileBytes: bytes }) => ({ rows, bytes }));
    expect(await countRows(paths)).toEqual(counts);
  });

  it('share what is equal in all of them', async () => {
    const [first, ...others] = await readFooters(paths);
    for (const footer of others) {
      expect(footer.schema).toBe(first?.schema);
      expect(footer.keyValues).toBe(first?.keyValues);
    }
  });

  it('are refused by the name of the one that is damaged, wherever it lies', async () => {
    const bad = join(folder, 'bad.parquet');
    const whole = await readFile(paths[0] ?? '');
    await writeFile(bad, whole.subarray(0, -1));
    for (const place of [0, 15, 16, 70, fileCount]) {
      const files = paths.toSpliced(place, 0, bad);
      const error = { code: 'PARQUET_DAMAGED', facts: { path: bad } };
      await expect(readFooters(files)).rejects.toMatchObject(error);
      await expect(countRows(files)).rejects.toMatchObject(error);
    }
    const gone = join(folder, 'gone.parquet');
    await expect(readFooters([...paths, gone])).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
    await rm(bad);
  });

  it('are left where they are when somebody asks to stop', async () => {
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(readFooters(paths, { signal })).rejects.toThrow('stopped');
  });

  it('are joined, each row once, with bloom filters that find', async () => {
    const out = join(folder, 'joined.parquet');
    const plan = await joinedPlan(paths);
    await executeSplice(plan, [out]);
    const all = `read_parquet([${paths.map((path) => `'${path}'`).join(', ')}])`;
    const differing = `(FROM ${all} EXCEPT ALL FROM '${out}') UNION ALL (FROM '${out}' EXCEPT ALL FROM ${all})`;
    expect(await witness.rows(`SELECT count(*) FROM (${differing})`)).toEqual([['0']]);
    const footer = await readFooter(out);
    expect(footer.rowGroups).toHaveLength(fileCount);
    const filters = footer.rowGroups.flatMap(({ columns }) => columns.map((chunk) => chunk.bloomFilter));
    expect(filters.some((filter) => filter !== null)).toBe(true);
    // every group has the value, so no filter may leave out its group; and none has the other
    const probe = `SELECT row_group_id, bloom_filter_excludes FROM parquet_bloom_probe('${out}', 'text', `;
    const there = await witness.rows(`${probe}'v3')`);
    const absent = await witness.rows(`${probe}'nobody')`);
    expect(there.map(([, excludes]) => excludes)).toEqual(there.map(() => 'false'));
    expect(there).toHaveLength(fileCount);
    expect(absent.filter(([, excludes]) => excludes === 'true').length).toBeGreaterThan(fileCount / 2);
  });

  it('become the same files by a plan that has been JSON', async () => {
    // of the second, indexes are written behind the data
    for (const files of [paths, [indexed, indexed]]) {
      const plan = await joinedPlan(files);
      const [direct, byJson] = [join(folder, 'direct.parquet'), join(folder, 'by-json.parquet')];
      await executeSplice(plan, [direct]);
      await executeSplice(JSON.parse(JSON.stringify(plan)), [byJson]);
      expect((await readFile(direct)).equals(await readFile(byJson))).toBe(true);
      const chunks = (await readFooter(direct)).rowGroups.flatMap(({ columns }) => columns);
      expect(chunks.some(({ offsetIndex }) => offsetIndex !== null)).toBe(files !== paths);
      for (const path of [direct, byJson]) await rm(path);
    }
  });

  it('are noticed when one changes after the plan, wherever it lies', async () => {
    const own = join(folder, 'own');
    await mkdir(own);
    const copies = paths.map((_, i) => join(own, `${i}.parquet`));
    for (const [i, path] of paths.entries()) await copyFile(path, copies[i] ?? '');
    for (const place of [3, 60, fileCount - 1]) {
      const plan = await joinedPlan(copies);
      const path = copies[place] ?? '';
      // the same bytes, and still another file than the one that was looked at
      await utimes(path, 1, 1 + place);
      const out = join(own, `out-${place}.parquet`);
      await expect(executeSplice(plan, [out])).rejects.toMatchObject({
        code: 'PARQUET_CHANGED',
        facts: { path },
      });
    }
  });
});
