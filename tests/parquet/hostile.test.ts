import { execFileSync } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asBytes, listOf } from '../../src/parquet/thrift/access.js';
import { encodeThrift } from '../../src/parquet/thrift/encode.js';
import { type ThriftValue, thriftType } from '../../src/parquet/thrift/tree.js';
import { emptyMetadata, fields, fileOf, list } from './synthetic.js';

const script = fileURLToPath(new URL('./hostile.mjs', import.meta.url));
const { i32, i64, binary, struct } = thriftType;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hygge-hostile-'));
});
afterAll(() => rm(folder, { recursive: true }));

const repeat = (bytes: readonly number[], bytesInAll: number): Uint8Array => {
  const all = Buffer.alloc(bytesInAll - (bytesInAll % bytes.length));
  for (let i = 0; i < all.length; i++) all[i] = bytes[i % bytes.length] ?? 0;
  return all;
};
const large = 8_000_000;
/** The metadata of a file without rows up to its row groups, whose list follows; `columns`: how many it has. */
const head = (columns: number): Uint8Array => {
  const names = Array.from({ length: columns }, (_, i) => ({ name: `column ${i}`, type: 1 }));
  const schema = listOf(emptyMetadata(names), 2) as ThriftValue;
  const bytes = encodeThrift(fields([1, i32, 1], [2, thriftType.list, schema], [3, i64, 0]));
  return bytes.subarray(0, -1);
};
const elements = (count: number, element: ThriftValue): ThriftValue =>
  list(struct, new Array(count).fill(element));
const element = (name: string, children?: number) =>
  fields([1, i32, children === undefined ? 1 : undefined], [4, binary, asBytes(name)], [5, i32, children]);

/** Metadata that somebody made with the worst of intentions. */
const attacks: Readonly<Record<string, () => Uint8Array>> = {
  'empty structs as columns': () =>
    Buffer.concat([Buffer.of(0x29, 0xfc, 0x80, 0x92, 0xf4, 0x01), new Uint8Array(4_000_000)]),
  'a schema that announces two thousand million columns': () =>
    Buffer.of(0x29, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0),
  'a column with two thousand million children': () =>
    encodeThrift(fields([2, thriftType.list, list(struct, [element('a', 2_000_000_000)])])),
  'columns nested without end': () =>
    encodeThrift(fields([2, thriftType.list, elements(200_000, element('a', 1))])),
  'structs in structs': () => repeat([0x1c], large),
  'lists in lists': () => Buffer.concat([Buffer.of(0x19), repeat([0x19], large)]),
  'maps in maps': () => Buffer.concat([Buffer.of(0x1b), repeat([0x01, 0xbb], large)]),
  'a text of four thousand million bytes': () => Buffer.of(0x68, 0xff, 0xff, 0xff, 0xff, 0x0f, 0),
  'a list of row groups for each three bytes': () =>
    Buffer.concat([head(20_000), Buffer.of(0x19, 0x0c), repeat([0x09, 0x08, 0x0c], large), Buffer.of(0)]),
  'a schema for each hundred bytes': () => {
    const one = encodeThrift(fields([2, thriftType.list, elements(3, element('abcdefghijklmnop', 0))]));
    return Buffer.concat([repeat([...one.subarray(0, -1)], large), Buffer.of(0)]);
  },
  'row groups without anything': () =>
    Buffer.concat([
      head(1),
      Buffer.of(0x19, 0xfc, 0x80, 0x92, 0xf4, 0x01),
      new Uint8Array(4_000_000),
      Buffer.of(0),
    ]),
  'pairs without anything': () =>
    Buffer.concat([
      head(1),
      Buffer.of(0x19, 0x0c, 0x19, 0xfc, 0x80, 0x92, 0xf4, 0x01),
      new Uint8Array(4_000_000),
      Buffer.of(0),
    ]),
  'integers of more than 64 bits': () =>
    Buffer.concat([Buffer.of(0x16), repeat([0xff], large), Buffer.of(0)]),
  'fields without end': () => repeat([0x15, 0x02], large),
};

describe('a footer that is made to do harm', () => {
  it('is refused at once, and with little memory', async () => {
    const paths: string[] = [];
    for (const [i, make] of Object.values(attacks).entries()) {
      const path = join(folder, `${i}.parquet`);
      await writeFile(path, fileOf(make()));
      paths.push(path);
    }
    // zeros, hardly any of which are on the disk, that are said to be a footer, or row groups
    const groups = Buffer.of(0x19, 0xfc, 0x80, 0x92, 0xf4, 0x01);
    const holes = { 'a footer of 400 MB of zeros': [], 'row groups of 400 MB of zeros': [head(9), groups] };
    for (const [name, begin] of Object.entries(holes)) {
      const path = join(folder, `${name}.parquet`);
      const file = await open(path, 'w');
      await file.write(Buffer.concat([Buffer.from('PAR1'), ...begin]), 0);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(400 * 1024 ** 2);
      await file.write(Buffer.concat([length, Buffer.from('PAR1')]), 0, 8, 4 + 400 * 1024 ** 2);
      await file.close();
      paths.push(path);
    }
    const names = [...Object.keys(attacks), ...Object.keys(holes)];
    for (const [i, path] of paths.entries()) {
      const out = execFileSync(process.execPath, [script, path], { encoding: 'utf8', timeout: 60_000 });
      const { code, ms, grown } = JSON.parse(out) as { code: string; ms: number; grown: number };
      const told = `${names[i]}: ${code}, ${ms.toFixed(0)} ms of CPU, ${Math.round(grown / 1e6)} MB`;
      expect(code, told).toBe('PARQUET_DAMAGED');
      // far above what it takes, and far below what it would take whoever believed it
      expect(ms, told).toBeLessThan(2000);
      expect(grown, told).toBeLessThan(100e6);
    }
  });
});
