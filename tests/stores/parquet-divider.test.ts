import { mkdtempSync } from 'node:fs';
import { readdir, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFooter } from '../../src/parquet/index.js';
import { Divider } from '../../src/stores/parquet/divide.js';
import { Random } from '../files/support/random.js';
import { openWitness, type Witness } from '../integration/witness.js';

const folder = mkdtempSync(join(tmpdir(), 'hygge-divider-'));
const fileRows = 3 * 2048;
let witness: Witness;
beforeAll(async () => {
  witness = await openWitness();
});
afterAll(async () => {
  witness.close();
  await rm(folder, { recursive: true });
});

/** What becomes of files with so many rows each, numbered through: the rows of each file made, in order. */
async function divide(sizes: readonly number[]): Promise<{ counts: number[]; numbers: number[] }> {
  const files: string[] = [];
  let allocated = 0;
  const allocate = (): string => join(folder, `file-${++allocated}.parquet`);
  const divider = new Divider(fileRows, {
    signal: new AbortController().signal,
    allocate,
    onFile: (path) => files.push(path),
    remove: unlink,
  });
  let next = 0;
  for (const rows of sizes) {
    const path = allocate();
    await witness.run(
      `COPY (SELECT i FROM range(${next}, ${next + rows}) AS n(i)) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`,
    );
    next += rows;
    await divider.add(await readFooter(path), () => {});
  }
  await divider.end(() => {});
  expect((await readdir(folder)).map((name) => join(folder, name)).toSorted()).toEqual(files.toSorted());
  const counts: number[] = [];
  const numbers: number[] = [];
  for (const path of files) {
    const rows = await witness.rows(
      `SELECT i FROM read_parquet('${path}', file_row_number = true) ORDER BY file_row_number`,
    );
    counts.push(rows.length);
    numbers.push(...rows.map(([i]) => Number(i)));
    await unlink(path);
  }
  return { counts, numbers };
}

describe('files that come one after the other', () => {
  it.each(Array.from({ length: 25 }, (_, seed) => seed))(
    'become files of the right size, with all rows in their order (seed %i)',
    async (seed) => {
      const random = new Random(seed);
      const sizes = Array.from({ length: 1 + random.below(7) }, () =>
        random.pick([
          1 + random.below(500),
          2048 * (1 + random.below(4)),
          fileRows,
          1 + random.below(20_000),
        ]),
      );
      const { counts, numbers } = await divide(sizes);
      const total = sizes.reduce((sum, rows) => sum + rows, 0);
      expect(numbers).toEqual(Array.from({ length: total }, (_, i) => i));
      expect(Math.max(...counts)).toBeLessThanOrEqual(fileRows);
      // No file would have had room for the row groups that the next one begins with.
      for (const [i, rows] of counts.slice(1).entries())
        expect(rows + (counts[i] ?? 0)).toBeGreaterThan(fileRows);
    },
  );
});
