import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Flow } from '../../src/index.js';
import {
  columnNames,
  executeSplice,
  type Footer,
  planSplice,
  readFooter,
  verifyPageChecksums,
} from '../../src/parquet/index.js';
import type { SpliceOptions } from '../../src/parquet/splice/plan.js';
import { decodeThrift } from '../../src/parquet/thrift/decode.js';
import { encodeThrift } from '../../src/parquet/thrift/encode.js';
import { settled, useWorkplace, visible } from '../integration/workplace.js';
import { collected, collectedPath, encrypted } from './collected.js';
import { Witness } from './engine.js';
import { checkIndexes } from './index-check.js';
import { type Reader, readersWith, type TextRow } from './readers.js';

/** Files whose footers contradict themselves; and those that are not copied, with why. */
const refused = ['repeated_no_annotation.parquet'];
const notCopied: Readonly<Record<string, RegExp>> = {
  'nation.dict-malformed.parquet': /recorded wrong sizes/,
  'dict-page-offset-zero.parquet': /has fields of types that the format does not give them/,
};

const place = useWorkplace();
let folder: string;
let witness: Witness;
let readers: Reader[];
let compared = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hygge-collected-'));
  witness = await Witness.open();
  readers = readersWith(witness);
});
afterAll(async () => {
  witness.close();
  await rm(folder, { recursive: true });
});

async function spliced(
  name: string,
  inputs: readonly Footer[],
  options: SpliceOptions = {},
): Promise<Footer> {
  const plan = planSplice(
    inputs.map((footer) => ({ footer, rowGroups: footer.rowGroups.map((_, i) => i) })),
    options,
  );
  if ('impossible' in plan) throw new Error(plan.impossible);
  const path = join(folder, name);
  await executeSplice(JSON.parse(JSON.stringify(plan)), [path]);
  const footer = await readFooter(path);
  await checkIndexes(footer);
  return footer;
}

/** Whoever could read the file sees the same in what was made of it. */
async function expectRead(from: Footer, to: Footer, wanted: (rows: TextRow[]) => TextRow[]): Promise<void> {
  for (const reader of readers) {
    const before = await reader.rows(from.path).catch(() => null);
    if (before === null) continue;
    const after = await reader.rows(to.path);
    expect(JSON.stringify(after) === JSON.stringify(wanted(before)), reader.name).toBe(true);
    compared++;
  }
}

describe('the files that the format collects', () => {
  it.each(collected)('have footers that are written again byte for byte: %s', async (name) => {
    const bytes = await readFile(collectedPath(name));
    const length = bytes.readUInt32LE(bytes.length - 8);
    const metadata = bytes.subarray(bytes.length - 8 - length, bytes.length - 8);
    expect(Buffer.compare(encodeThrift(decodeThrift(metadata, { path: name })), metadata)).toBe(0);
  });

  it.each(collected.filter((name) => !refused.includes(name) && notCopied[name] === undefined))(
    'are joined, and their columns chosen, and read as before: %s',
    async (name) => {
      const footer = await readFooter(collectedPath(name));
      const joined = await spliced(`joined-${name}`, [footer, footer]);
      await expectRead(footer, joined, (rows) => [...rows, ...rows]);
      const columns = columnNames(footer)
        .toReversed()
        .filter((_, i) => i % 2 === 0)
        .map((from) => ({ from, name: `new ${from}` }));
      const chosen = await spliced(`chosen-${name}`, [footer], { columns });
      await expectRead(footer, chosen, (rows) =>
        rows.map((row) => Object.fromEntries(columns.map(({ from, name: to }) => [to, row[from] ?? '']))),
      );
      const before = await verifyPageChecksums(footer).catch(() => null);
      if (before !== null) expect((await verifyPageChecksums(joined)).pages).toBe(2 * before.pages);
    },
  );

  it('are read by most readers', () => {
    expect(compared).toBeGreaterThan(collected.length * 4);
  });

  it.each(Object.entries(notCopied))('are not copied, and the plan says why: %s', async (name, why) => {
    const footer = await readFooter(collectedPath(name));
    expect(planSplice([{ footer, rowGroups: [0] }])).toEqual({ impossible: expect.stringMatching(why) });
  });

  it('of Dremio are read by the engine', async () => {
    const home = collectedPath('dict-page-offset-zero.parquet');
    const result = await new Flow({ name: 'f', home, store: place.at('store') }).start();
    expect(result).toMatchObject({ status: 'success', route: 'engine', rows: 39 });
    await place.witness.expectSame(settled(place.at('store')), `SELECT * FROM read_parquet('${home}')`);
  });

  it('without rows, but with a dictionary, have none to move', async () => {
    const home = collectedPath('column_chunk_key_value_metadata.parquet');
    const result = await new Flow({ name: 'f', home, store: place.at('store') }).start();
    expect(result).toMatchObject({ status: 'success', rows: 0 });
    expect(
      await place.witness.rows(`SELECT count(*), max(column1) FROM (${settled(place.at('store'))})`),
    ).toEqual([['0', null]]);
  });

  it.each(encrypted)('are refused where they are encrypted, in part or whole: %s', async (name) => {
    const path = collectedPath(name);
    await expect(readFooter(path)).rejects.toMatchObject({ code: 'PARQUET_ENCRYPTED', facts: { path } });
    const flow = new Flow({ name: 'f', home: path, store: place.at('store') });
    await expect(flow.start()).rejects.toMatchObject({ code: 'PARQUET_ENCRYPTED' });
    expect(visible(place.at('store'))).toEqual([]);
  });

  it.each(refused)('are refused where they contradict themselves: %s', async (name) => {
    await expect(readFooter(collectedPath(name))).rejects.toMatchObject({ code: 'PARQUET_DAMAGED' });
  });

  it.each(['splice', 'engine'] as const)(
    'with a wrong checksum are not passed on by route %s',
    async (route) => {
      const home = collectedPath('rle-dict-uncompressed-corrupt-checksum.parquet');
      const flow = new Flow({ name: 'f', home, store: place.at('store'), retry: { attempts: 1 } });
      await expect(flow.start({ route })).rejects.toMatchObject({ code: 'PAGE_CORRUPT' });
      expect(visible(place.at('store'))).toEqual([]);
    },
  );
});
