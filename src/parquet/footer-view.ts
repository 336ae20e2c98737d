import { fail } from '../errors/index.js';
import type { ByteRange, ColumnChunk, ColumnOrder, Footer, KeyValue, RowGroup } from './footer.js';
import { codecOf, encodingOf, physicalTypeOf } from './names.js';
import { type SchemaElement, type SchemaTree, schemaTree } from './schema-tree.js';
import { bytesOf, fieldOf, integerOf, isStruct, listOf, structOf, textOf } from './thrift/access.js';
import { decodeThrift } from './thrift/decode.js';
import { encodeThrift } from './thrift/encode.js';
import { columnChunkShape, fileShape, hasShape, rowGroupShape } from './thrift/shape.js';
import { struct, type ThriftList, type ThriftStruct, type ThriftValue, thriftType } from './thrift/tree.js';

/** Field numbers of the format that hold encoded lists of their own. */
const rowGroupsField = 4;
const columnsField = 1;

/** What is known of a file before its footer is read. */
export interface FileFacts {
  readonly path: string;
  readonly bytes: number;
  readonly modified: number;
}

/** Makes the typed view of a footer from its metadata. `bytes` are kept by the view. */
export function footerView(bytes: Uint8Array, file: FileFacts): Footer {
  const { path } = file;
  const raw = metadataTree(bytes, path);
  if (fieldOf(raw, 8) !== undefined) throw fail('PARQUET_ENCRYPTED', { path });
  const need = needIn(path);
  if (!hasShape(raw, fileShape)) throw fail('PARQUET_DAMAGED', { path, reason: wrongTypes('its footer') });
  const schemaList = need(listOf(raw, 2), 'its schema is missing');
  const { root, leaves } = sharedSchemaTree(schemaList, path);
  const rows = need(countOf(raw, 3), 'its number of rows is missing or impossible');
  const rowGroupList = need(listOf(raw, rowGroupsField), 'its list of row groups is missing');
  const rowGroups = rowGroupList.values.map((value, i) => rowGroupView(value, leaves, path, i + 1));
  const inGroups = rowGroups.reduce((sum, group) => sum + group.rows, 0);
  if (inGroups !== rows) {
    throw fail('PARQUET_DAMAGED', {
      path,
      reason: `its footer speaks of ${rows} rows, but its row groups have ${inGroups}`,
    });
  }
  const orders = listOf(raw, 7);
  return {
    path,
    fileBytes: file.bytes,
    modified: file.modified,
    footerBytes: bytes.length,
    version: integerOf(raw, 1) ?? 0,
    rows,
    createdBy: textOf(raw, 6),
    schema: root,
    leaves,
    rowGroups,
    keyValues: structsIn(listOf(raw, 5)).map(keyValueView),
    columnOrders: orders === null ? null : structsIn(orders).map(columnOrderView),
    raw: bytes,
  };
}

/** The schemas read last, by their bytes: thousands of files of one writer share one tree in memory. */
const schemaTrees = new Map<string, SchemaTree>();
const mostSchemaTrees = 32;

function sharedSchemaTree(list: ThriftList, path: string): SchemaTree {
  const bytes = encodeThrift(struct([{ id: 2, type: thriftType.list, value: list }]));
  const key = Buffer.from(bytes).toString('latin1');
  const tree = schemaTrees.get(key) ?? schemaTree(list, path);
  schemaTrees.delete(key);
  schemaTrees.set(key, tree);
  for (const oldest of schemaTrees.keys()) {
    if (schemaTrees.size <= mostSchemaTrees) break;
    schemaTrees.delete(oldest);
  }
  return tree;
}

/** The metadata as a tree; the row groups are left encoded. */
export function metadataTree(bytes: Uint8Array, path: string): ThriftStruct {
  return decodeThrift(bytes, { path, leaveEncoded: rowGroupsField });
}

function rowGroupView(
  value: ThriftValue,
  leaves: readonly SchemaElement[],
  path: string,
  number: number,
): RowGroup {
  const need = needIn(path);
  const bytes = need(encodedBytes(value), 'its list of row groups is not readable');
  const raw = decodeThrift(bytes, { path, leaveEncoded: columnsField });
  if (!hasShape(raw, rowGroupShape))
    throw fail('PARQUET_DAMAGED', { path, reason: wrongTypes(`row group ${number}`) });
  const rows = need(countOf(raw, 3), `the number of rows of row group ${number} is missing or impossible`);
  const chunks = need(listOf(raw, columnsField), `row group ${number} has no list of columns`).values;
  if (chunks.length !== leaves.length) {
    throw fail('PARQUET_DAMAGED', {
      path,
      reason: `row group ${number} has ${chunks.length} columns, but the schema has ${leaves.length}`,
    });
  }
  const columns = leaves.map((leaf, i) => chunkView(chunks[i], leaf, path, number));
  return { rows, totalBytes: countOf(raw, 2) ?? 0, columns, raw: bytes };
}

function chunkView(
  value: ThriftValue | undefined,
  leaf: SchemaElement,
  path: string,
  rowGroup: number,
): ColumnChunk {
  const need = needIn(path);
  const where = `column "${leaf.path.join('.')}" of row group ${rowGroup}`;
  const bytes = need(value === undefined ? null : encodedBytes(value), `${where} is not readable`);
  const raw = decodeThrift(bytes, { path });
  if (!hasShape(raw, columnChunkShape)) throw fail('PARQUET_DAMAGED', { path, reason: wrongTypes(where) });
  if (fieldOf(raw, 8) !== undefined || fieldOf(raw, 9) !== undefined)
    throw fail('PARQUET_ENCRYPTED', { path });
  const elsewhere = bytesOf(raw, 1);
  if (elsewhere !== null && elsewhere.length > 0) {
    throw fail('NOT_PARQUET', { path, reason: 'it is an index of other files, and has no rows of its own' });
  }
  const meta = need(structOf(raw, 3), `${where} has no description`);
  const typeNumber = need(integerOf(meta, 1), `${where} has no type`);
  const type = physicalTypeOf(typeNumber);
  if (type === undefined || type !== leaf.type) {
    throw fail('PARQUET_DAMAGED', { path, reason: `${where} is of another type than in the schema` });
  }
  const impossible = `${where} has an impossible size or place`;
  const bloomOffset = optionalCount(meta, 14, impossible, path);
  return {
    leaf,
    type,
    encodings: (listOf(meta, 2)?.values ?? []).map((number) => encodingOf(Number(number))),
    codec: codecOf(need(integerOf(meta, 4), `${where} does not say how it is compressed`)),
    values: need(countOf(meta, 5), impossible),
    uncompressedBytes: need(countOf(meta, 6), impossible),
    compressedBytes: need(countOf(meta, 7), impossible),
    dataPageOffset: need(countOf(meta, 9), impossible),
    indexPageOffset: optionalCount(meta, 10, impossible, path),
    dictionaryPageOffset: optionalCount(meta, 11, impossible, path),
    offsetIndex: rangeOf(raw, 4, 5),
    columnIndex: rangeOf(raw, 6, 7),
    bloomFilter: bloomOffset === null ? null : { offset: bloomOffset, length: countOf(meta, 15) },
    raw: bytes,
  };
}

function keyValueView(raw: ThriftStruct): KeyValue {
  return { key: textOf(raw, 1) ?? '', value: textOf(raw, 2) };
}

function columnOrderView(raw: ThriftStruct): ColumnOrder {
  const id = raw.fields[0]?.id;
  if (id === 1) return 'type';
  if (id === 2) return 'ieee754_total';
  return id === 3 ? 'int96_timestamp' : 'other';
}

function rangeOf(raw: ThriftStruct, offsetField: number, lengthField: number): ByteRange | null {
  const offset = countOf(raw, offsetField);
  const length = countOf(raw, lengthField);
  return offset === null || length === null || length === 0 ? null : { offset, length };
}

function encodedBytes(value: ThriftValue): Uint8Array | null {
  return typeof value === 'object' && 'kind' in value && value.kind === 'encoded' ? value.bytes : null;
}

const structsIn = (list: ThriftList | null): ThriftStruct[] => list?.values.filter(isStruct) ?? [];

/** An integer that is not negative; null where it is missing or is. */
function countOf(raw: ThriftStruct, id: number): number | null {
  const value = integerOf(raw, id);
  return value !== null && value >= 0 ? value : null;
}

/** As {@link countOf}, where missing is fine and anything impossible is PARQUET_DAMAGED. */
function optionalCount(raw: ThriftStruct, id: number, reason: string, path: string): number | null {
  const value = fieldOf(raw, id);
  if (value === undefined) return null;
  if (typeof value !== 'number' || value < 0) throw fail('PARQUET_DAMAGED', { path, reason });
  return value;
}

const wrongTypes = (what: string): string => `the description of ${what} has fields of wrong types`;

function needIn(path: string): <T>(value: T | null, reason: string) => T {
  return (value, reason) => {
    if (value === null) throw fail('PARQUET_DAMAGED', { path, reason });
    return value;
  };
}
