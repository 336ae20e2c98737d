import { fail } from '../errors/index.js';
import {
  apartFactor,
  type ChunkNumbers,
  missing,
  seldomSlot,
  slot,
  strangeFactor,
  strangeThings,
} from './chunk-numbers.js';
import { encodingsLook, lookAtEncodings, lookAtStatistics } from './chunk-strange.js';
import type { ByteRange, ColumnChunk } from './footer.js';
import { codecOf, type Encoding, encodingOf, isKnownCodec, physicalTypeOf } from './names.js';
import type { SchemaElement } from './schema-tree.js';
import { listOf, structOf } from './thrift/access.js';
import { decodeThrift } from './thrift/decode.js';
import type { ThriftReader } from './thrift/reader.js';
import { columnChunkShape, columnMetaDataShape, type Shape, skipAs } from './thrift/shape.js';
import { type ThriftType, thriftType } from './thrift/tree.js';

/** What stands for a field that is there and is no number from 0 on. */
const impossible = -2;

/** The numbers of a chunk and of its description by their fields' ids; used again for each chunk. */
const ofChunk: number[] = new Array(20).fill(missing);
const ofMeta: number[] = new Array(20).fill(missing);

/** Counts and places in a chunk's description that must be there, and those that may. */
const needed = [5, 6, 7, 9];
const optional = [10, 11, 14];
/** From this field on, a chunk's description has what values can be read without: counts of pages, places of indexes. */
const firstAside = 13;
/** What most chunks do not have: the numbers of fields, and the slots that they are noted in. */
const seldomInMeta = [[10, seldomSlot.indexPage]] as const;
const seldomInChunk = [
  [4, seldomSlot.offsetIndex],
  [5, seldomSlot.offsetIndex + 1],
  [6, seldomSlot.columnIndex],
  [7, seldomSlot.columnIndex + 1],
] as const;

/**
 * Reads a column chunk where a reader stands, in one pass and without a tree, and notes its numbers: it is chunk
 * `index` of `into`. What is seldom asked for is decoded when it is. `rowGroup`: from 1, for errors.
 */
export function readChunk(
  reader: ThriftReader,
  leaf: SchemaElement,
  rowGroup: number,
  into: ChunkNumbers,
  index: number,
): void {
  const { path } = reader;
  let described = false;
  let elsewhere = false;
  let encrypted = false;
  let fits = true;
  let strange = 0;
  let lengthsApart = false;
  forget(ofChunk);
  reader.enter();
  for (let before = 0; reader.nextField(before); ) {
    const { fieldId: id, fieldType: type } = reader;
    before = id;
    if (id === 3 && type === thriftType.struct) {
      described = true;
      reader.enter();
      forget(ofMeta);
      for (let last = 0; reader.nextField(last); ) {
        last = reader.fieldId;
        if (last === 2 && reader.fieldType === thriftType.list) {
          const look = lookAtEncodings(reader);
          if ((look & encodingsLook.unknown) !== 0) strange ||= 1;
          lengthsApart = (look & encodingsLook.lengthsApart) !== 0;
        } else if (last === 12 && reader.fieldType === thriftType.struct) {
          const { fit, sized } = lookAtStatistics(reader, leaf.type);
          if (!fit) fits = false;
          if (!sized) strange ||= 2;
        } else if (!readField(reader, last, ofMeta, columnMetaDataShape)) {
          // of what is not needed for reading, other readers take nothing that is of another type
          if (last >= firstAside && last in columnMetaDataShape) strange ||= 4;
          else fits = false;
        }
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
  if (!isPossible()) throw damaged(`${column()} has an impossible size or place`);
  const codec = numberOf(ofMeta, 4);
  if (!isKnownCodec(codec)) strange = 3;
  if (lengthsApart) into.lengthsApart = true;
  into.set(index, reader.offset, (lengthsApart ? apartFactor : 0) + strange * strangeFactor + codec, ofMeta);
  noteSeldom(ofMeta, seldomInMeta, into, index);
  noteSeldom(ofChunk, seldomInChunk, into, index);
}

/** Quicker than `fill` for so few. */
function forget(numbers: number[]): void {
  for (let id = 0; id < numbers.length; id++) numbers[id] = missing;
}

function isPossible(): boolean {
  for (const id of needed) if (numberOf(ofMeta, id) < 0) return false;
  for (const id of optional) if (ofMeta[id] === impossible) return false;
  return true;
}

function noteSeldom(
  numbers: readonly number[],
  slots: readonly (readonly [id: number, slot: number])[],
  into: ChunkNumbers,
  index: number,
): void {
  for (const [id, place] of slots) {
    const number = numberOf(numbers, id);
    if (number !== missing) into.setSeldom(index, place, number);
  }
}

/** The view of a chunk, made from what {@link readChunk} has noted. */
export class ChunkView implements ColumnChunk {
  readonly leaf: SchemaElement;
  readonly #bytes: Uint8Array;
  readonly #numbers: ChunkNumbers;
  readonly #index: number;
  /** Where the list of chunks has its first one. */
  readonly #first: number;

  /** `bytes`: the metadata that it was read from. */
  constructor(bytes: Uint8Array, leaf: SchemaElement, numbers: ChunkNumbers, index: number, first: number) {
    this.leaf = leaf;
    this.#bytes = bytes;
    this.#numbers = numbers;
    this.#index = index;
    this.#first = first;
  }

  get type(): ColumnChunk['type'] {
    // a chunk of another type was not read
    return this.leaf.type as ColumnChunk['type'];
  }

  get codec(): ColumnChunk['codec'] {
    return codecOf(this.#number(slot.kinds) % strangeFactor);
  }

  get strange(): string | null {
    const which = Math.floor((this.#number(slot.kinds) % apartFactor) / strangeFactor);
    return strangeThings[which] ?? null;
  }

  get lengthsApart(): boolean {
    return this.#number(slot.kinds) >= apartFactor;
  }

  get values(): number {
    return this.#number(slot.values);
  }

  get uncompressedBytes(): number {
    return this.#number(slot.uncompressed);
  }

  get compressedBytes(): number {
    return this.#number(slot.compressed);
  }

  get dataPageOffset(): number {
    return this.#number(slot.dataPage);
  }

  get indexPageOffset(): number | null {
    return orNull(this.#seldom(seldomSlot.indexPage));
  }

  get dictionaryPageOffset(): number | null {
    return orNull(this.#number(slot.dictionaryPage));
  }

  get offsetIndex(): ByteRange | null {
    return this.#range(seldomSlot.offsetIndex);
  }

  get columnIndex(): ByteRange | null {
    return this.#range(seldomSlot.columnIndex);
  }

  get bloomFilter(): ColumnChunk['bloomFilter'] {
    const offset = this.#number(slot.bloomFilter);
    return offset < 0 ? null : { offset, length: orNull(this.#number(slot.bloomFilterLength)) };
  }

  get raw(): Uint8Array {
    const start = this.#index === 0 ? this.#first : this.#numbers.get(this.#index - 1, slot.end);
    return this.#bytes.subarray(start, this.#number(slot.end));
  }

  get encodings(): readonly Encoding[] {
    const meta = structOf(decodeThrift(this.raw, { path: '' }), 3);
    const list = meta === null ? null : listOf(meta, 2);
    return list?.values.map((number) => encodingOf(Number(number))) ?? [];
  }

  #number(place: number): number {
    return this.#numbers.get(this.#index, place);
  }

  #seldom(place: number): number {
    return this.#numbers.getSeldom(this.#index, place);
  }

  /** A place and, in the slot behind it, a length. */
  #range(place: number): ByteRange | null {
    const offset = this.#seldom(place);
    const length = this.#seldom(place + 1);
    return offset < 0 || length <= 0 ? null : { offset, length };
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

const orNull = (number: number): number | null => (number < 0 ? null : number);
