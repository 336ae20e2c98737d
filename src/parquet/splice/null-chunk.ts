import { physicalTypeNumber } from '../names.js';
import type { SchemaElement } from '../schema-tree.js';
import { asBytes } from '../thrift/access.js';
import type { ThriftWriter } from '../thrift/encode.js';
import { struct, type ThriftField, type ThriftType, type ThriftValue, thriftType } from '../thrift/tree.js';
import { nullPage, plain, runLength } from './null-page.js';

const uncompressed = 0;

/** Where and for how many rows a file lacks a column. */
interface Lacked {
  /** Its name in the output; null where it keeps its own. */
  readonly rename: string | null;
  readonly rows: number;
  /** Where its page goes in the output. */
  readonly offset: number;
}

/** Writes the description of the chunk that is a {@link nullPage}; gives the bytes of the page. */
export function writeNullChunk(writer: ThriftWriter, leaf: SchemaElement, lacked: Lacked): number {
  const { rename, rows, offset } = lacked;
  const { i32, i64, list, binary, struct: structType } = thriftType;
  const bytes = nullPage(leaf, rows).length;
  const [top, ...below] = leaf.path;
  const path = [rename ?? top ?? '', ...below];
  const field = (id: number, type: ThriftType, value: ThriftValue): ThriftField => ({ id, type, value });
  const meta = struct([
    field(1, i32, leaf.type === null ? 0 : physicalTypeNumber(leaf.type)),
    field(2, list, { kind: 'list', element: i32, values: [plain, runLength] }),
    field(3, list, { kind: 'list', element: binary, values: path.map(asBytes) }),
    field(4, i32, uncompressed),
    field(5, i64, rows),
    field(6, i64, bytes),
    field(7, i64, bytes),
    field(9, i64, offset),
    // every value is NULL
    field(12, structType, struct([field(3, i64, rows)])),
  ]);
  writer.struct(struct([field(2, i64, 0), field(3, structType, meta)]));
  return bytes;
}
