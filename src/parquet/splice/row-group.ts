import type { ByteRange, ColumnChunk, RowGroup } from '../footer.js';
import { asBytes, integerOf, isStruct, listOf, structOf, withField } from '../thrift/access.js';
import { decodeThrift } from '../thrift/decode.js';
import { encodeThrift } from '../thrift/encode.js';
import { struct, type ThriftField, type ThriftStruct, type ThriftValue, thriftType } from '../thrift/tree.js';

/** A chunk in its new place: `range` is the old one, `shift` what is added to every offset within it. */
export interface MovedChunk {
  readonly chunk: ColumnChunk;
  readonly rename: string | null;
  readonly range: ByteRange;
  readonly shift: number;
}

export interface MovedRowGroup {
  /** Where its first chunk begins in the output. */
  readonly start: number;
  /** Its place in the output, from 0; null where the output has more row groups than the format can number. */
  readonly ordinal: number | null;
  /** The input, for errors. */
  readonly path: string;
}

/** The numbers of the fields that are written anew. */
const inRowGroup = { columns: 1, totalBytes: 2, sorting: 4, fileOffset: 5, compressedBytes: 6, ordinal: 7 };
const inChunk = { fileOffset: 2, meta: 3, indexes: [4, 5, 6, 7] };
const inMeta = { path: 3, dataPage: 9, indexPage: 10, dictionaryPage: 11, bloomFilter: [14, 15] };

/**
 * A row group as it is written in an output: with the chosen chunks alone, everything moved, and without the places
 * of its indexes, which are added once they are known. All else is as in the input.
 */
export function encodeMovedRowGroup(
  group: RowGroup,
  chunks: readonly MovedChunk[],
  place: MovedRowGroup,
): Uint8Array {
  const { i16, i64, list } = thriftType;
  const compressed = chunks.reduce((sum, { chunk }) => sum + chunk.compressedBytes, 0);
  const all = chunks.length === group.columns.length;
  const plain = chunks.reduce((sum, { chunk }) => sum + chunk.uncompressedBytes, 0);
  let raw = decodeThrift(group.raw, { path: place.path, leaveEncoded: inRowGroup.columns });
  const columns = chunks.map(
    (moved): ThriftValue => ({ kind: 'encoded', bytes: encodeMovedChunk(moved, place.path) }),
  );
  const sorting = keptSorting(raw, group, chunks);
  raw = withField(raw, inRowGroup.columns, list, {
    kind: 'list',
    element: thriftType.struct,
    values: columns,
  });
  raw = withField(raw, inRowGroup.totalBytes, i64, all ? group.totalBytes : plain);
  raw = withField(raw, inRowGroup.sorting, list, sorting);
  // in every row group, also of an input without them: readers want them in all or in none
  raw = withField(raw, inRowGroup.fileOffset, i64, place.start);
  raw = withField(raw, inRowGroup.compressedBytes, i64, compressed);
  raw = withField(raw, inRowGroup.ordinal, i16, place.ordinal ?? undefined);
  return encodeThrift(raw);
}

function encodeMovedChunk(moved: MovedChunk, path: string): Uint8Array {
  const { i64, binary } = thriftType;
  const { range, shift } = moved;
  const end = range.offset + range.length;
  const inside = (offset: number): boolean => offset >= range.offset && offset < end;
  const fields: ThriftField[] = [];
  for (const field of decodeThrift(moved.chunk.raw, { path }).fields) {
    if (inChunk.indexes.includes(field.id)) continue;
    if (field.id === inChunk.fileOffset) {
      // where it does not name a page, it names a copy of the metadata, which is not taken along
      const old = typeof field.value === 'number' && inside(field.value) ? field.value + shift : 0;
      fields.push({ ...field, value: old });
    } else if (field.id === inChunk.meta && isStruct(field.value)) {
      fields.push({ ...field, value: movedMeta(field.value) });
    } else {
      fields.push(field);
    }
  }
  return encodeThrift(struct(fields));

  function movedMeta(meta: ThriftStruct): ThriftStruct {
    let result = struct(meta.fields.filter((field) => !inMeta.bloomFilter.includes(field.id)));
    for (const id of [inMeta.dataPage, inMeta.indexPage, inMeta.dictionaryPage]) {
      const old = integerOf(meta, id);
      // 0 is how some writers say that there is none
      if (old !== null && old > 0) result = withField(result, id, i64, old + shift);
    }
    const { rename } = moved;
    if (rename === null) return result;
    const [, ...rest] = listOf(meta, inMeta.path)?.values ?? [];
    const values = [asBytes(rename), ...rest];
    return withField(result, inMeta.path, thriftType.list, { kind: 'list', element: binary, values });
  }
}

/** Sorted by a and b is still sorted by a where b is not taken along. */
function keptSorting(
  raw: ThriftStruct,
  group: RowGroup,
  chunks: readonly MovedChunk[],
): ThriftValue | undefined {
  const sorting = listOf(raw, inRowGroup.sorting);
  if (sorting === null) return undefined;
  const values: ThriftValue[] = [];
  for (const value of sorting.values) {
    const old = isStruct(value) ? integerOf(value, 1) : null;
    const chunk = old === null ? undefined : group.columns[old];
    const place = chunks.findIndex((moved) => moved.chunk === chunk);
    if (!isStruct(value) || place < 0) break;
    values.push(withField(value, 1, thriftType.i32, place));
  }
  return values.length === 0 ? undefined : { ...sorting, values };
}

/** Where an index lies in the output. */
export interface IndexPlace {
  readonly kind: 'bloom_filter' | 'column_index' | 'offset_index';
  readonly column: number;
  readonly offset: number;
  readonly bytes: number;
}

/** A row group with the places of its indexes filled in. */
export function withIndexes(encoded: Uint8Array, places: readonly IndexPlace[], path: string): Uint8Array {
  const { i32, i64, list } = thriftType;
  const raw = decodeThrift(encoded, { path, leaveEncoded: inRowGroup.columns });
  const columns = listOf(raw, inRowGroup.columns);
  if (columns === null) return encoded;
  const values = [...columns.values];
  for (const { column, kind, offset, bytes } of places) {
    const value = values[column];
    if (value === undefined || typeof value !== 'object' || !('kind' in value)) continue;
    let chunk = value.kind === 'encoded' ? decodeThrift(value.bytes, { path }) : value;
    if (chunk.kind !== 'struct') continue;
    if (kind === 'bloom_filter') {
      let meta = structOf(chunk, inChunk.meta) ?? struct([]);
      meta = withField(withField(meta, 14, i64, offset), 15, i32, bytes);
      chunk = withField(chunk, inChunk.meta, thriftType.struct, meta);
    } else {
      const id = kind === 'offset_index' ? 4 : 6;
      chunk = withField(withField(chunk, id, i64, offset), id + 1, i32, bytes);
    }
    values[column] = chunk;
  }
  return encodeThrift(withField(raw, inRowGroup.columns, list, { ...columns, values }));
}
