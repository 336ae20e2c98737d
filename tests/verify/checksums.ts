import { readFile, writeFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { chunkRange, readFooter } from '../../src/parquet/index.js';
import { integerOf, listOf, structOf, withField } from '../../src/parquet/thrift/access.js';
import { decodeThrift, decodeThriftPrefix } from '../../src/parquet/thrift/decode.js';
import { encodeThrift } from '../../src/parquet/thrift/encode.js';
import { type ThriftStruct, type ThriftValue, thriftType } from '../../src/parquet/thrift/tree.js';
import { fileOf } from '../parquet/synthetic.js';

const { list, struct: structType, i32, i64 } = thriftType;

/** Writes a file anew with checksums in all page headers, which the engine does not write. Its indexes are left out. */
export async function withChecksums(source: string, target: string): Promise<void> {
  const footer = await readFooter(source);
  const bytes = await readFile(source);
  const data: Uint8Array[] = [];
  let end = 4;
  const raw = decodeThrift(footer.raw, { path: source });
  const groups = structs(listOf(raw, 4)).map((group, g) => {
    const start = end;
    const columns = structs(listOf(group, 1)).map((column, c) => {
      const chunk = footer.rowGroups[g]?.columns[c];
      if (chunk === undefined) throw new Error('there is no such column');
      const begin = end;
      let firstData: number | null = null;
      const { offset, length } = chunkRange(chunk);
      for (let at = offset; at < offset + length; ) {
        const header = decodeThriftPrefix(bytes.subarray(at), { path: source });
        const body = bytes.subarray(at + header.length).subarray(0, integerOf(header.struct, 3) ?? 0);
        const head = encodeThrift(withField(header.struct, 4, i32, crc32(body) | 0));
        if (integerOf(header.struct, 1) !== 2) firstData ??= end;
        data.push(head, body);
        end += head.length + body.length;
        at += header.length + body.length;
      }
      let meta = structOf(column, 3) as ThriftStruct;
      meta = withField(meta, 7, i64, end - begin);
      meta = withField(meta, 9, i64, firstData ?? begin);
      if (integerOf(meta, 11) !== null) meta = withField(meta, 11, i64, begin);
      for (const bloom of [14, 15]) meta = withField(meta, bloom, i64, undefined);
      let moved = withField(column, 3, structType, meta);
      for (const index of [4, 5, 6, 7]) moved = withField(moved, index, i64, undefined);
      return moved;
    });
    let moved = withField(group, 1, list, listed(columns));
    if (integerOf(group, 5) !== null) moved = withField(moved, 5, i64, start);
    if (integerOf(group, 6) !== null) moved = withField(moved, 6, i64, end - start);
    return moved;
  });
  await writeFile(target, fileOf(withField(raw, 4, list, listed(groups)), Buffer.concat(data)));
}

/** Changes one bit of a file. */
export async function flipBit(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[at] = (bytes[at] ?? 0) ^ 4;
  await writeFile(path, bytes);
}

/** The place of the last byte of a column chunk's last page. Row group and column from 0. */
export async function lastByteOf(path: string, rowGroup: number, column: number): Promise<number> {
  const chunk = (await readFooter(path)).rowGroups[rowGroup]?.columns[column];
  if (chunk === undefined) throw new Error('there is no such column');
  const { offset, length } = chunkRange(chunk);
  return offset + length - 1;
}

const structs = (value: ReturnType<typeof listOf>): ThriftStruct[] => (value?.values ?? []) as ThriftStruct[];
const listed = (values: readonly ThriftStruct[]): ThriftValue => ({
  kind: 'list',
  element: structType,
  values,
});
