import type { ColumnChunk, RowGroup } from '../footer.js';
import { chunkOffset } from '../ranges.js';
import { asBytes, integerOf, isStruct, listOf, structOf, withField } from '../thrift/access.js';
import { decodeThrift } from '../thrift/decode.js';
import { encodeThrift, ThriftWriter } from '../thrift/encode.js';
import { ThriftReader } from '../thrift/reader.js';
import { struct, type ThriftType, type ThriftValue, thriftType } from '../thrift/tree.js';
import type { ChosenLeaf } from './columns.js';
import { writeNullChunk } from './null-chunk.js';
import { nullPage } from './null-page.js';

/** A chunk in its new place. */
interface MovedChunk {
  readonly chunk: ColumnChunk;
  readonly rename: string | null;
  /** What is added to every offset within it. */
  readonly shift: number;
  /** Where its bloom filter goes, with as many bytes as before; null where that is not known yet, or it has none. */
  readonly bloomOffset: number | null;
}

export interface MovedRowGroup {
  /**
   * Where its first chunk begins in the output. The others follow one behind the other in the order of the columns,
   * since some readers count on it; and behind them those bloom filters whose size is known.
   */
  readonly start: number;
  /** Its place in the output, from 0; null where the output has more row groups than the format can number. */
  readonly ordinal: number | null;
  /** The input, for errors. */
  readonly path: string;
}

/** The numbers of the fields that are written anew. */
const inRowGroup = { columns: 1, totalBytes: 2, sorting: 4, fileOffset: 5, compressedBytes: 6, ordinal: 7 };
const inChunk = { fileOffset: 2, meta: 3, firstIndex: 4, lastIndex: 7 };
const inMeta = { path: 3, dataPage: 9, indexPage: 10, dictionaryPage: 11, bloomOffset: 14, bloomBytes: 15 };

/**
 * A row group as it is written in an output: with the chosen chunks alone, everything moved, and without the places
 * of its indexes, which are added once they are known. All else is as in the input, byte for byte.
 */
export function encodeMovedRowGroup(
  group: RowGroup,
  leaves: readonly ChosenLeaf[],
  place: MovedRowGroup,
): Uint8Array {
  const writer = new ThriftWriter();
  writeMovedRowGroup(writer, group, leaves, place);
  return writer.done();
}

/** Writes a row group; see {@link encodeMovedRowGroup}. */
export function writeMovedRowGroup(
  writer: ThriftWriter,
  group: RowGroup,
  leaves: readonly ChosenLeaf[],
  place: MovedRowGroup,
): void {
  const { i16, i64, list } = thriftType;
  const { raw, columns } = group;
  let compressed = 0;
  let plain = 0;
  let complete = leaves.length === columns.length;
  for (const own of leaves) {
    const chunk = own.leaf === null ? undefined : columns[own.leaf];
    const made = own.leaf === null ? nullPage(own.lacked, group.rows).length : 0;
    compressed += chunk?.compressedBytes ?? made;
    plain += chunk?.uncompressedBytes ?? made;
    if (own.leaf === null) complete = false;
  }
  let last = 0;
  const header = (id: number, type: ThriftType): void => {
    writer.fieldHeader(type, id, last);
    last = id;
  };
  const number = (id: number, type: ThriftType, value: number): void => {
    header(id, type);
    writer.integer(value);
  };
  header(inRowGroup.columns, list);
  writer.listHeader(thriftType.struct, leaves.length);
  let next = place.start;
  let nextBloom = next + compressed;
  for (const own of leaves) {
    const { leaf, rename } = own;
    if (leaf === null) {
      next += writeNullChunk(writer, own.lacked, { rename, rows: group.rows, offset: next });
      continue;
    }
    const chunk = columns[leaf];
    if (chunk === undefined) throw new RangeError(`there is no column ${leaf}`);
    const bloomBytes = chunk.bloomFilter?.length ?? null;
    const bloomOffset = bloomBytes === null ? null : nextBloom;
    writeMovedChunk(writer, { chunk, rename, shift: next - chunkOffset(chunk), bloomOffset }, place.path);
    next += chunk.compressedBytes;
    nextBloom += bloomBytes ?? 0;
  }
  number(inRowGroup.totalBytes, i64, complete ? group.totalBytes : plain);
  const written: readonly number[] = Object.values(inRowGroup);
  const reader = new ThriftReader(raw, place.path);
  const later: { id: number; type: ThriftType; start: number; end: number }[] = [];
  let sorted = false;
  for (let before = 0; reader.nextField(before); ) {
    const { fieldId: id, fieldType: type } = reader;
    before = id;
    if (id === inRowGroup.columns) {
      passColumns(reader, group);
      continue;
    }
    const start = reader.offset;
    reader.skip(type, false);
    if (id === inRowGroup.sorting) sorted = true;
    if (written.includes(id)) continue;
    if (id > inRowGroup.ordinal) {
      later.push({ id, type, start, end: reader.offset });
    } else {
      header(id, type);
      writer.copy(raw, start, reader.offset);
    }
  }
  const sorting = sorted ? keptSorting(group, leaves, place.path) : undefined;
  if (sorting !== undefined) {
    header(inRowGroup.sorting, list);
    writer.value(list, sorting);
  }
  // in every row group, also of an input without them: readers want them in all or in none
  number(inRowGroup.fileOffset, i64, place.start);
  number(inRowGroup.compressedBytes, i64, compressed);
  if (place.ordinal !== null) number(inRowGroup.ordinal, i16, place.ordinal);
  for (const { id, type, start, end } of later) {
    header(id, type);
    writer.copy(raw, start, end);
  }
  writer.end();
}

/** Passes over the list of columns, whose end is that of its last one: going through all of them takes long. */
function passColumns(reader: ThriftReader, { columns, raw }: RowGroup): void {
  const last = columns.at(-1)?.raw;
  const isWithin = last !== undefined && last.buffer === raw.buffer;
  if (isWithin) reader.offset = last.byteOffset + last.length - raw.byteOffset;
  else reader.skip(thriftType.list, false);
}

function writeMovedChunk(writer: ThriftWriter, moved: MovedChunk, path: string): void {
  const { chunk, shift } = moved;
  const { raw } = chunk;
  const reader = new ThriftReader(raw, path);
  let last = 0;
  for (let before = 0; reader.nextField(before); ) {
    const { fieldId: id, fieldType: type } = reader;
    before = id;
    const start = reader.offset;
    if (id >= inChunk.firstIndex && id <= inChunk.lastIndex) {
      reader.skip(type, false);
      continue;
    }
    writer.fieldHeader(type, id, last);
    last = id;
    if (id === inChunk.meta && type === thriftType.struct) {
      writeMovedMeta(writer, reader, moved);
    } else if (id === inChunk.fileOffset && type === thriftType.i64) {
      // where it does not name a page, it names a copy of the metadata, which is not taken along
      const old = Number(reader.integer());
      const within = old - chunkOffset(chunk);
      const inside = within >= 0 && within < chunk.compressedBytes;
      writer.integer(inside ? old + shift : 0);
    } else {
      reader.skip(type, false);
      writer.copy(raw, start, reader.offset);
    }
  }
  writer.end();
}

function writeMovedMeta(writer: ThriftWriter, reader: ThriftReader, moved: MovedChunk): void {
  const { rename, shift, bloomOffset } = moved;
  let last = 0;
  for (let before = 0; reader.nextField(before); ) {
    const { fieldId: id, fieldType: type } = reader;
    before = id;
    const start = reader.offset;
    const isBloom = id === inMeta.bloomOffset || id === inMeta.bloomBytes;
    if (isBloom && bloomOffset === null) {
      reader.skip(type, false);
      continue;
    }
    writer.fieldHeader(type, id, last);
    last = id;
    if (id === inMeta.bloomOffset && bloomOffset !== null) {
      reader.skip(type, false);
      writer.integer(bloomOffset);
    } else if (type === thriftType.i64 && isPage(id)) {
      const old = Number(reader.integer());
      // 0 is how some writers say that there is none
      writer.integer(old > 0 ? old + shift : old);
    } else if (id === inMeta.path && type === thriftType.list && rename !== null) {
      writeRenamed(writer, reader, rename);
    } else {
      reader.skip(type, false);
      writer.copy(reader.bytes, start, reader.offset);
    }
  }
  writer.end();
}

const isPage = (id: number): boolean =>
  id === inMeta.dataPage || id === inMeta.indexPage || id === inMeta.dictionaryPage;

/** A path of names, its first one replaced. */
function writeRenamed(writer: ThriftWriter, reader: ThriftReader, rename: string): void {
  const { element, count } = reader.listHeader();
  writer.listHeader(element, count);
  for (let i = 0; i < count && element !== 0; i++) {
    const start = reader.offset;
    reader.skip(element, true);
    if (i === 0 && element === thriftType.binary) writer.value(element, asBytes(rename));
    else writer.copy(reader.bytes, start, reader.offset);
  }
}

/** Sorted by a and b is still sorted by a where b is not taken along. */
function keptSorting(group: RowGroup, leaves: readonly ChosenLeaf[], path: string): ThriftValue | undefined {
  const sorting = listOf(
    decodeThrift(group.raw, { path, leaveEncoded: inRowGroup.columns }),
    inRowGroup.sorting,
  );
  if (sorting === null) return undefined;
  const values: ThriftValue[] = [];
  for (const value of sorting.values) {
    const old = isStruct(value) ? integerOf(value, 1) : null;
    const place = old === null ? -1 : leaves.findIndex(({ leaf }) => leaf === old);
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
