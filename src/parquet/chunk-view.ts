import { fail } from '../errors/index.js';
import { knowsEncodings, lookAtStatistics } from './chunk-strange.js';
import type { ByteRange, ColumnChunk } from './footer.js';
import { codecOf, type Encoding, encodingOf, type PhysicalType, physicalTypeOf } from './names.js';
import type { SchemaElement } from './schema-tree.js';
import { listOf, structOf } from './thrift/access.js';
import { decodeThrift } from './thrift/decode.js';
import type { ThriftReader } from './thrift/reader.js';
import { columnChunkShape, columnMetaDataShape, type Shape, skipAs } from './thrift/shape.js';
import { type ThriftType, thriftType } from './thrift/tree.js';

/** What stands for a field that is not there, and for one that is there and is no number from 0 on. */
const missing = -1;
const impossible = -2;

/** The numbers of a chunk and of its description by their fields' ids; used again for each chunk. */
const ofChunk: number[] = new Array(20).fill(missing);
const ofMeta: number[] = new Array(20).fill(missing);

/** Counts and places in a chunk's description that must be there, and those that may. */
const needed = [5, 6, 7, 9];
const optional = [10, 11, 14];

/**
 * Reads a column chunk where a reader stands, in one pass and without a tree: there may be a hundred thousand. What
 * is seldom asked for is decoded when it is. `rowGroup`: from 1, for errors.
 */
export function readChunk(reader: ThriftReader, leaf: SchemaElement, rowGroup: number): ColumnChunk {
  const { path } = reader;
  const start = reader.offset;
  let described = false;
  let elsewhere = false;
  let encrypted = false;
  let fits = true;
  let strange: string | null = null;
  ofChunk.fill(missing);
  reader.enter();
  for (let before = 0; reader.nextField(before); ) {
    const { fieldId: id, fieldType: type } = reader;
    before = id;
    if (id === 3 && type === thriftType.struct) {
      described = true;
      reader.enter();
      ofMeta.fill(missing);
      for (let last = 0; reader.nextField(last); ) {
        last = reader.fieldId;
        if (last === 2 && reader.fieldType === thriftType.list) {
          if (!knowsEncodings(reader)) strange ??= 'is in an unknown encoding';
        } else if (last === 12 && reader.fieldType === thriftType.struct) {
          const { fit, sized } = lookAtStatistics(reader, leaf.type);
          if (!fit) fits = false;
          if (!sized) strange ??= 'has statistics that are no values of it';
        } else if (!readField(reader, last, ofMeta, columnMetaDataShape)) fits = false;
      }
      reader.leave();
    } else if (id === 1 && type === thriftType.binary) {
      elsewhere = reader.take(reader.length()).length > 0;
    } else {
      if (id === 8 || id === 9) encrypted = true;
      if (!readField(reader, id, ofChunk, columnChunkShape)) fits = false;
    }
  }
  reader.leave();
  const column = (): string => `column "${leaf.path.join('.')}" of row group ${rowGroup}`;
  const damaged = (reason: string): Error => fail('PARQUET_DAMAGED', { path, reason });
  if (!fits) throw damaged(wrongTypes(column()));
  if (encrypted) throw fail('PARQUET_ENCRYPTED', { path });
  if (elsewhere) {
    throw fail('NOT_PARQUET', { path, reason: 'it is an index of other files, and has no rows of its own' });
  }
  if (!described) throw damaged(`${column()} has no description`);
  const typeNumber = numberOf(ofMeta, 1);
  if (typeNumber < 0) throw damaged(`${column()} has no type`);
  const type = physicalTypeOf(typeNumber);
  if (type === undefined || type !== leaf.type) {
    throw damaged(`${column()} is of another type than in the schema`);
  }
  if (numberOf(ofMeta, 4) < 0) throw damaged(`${column()} does not say how it is compressed`);
  const isPossible =
    needed.every((id) => numberOf(ofMeta, id) >= 0) && optional.every((id) => ofMeta[id] !== impossible);
  if (!isPossible) throw damaged(`${column()} has an impossible size or place`);
  const codec = codecOf(numberOf(ofMeta, 4));
  if (codec.startsWith('CODEC_')) strange = 'is in an unknown codec';
  return new ChunkView(reader, start, leaf, type, strange);
}

class ChunkView implements ColumnChunk {
  readonly leaf: SchemaElement;
  readonly type: PhysicalType;
  readonly codec: ColumnChunk['codec'];
  readonly strange: string | null;
  readonly values: number;
  readonly uncompressedBytes: number;
  readonly compressedBytes: number;
  readonly dataPageOffset: number;
  readonly indexPageOffset: number | null;
  readonly dictionaryPageOffset: number | null;
  readonly offsetIndex: ByteRange | null;
  readonly columnIndex: ByteRange | null;
  readonly bloomFilter: ColumnChunk['bloomFilter'];
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;

  /** From the numbers that were read last. */
  constructor(
    reader: ThriftReader,
    start: number,
    leaf: SchemaElement,
    type: PhysicalType,
    strange: string | null,
  ) {
    this.strange = strange;
    this.leaf = leaf;
    this.type = type;
    this.codec = codecOf(numberOf(ofMeta, 4));
    this.values = numberOf(ofMeta, 5);
    this.uncompressedBytes = numberOf(ofMeta, 6);
    this.compressedBytes = numberOf(ofMeta, 7);
    this.dataPageOffset = numberOf(ofMeta, 9);
    this.indexPageOffset = orNull(ofMeta, 10);
    this.dictionaryPageOffset = orNull(ofMeta, 11);
    this.offsetIndex = rangeOf(ofChunk, 4);
    this.columnIndex = rangeOf(ofChunk, 6);
    const bloom = numberOf(ofMeta, 14);
    this.bloomFilter = bloom < 0 ? null : { offset: bloom, length: orNull(ofMeta, 15) };
    this.#bytes = reader.bytes;
    this.#start = start;
    this.#end = reader.offset;
  }

  get raw(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  get encodings(): readonly Encoding[] {
    const meta = structOf(decodeThrift(this.raw, { path: '' }), 3);
    const list = meta === null ? null : listOf(meta, 2);
    return list?.values.map((number) => encodingOf(Number(number))) ?? [];
  }
}

/**
 * Reads the field that a reader has come to: numbers are noted by its id. False where it is of another type than the
 * format gives it, or holds what is.
 */
function readField(reader: ThriftReader, id: number, numbers: number[], shape: Shape): boolean {
  const { fieldType: type } = reader;
  const wanted = shape[id];
  if (wanted !== type || !isInteger(type)) return skipAs(reader, type, wanted);
  numbers[id] = readNumber(reader);
  return true;
}

/** An integer from 0 on; below 0 for any other. */
export function readNumber(reader: ThriftReader): number {
  const value = reader.integer();
  return typeof value === 'number' && value >= 0 ? value : impossible;
}

export const isInteger = (type: ThriftType): boolean => type >= thriftType.i16 && type <= thriftType.i64;

export const wrongTypes = (what: string): string => `the description of ${what} has fields of wrong types`;

const numberOf = (numbers: readonly number[], id: number): number => numbers[id] ?? missing;

function orNull(numbers: readonly number[], id: number): number | null {
  const number = numberOf(numbers, id);
  return number < 0 ? null : number;
}

/** A place and, in the field behind it, a length. */
function rangeOf(numbers: readonly number[], id: number): ByteRange | null {
  const offset = numberOf(numbers, id);
  const length = numberOf(numbers, id + 1);
  return offset < 0 || length <= 0 ? null : { offset, length };
}
