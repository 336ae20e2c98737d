import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  chunkRange,
  executeSplice,
  PageChecks,
  planSplice,
  readFooter,
  verifyPageChecksums,
} from '../../src/parquet/index.js';
import { Witness } from '../parquet/engine.js';
import { flights } from '../parquet/samples.js';
import { flipBit, lastByteOf, withChecksums } from './checksums.js';

let folder: string;
let witness: Witness;
/** Three row groups of three columns, with checksums. */
let path: string;
/** The same without. */
let plain: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hygge-pages-'));
  witness = await Witness.open();
  plain = join(folder, 'plain.parquet');
  await witness.run(
    `COPY (SELECT 'word ' || i AS a, i AS b, i % 10 AS c FROM range(5000) t(i)) TO '${plain}' (ROW_GROUP_SIZE 2048)`,
  );
  path = join(folder, 'checked.parquet');
  await withChecksums(plain, path);
});
afterAll(async () => {
  witness.close();
  await rm(folder, { recursive: true });
});

const copy = async (name: string): Promise<string> => {
  const to = join(folder, `${name}.parquet`);
  await copyFile(path, to);
  return to;
};

/** Feeds a whole file in pieces of so many bytes. */
async function feedAll(file: string, pieceBytes: number): Promise<number> {
  const checks = new PageChecks(await readFooter(file));
  const bytes = await readFile(file);
  for (let at = 0; at < bytes.length; at += pieceBytes) checks.feed(at, bytes.subarray(at, at + pieceBytes));
  return checks.pages;
}

describe('page checksums', () => {
  it('are in a file that others can read, and are right', async () => {
    expect(await witness.rows(`SELECT count(*), sum(b), max(a) FROM '${path}'`)).toEqual([
      ['5000', '12497500', 'word 999'],
    ]);
    const footer = await readFooter(path);
    const read: number[] = [];
    const all = await verifyPageChecksums(footer, { onBytes: (bytes) => read.push(bytes) });
    expect(all.pages).toBeGreaterThanOrEqual(9);
    const chunks = footer.rowGroups.flatMap(({ columns }) =>
      columns.map((chunk) => chunkRange(chunk).length),
    );
    expect(all.bytes).toBe(chunks.reduce((sum, length) => sum + length, 0));
    expect(read.reduce((sum, bytes) => sum + bytes, 0)).toBe(all.bytes);
  });

  it('tell the row group and the column of a byte that was changed, in one call and in passing', async () => {
    for (const [group, column, name] of [
      [0, 0, 'a'],
      [1, 1, 'b'],
      [2, 2, 'c'],
    ] as const) {
      const damaged = await copy(`damaged-${name}`);
      await flipBit(damaged, await lastByteOf(path, group, column));
      const error = { code: 'PAGE_CORRUPT', facts: { rowGroup: group + 1, column: name, path: damaged } };
      const footer = await readFooter(damaged);
      await expect(verifyPageChecksums(footer)).rejects.toMatchObject(error);
      await expect(feedAll(damaged, 1000)).rejects.toMatchObject(error);
      // what is not moved is not looked at
      const others = [0, 1, 2].filter((each) => each !== column);
      expect((await verifyPageChecksums(footer, { columns: others })).pages).toBeGreaterThan(0);
      const groups = [0, 1, 2].filter((each) => each !== group);
      expect((await verifyPageChecksums(footer, { rowGroups: groups })).pages).toBeGreaterThan(0);
    }
  });

  it('find a change of any byte of a page, and of most of a header', async () => {
    const footer = await readFooter(path);
    const range = chunkRange(footer.rowGroups[1]?.columns[2] ?? expect.fail('there is no such column'));
    const bytes = await readFile(path);
    let found = 0;
    for (let at = range.offset; at < range.offset + range.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const checks = new PageChecks(footer);
      try {
        checks.feed(0, changed);
      } catch (error) {
        expect(error).toMatchObject({ code: 'PAGE_CORRUPT' });
        found++;
      }
    }
    // not covered: fields of a header besides sizes and checksum
    expect(found).toBeGreaterThan(range.length * 0.8);
  });

  it('are checked in passing, whatever the size of the pieces', async () => {
    const whole = (await verifyPageChecksums(await readFooter(path))).pages;
    for (const pieceBytes of [7, 64, 1000, 1 << 20]) expect(await feedAll(path, pieceBytes)).toBe(whole);
  });

  it('are passed over where there are none, without reading the pages', async () => {
    const footer = await readFooter(flights);
    let bytes = 0;
    const verified = await verifyPageChecksums(footer, { onBytes: (more) => (bytes += more) });
    expect(verified.pages).toBe(0);
    expect(bytes).toBeLessThan(100_000);
  });

  it('in passing tell the same of a damaged header, whatever the size of the pieces', async () => {
    const footer = await readFooter(plain);
    const range = chunkRange(footer.rowGroups[1]?.columns[1] ?? expect.fail('there is no such column'));
    const bytes = (await readFile(plain)).subarray(range.offset, range.offset + range.length);
    /** `first`: how many bytes come in pieces of so many, before all others. */
    const outcome = (of: Uint8Array, pieceBytes: number, first = of.length): string => {
      const checks = new PageChecks(footer);
      try {
        for (let at = 0, to = 0; at < of.length; at = to) {
          to = at < first ? at + pieceBytes : of.length;
          checks.feed(range.offset + at, of.subarray(at, to));
        }
        return `${checks.pages} pages`;
      } catch (error) {
        return String((error as { code?: string }).code);
      }
    };
    const outcomes = new Set<string>();
    for (let at = 0; at < 40; at++) {
      for (const bits of [0x01, 0x0c, 0x40, 0xff]) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ bits;
        // byte by byte, no header comes whole
        const slowly = outcome(changed, 1, 200);
        expect(outcome(changed, changed.length), `byte ${at}, bits ${bits}`).toBe(slowly);
        expect(outcome(changed, 100)).toBe(slowly);
        outcomes.add(slowly);
      }
    }
    expect(outcomes).toContain('PAGE_CORRUPT');
    expect(outcomes).toContain('0 pages');
    const checks = new PageChecks(footer);
    checks.feed(range.offset, bytes.subarray(0, 100));
    expect(() => checks.feed(range.offset + 101, bytes.subarray(101))).toThrow(RangeError);
  });

  it('are still right after splicing', async () => {
    const footer = await readFooter(path);
    const plan = planSplice([
      { footer, rowGroups: [2, 0] },
      { footer, rowGroups: [1] },
    ]);
    if ('impossible' in plan) throw new Error(plan.impossible);
    const out = join(folder, 'spliced.parquet');
    await executeSplice(plan, [out]);
    const { pages } = await verifyPageChecksums(await readFooter(out));
    expect(pages).toBe((await verifyPageChecksums(footer)).pages);
  });

  it('can be stopped, and notice a file that has changed since', async () => {
    const footer = await readFooter(path);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(verifyPageChecksums(footer, { signal })).rejects.toThrow('enough');
    const changed = await copy('changed');
    const before = await readFooter(changed);
    await writeFile(changed, (await readFile(changed)).subarray(1));
    await expect(verifyPageChecksums(before)).rejects.toMatchObject({ code: 'PARQUET_CHANGED' });
  });
});
