import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HyggeError } from '../../src/errors/index.js';
import { countInPieces } from '../../src/parquet/count-in-pieces.js';
import { footerRows, footerView } from '../../src/parquet/footer-view.js';
import {
  boundsOf,
  chunkRange,
  executeSplice,
  type Footer,
  logicalSchema,
  PageChecks,
  planSplice,
  readFooter,
} from '../../src/parquet/index.js';
import { moveOffsetIndex } from '../../src/parquet/page-index.js';
import { checkRanges } from '../../src/parquet/ranges.js';
import { decodeThrift } from '../../src/parquet/thrift/decode.js';
import { encodeThrift } from '../../src/parquet/thrift/encode.js';
import { useTotals } from '../faults/support/totals.js';
import { Witness } from './engine.js';
import { flights, writeSamples } from './samples.js';
import { fileOf } from './synthetic.js';

/** How many damaged footers are tried, over all files; and where the numbers begin. */
const mutations = Number(process.env.HYGGE_FUZZ_FOOTERS ?? 100_000);
const seed = Number(process.env.HYGGE_SEED ?? 1);
/** Of those that are taken, each of so many is spliced. */
const splicedEach = 50;

const totals = useTotals('damaged footers');

let folder: string;
let witness: Witness;
let sources: { path: string; file: Buffer; metadata: Buffer }[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hygge-fuzz-'));
  witness = await Witness.open();
  const samples = await writeSamples(folder, witness);
  const chosen = samples.filter((path) =>
    /duckdb-snappy|hyparquet|arrow-rs-1|pyarrow-v1-indexed|polars-zstd|parquet-java-v2|fastparquet|parquet-go-v2/.test(
      path,
    ),
  );
  sources = await Promise.all(
    [...chosen, flights].map(async (path) => {
      const file = await readFile(path);
      const length = file.readUInt32LE(file.length - 8);
      return { path, file, metadata: file.subarray(file.length - 8 - length, file.length - 8) };
    }),
  );
});
afterAll(async () => {
  witness.close();
  await rm(folder, { recursive: true });
});

/** Numbers that look random and are the same every time: mulberry32. */
function numbers(start: number): (below: number) => number {
  let state = start >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Damages bytes in one of the ways that bytes get damaged. */
function damaged(bytes: Uint8Array, next: (below: number) => number): Uint8Array {
  let copy = Buffer.from(bytes);
  for (let times = 1 + next(3); times > 0; times--) {
    const at = next(copy.length);
    switch (next(6)) {
      case 0:
        copy[at] = (copy[at] ?? 0) ^ (1 << next(8));
        break;
      case 1:
        copy[at] = next(256);
        break;
      case 2:
        copy[at] = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x19, 0x1c][next(7)] ?? 0;
        break;
      case 3:
        copy = Buffer.concat([copy.subarray(0, at), copy.subarray(at + 1 + next(8))]);
        break;
      case 4:
        copy = Buffer.concat([copy.subarray(0, at), Buffer.alloc(1 + next(8), 0xff), copy.subarray(at)]);
        break;
      default: {
        const other = next(copy.length);
        copy = Buffer.concat([copy.subarray(0, at), copy.subarray(other, other + 20), copy.subarray(at)]);
      }
    }
    if (copy.length === 0) break;
  }
  return copy;
}

/** A footer from damaged metadata; null where it is refused. Any other error than a refusal goes through. */
function accepted(metadata: Uint8Array, path: string, bytes: number): Footer | null {
  try {
    const footer = footerView(metadata, { path, bytes, modified: 0 });
    checkRanges(footer);
    return footer;
  } catch (error) {
    if (error instanceof HyggeError && error.code !== 'INTERNAL') return null;
    throw error;
  }
}

/** The rows of damaged metadata where nothing of it is kept; null where it is refused. */
function counted(metadata: Uint8Array, path: string, bytes: number): number | null {
  try {
    return footerRows(metadata, { path, bytes, modified: 0 });
  } catch (error) {
    if (error instanceof HyggeError && error.code !== 'INTERNAL') return null;
    throw error;
  }
}

/** The same in pieces of which it takes two to four. */
async function countedInPieces(metadata: Uint8Array, path: string, bytes: number): Promise<number | null> {
  const read = async (from: number, length: number): Promise<Uint8Array> => {
    if (length < 0 || from + length > metadata.length) throw new RangeError('beyond the metadata');
    return Uint8Array.from(metadata.subarray(from, from + length));
  };
  const pieceBytes = Math.ceil((metadata.length * (3 + (metadata.length % 7))) / 10);
  const count = await countInPieces(read, metadata.length, pieceBytes, { path, bytes, modified: 0 });
  return count?.inOrder === true ? count.rows : null;
}

/** Goes through everything that is done with a footer. */
function used(footer: Footer): void {
  const rows = footer.rowGroups.reduce((sum, group) => sum + group.rows, 0);
  expect(footer.rows).toBe(rows);
  for (const group of footer.rowGroups) for (const chunk of group.columns) boundsOf(footer, chunk);
  try {
    logicalSchema(footer);
  } catch (error) {
    expect(error).toBeInstanceOf(HyggeError);
  }
  const plan = planSplice([{ footer, rowGroups: footer.rowGroups.map((_, i) => i).reverse() }]);
  if ('impossible' in plan) return;
  expect(plan.rows).toBe(rows);
}

describe('damaged footers', () => {
  it(`are refused, or used without harm: ${mutations} of them, HYGGE_SEED=${seed}`, async () => {
    let refused = 0;
    let taken = 0;
    let compared = 0;
    let piecewise = 0;
    let slowest = 0;
    let largest = 0;
    const before = process.memoryUsage.rss();
    for (let i = 0; i < mutations; i++) {
      const source = sources[i % sources.length];
      if (source === undefined) throw new Error('there are no sources');
      const metadata = damaged(source.metadata, numbers(seed * 1_000_003 + i));
      const size = source.file.length - source.metadata.length + metadata.length;
      const start = process.cpuUsage();
      const footer = accepted(metadata, source.path, size);
      slowest = Math.max(slowest, process.cpuUsage(start).user / 1000);
      const rows = footer === null ? null : footer.rows;
      expect(counted(metadata, source.path, size)).toBe(rows);
      const inPieces = await countedInPieces(metadata, source.path, size);
      // what is refused or unusual is left to whoever has all of it
      if (inPieces !== null) piecewise++;
      if (inPieces !== null) expect(inPieces).toBe(rows);
      if (i % 500 === 0) largest = Math.max(largest, process.memoryUsage.rss());
      if (footer === null) {
        refused++;
        continue;
      }
      taken++;
      used(footer);
      // written again and read again it is the same
      const again = accepted(encodeThrift(decodeThrift(metadata, { path: source.path })), source.path, size);
      if (again !== null) expect(again.rows).toBe(footer.rows);
      if (taken % splicedEach !== 1) continue;
      const which = `number ${i}, of ${basename(source.path)}`;
      if (await spliced(source.file, source.metadata.length, metadata, which)) compared++;
    }
    const memory = `${Math.round((largest - before) / 1024 / 1024)} MB more at most`;
    console.log(
      `damaged footers: ${mutations}, ${refused} refused, ${taken} taken, the rows of ${compared} compared, the slowest with ${Math.round(slowest)} ms of CPU, ${memory}`,
    );
    totals.faults += mutations;
    totals.runs += taken;
    // far above what it takes: a hang, or a memory that is filled, would be told as that
    expect(slowest).toBeLessThan(2000);
    expect(largest - before).toBeLessThan(500 * 1024 * 1024);
    // both happen: otherwise the damage is too small or too large to tell anything
    expect(refused).toBeGreaterThan(mutations / 10);
    expect(taken).toBeGreaterThan(mutations / 100);
    expect(compared).toBeGreaterThan(mutations / 1000);
    expect(piecewise).toBeGreaterThan(taken / 2);
  }, 3_600_000);

  it('of indexes are refused, or moved', async () => {
    const source = sources.find(({ path }) => path.includes('hyparquet'));
    if (source === undefined) throw new Error('there is no source');
    const footer = await readFooter(source.path);
    const chunk = footer.rowGroups[1]?.columns[0];
    const range = chunk?.offsetIndex;
    if (chunk === undefined || range === undefined || range === null) throw new Error('there is no index');
    const index = source.file.subarray(range.offset, range.offset + range.length);
    expect(moveOffsetIndex(index, chunkRange(chunk), 0, source.path)).toEqual(new Uint8Array(index));
    for (let i = 0; i < 1000; i++) {
      try {
        moveOffsetIndex(damaged(index, numbers(seed + i)), chunkRange(chunk), 1000, source.path);
      } catch (error) {
        expect(error).toMatchObject({ code: 'PARQUET_DAMAGED' });
      }
    }
  });
});

/** The rows of a file as the engine alone reads them, in whatever order; null where it cannot. */
const rowsOf = (path: string): Promise<string | null> =>
  witness.rows(`SELECT count(*), sum(hash(t)) FROM '${path}' AS t`).then(String, () => null);

/**
 * Splices a file with damaged metadata: a clear refusal, or the very bytes of its columns, and the same rows for who
 * could read them before. Gives whether somebody could.
 */
async function spliced(
  file: Buffer,
  footerBytes: number,
  metadata: Uint8Array,
  which: string,
): Promise<boolean> {
  const [path, out] = [join(folder, 'damaged.parquet'), join(folder, 'out.parquet')];
  const data = file.subarray(4, file.length - 8 - footerBytes);
  const whole = fileOf(metadata, data);
  await writeFile(path, whole);
  const footer = await readFooter(path);
  const plan = planSplice([{ footer, rowGroups: footer.rowGroups.map((_, i) => i).reverse() }]);
  if ('impossible' in plan) return false;
  try {
    // as a flow does it
    const checks = new PageChecks(footer);
    await executeSplice(plan, [out], {
      share: false,
      onCopied: ({ from, bytes }) => checks.feed(from, bytes),
    });
  } catch (error) {
    expect(error).toBeInstanceOf(HyggeError);
    return false;
  }
  const result = await readFooter(out);
  expect(result.rows).toBe(footer.rows);
  const bytes = await readFile(out);
  const groups = footer.rowGroups.toReversed().filter((group) => group.rows > 0);
  for (const [g, group] of groups.entries()) {
    for (const [c, chunk] of group.columns.entries()) {
      const moved = result.rowGroups[g]?.columns[c];
      if (moved === undefined) throw new Error('a column is missing');
      const [from, to] = [chunkRange(chunk), chunkRange(moved)];
      const [a, b] = [whole.subarray(from.offset), bytes.subarray(to.offset)];
      expect(Buffer.compare(a.subarray(0, from.length), b.subarray(0, to.length))).toBe(0);
    }
  }
  // The engine reads past the end of a gzip stream whose place is another.
  const isSure = groups.every(({ columns }) => columns.every(({ codec }) => codec !== 'GZIP'));
  const before = isSure ? await rowsOf(path) : null;
  if (before !== null) expect(await rowsOf(out), which).toBe(before);
  await rm(out);
  return before !== null;
}
