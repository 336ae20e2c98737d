import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chunkRange, executeSplice, planSplice, readFooter, verifyPages } from '../../src/parquet/index.js';
import { integerOf, listOf, structOf, withField } from '../../src/parquet/thrift/access.js';
import { decodeThrift, decodeThriftPrefix } from '../../src/parquet/thrift/decode.js';
import { encodeThrift } from '../../src/parquet/thrift/encode.js';
import { type ThriftStruct, thriftType } from '../../src/parquet/thrift/tree.js';
import { Witness } from './engine.js';
import { flights } from './samples.js';
import { fileOf } from './synthetic.js';

let folder: string;
let path: string;

/** A file of one column chunk, whose pages get the checksums that the engine does not write. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hygge-pages-'));
  const witness = await Witness.open();
  const plain = join(folder, 'plain.parquet');
  await witness.run(`COPY (SELECT 'word ' || i AS a FROM range(2000) t(i)) TO '${plain}'`);
  witness.close();
  path = join(folder, 'checked.parquet');
  await writeFile(path, await withChecksums(plain));
});
afterAll(() => rm(folder, { recursive: true }));

async function withChecksums(source: string): Promise<Uint8Array> {
  const footer = await readFooter(source);
  const bytes = await readFile(source);
  const [chunk] = footer.rowGroups[0]?.columns ?? [];
  if (chunk === undefined) throw new Error('there is no column');
  const { offset, length } = chunkRange(chunk);
  const pages: Uint8Array[] = [];
  for (let at = offset; at < offset + length; ) {
    const header = decodeThriftPrefix(bytes.subarray(at), { path: source });
    const start = at + header.length;
    const body = bytes.subarray(start, start + (integerOf(header.struct, 3) ?? 0));
    pages.push(encodeThrift(withField(header.struct, 4, thriftType.i32, crc32(body) | 0)), body);
    at = start + body.length;
  }
  const data = Buffer.concat(pages);
  const { list, struct, i64 } = thriftType;
  const raw = decodeThrift(footer.raw, { path: source });
  const group = listOf(raw, 4)?.values[0] as ThriftStruct;
  const column = listOf(group, 1)?.values[0] as ThriftStruct;
  const meta = withField(structOf(column, 3) as ThriftStruct, 7, i64, data.length);
  const one = (value: ThriftStruct) => ({ kind: 'list', element: struct, values: [value] }) as const;
  const newGroup = withField(group, 1, list, one(withField(column, 3, struct, meta)));
  return fileOf(withField(raw, 4, list, one(newGroup)), data);
}

describe('verifyPages', () => {
  it('checks every page that has a checksum, also after splicing', async () => {
    const footer = await readFooter(path);
    const verified = await verifyPages(footer);
    expect(verified.checked).toBeGreaterThan(0);
    expect(verified.checked).toBe(verified.pages);
    const out = join(folder, 'out.parquet');
    const plan = planSplice([
      { footer, rowGroups: [0] },
      { footer, rowGroups: [0] },
    ]);
    if ('impossible' in plan) throw new Error(plan.impossible);
    await executeSplice(plan, [out]);
    expect((await verifyPages(await readFooter(out))).checked).toBe(2 * verified.checked);
  });

  it('names the column of a page that differs from its checksum', async () => {
    const footer = await readFooter(path);
    const bytes = await readFile(path);
    const [chunk] = footer.rowGroups[0]?.columns ?? [];
    const { offset, length } = chunk === undefined ? { offset: 0, length: 0 } : chunkRange(chunk);
    for (const at of [offset + 100, offset + (length >> 1), offset + length - 1]) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 4;
      const copy = join(folder, `damaged-${at}.parquet`);
      await writeFile(copy, damaged);
      await expect(verifyPages(await readFooter(copy))).rejects.toMatchObject({
        code: 'PARQUET_DAMAGED',
        message: expect.stringMatching(/in column "a" of row group 1, differs from its checksum/),
      });
    }
  });

  it('goes through files without checksums, and can be stopped', async () => {
    const footer = await readFooter(flights);
    let bytes = 0;
    const verified = await verifyPages(footer, {
      onBytes: (more) => {
        bytes += more;
      },
    });
    expect(verified.pages).toBeGreaterThan(55);
    const all = footer.rowGroups.flatMap((group) => group.columns.map((chunk) => chunk.compressedBytes));
    expect(bytes).toBe(all.reduce((sum, size) => sum + size, 0));
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(verifyPages(footer, { signal })).rejects.toThrow('enough');
  });
});
