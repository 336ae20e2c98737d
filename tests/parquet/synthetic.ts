import { asBytes } from '../../src/parquet/thrift/access.js';
import { encodeThrift } from '../../src/parquet/thrift/encode.js';
import {
  struct,
  type ThriftField,
  type ThriftStruct,
  type ThriftValue,
  thriftType,
} from '../../src/parquet/thrift/tree.js';

/** A schema element as a test writes it: numbers as the format has them. */
export interface Element {
  readonly name: string;
  /** 0 BOOLEAN … 7 FIXED_LEN_BYTE_ARRAY; left out of a group. */
  readonly type?: number;
  /** 0 required, 1 optional, 2 repeated. Default: 1. */
  readonly repetition?: number;
  readonly converted?: number;
  readonly logical?: ThriftStruct;
  readonly length?: number;
  readonly scale?: number;
  readonly precision?: number;
  readonly children?: readonly Element[];
}

type Wire = readonly [id: number, type: ThriftField['type'], value: ThriftValue | undefined];

/** A struct of those fields that have a value. */
export const fields = (...wires: readonly Wire[]): ThriftStruct =>
  struct(wires.flatMap(([id, type, value]) => (value === undefined ? [] : [{ id, type, value }])));

export const list = (element: ThriftField['type'], values: readonly ThriftValue[]): ThriftValue => ({
  kind: 'list',
  element,
  values,
});

/** A union with one member set. */
export const union = (id: number, value: ThriftStruct = struct([])): ThriftStruct =>
  fields([id, thriftType.struct, value]);

function flat(element: Element): ThriftStruct[] {
  const { i32, binary, struct: structType } = thriftType;
  const self = fields(
    [1, i32, element.type],
    [2, i32, element.length],
    [3, i32, element.repetition ?? 1],
    [4, binary, asBytes(element.name)],
    [5, i32, element.children?.length],
    [6, i32, element.converted],
    [7, i32, element.scale],
    [8, i32, element.precision],
    [10, structType, element.logical],
  );
  return [self, ...(element.children ?? []).flatMap(flat)];
}

/** The metadata of a file with these columns and no rows. */
export function emptyMetadata(
  columns: readonly Element[],
  keyValues: Record<string, string> = {},
): ThriftStruct {
  const { i32, i64, binary, list: listType, struct: structType } = thriftType;
  const pairs = Object.entries(keyValues).map(([key, value]) =>
    fields([1, binary, asBytes(key)], [2, binary, asBytes(value)]),
  );
  return fields(
    [1, i32, 1],
    [2, listType, list(structType, flat({ name: 'root', repetition: 0, children: columns }))],
    [3, i64, 0],
    [4, listType, list(structType, [])],
    [5, listType, pairs.length > 0 ? list(structType, pairs) : undefined],
  );
}

/** A whole file: data between the magic bytes, then the metadata. */
export function fileOf(metadata: Uint8Array | ThriftStruct, data: Uint8Array = new Uint8Array()): Uint8Array {
  const bytes = metadata instanceof Uint8Array ? metadata : encodeThrift(metadata);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length, true);
  const magic = asBytes('PAR1');
  return Buffer.concat([magic, data, bytes, length, magic]);
}
