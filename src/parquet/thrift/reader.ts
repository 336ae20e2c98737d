import { fail } from '../../errors/index.js';
import { type ThriftType, thriftType } from './tree.js';

/** How deep structs and lists may lie in one another. Footers need 8. */
const maxDepth = 64;

/** Goes through bytes in Thrift's compact protocol. Everything that does not fit is PARQUET_DAMAGED. */
export class ThriftReader {
  readonly bytes: Uint8Array;
  readonly path: string;
  /** Of the next byte. */
  offset = 0;
  /** Of the field that was come to last. */
  fieldType: ThriftType = thriftType.true;
  fieldId = 0;
  #depth = 0;

  constructor(bytes: Uint8Array, path: string) {
    this.bytes = bytes;
    this.path = path;
  }

  /** Enters a struct, list or map; {@link leave} leaves it again. */
  enter(): void {
    if (++this.#depth > maxDepth) throw this.damaged(`its metadata is nested deeper than ${maxDepth} levels`);
  }

  leave(): void {
    this.#depth--;
  }

  byte(): number {
    const value = this.bytes[this.offset];
    if (value === undefined) throw this.damaged('its metadata ends in the middle of a value');
    this.offset++;
    return value;
  }

  take(length: number): Uint8Array {
    if (length > this.bytes.length - this.offset) {
      throw this.damaged(`its metadata holds a length of ${length} that goes beyond its end`);
    }
    const start = this.offset;
    this.offset += length;
    return this.bytes.subarray(start, this.offset);
  }

  /** An unsigned length: at most 2^32 - 1. */
  length(): number {
    const value = this.#varint();
    if (typeof value === 'bigint' || value > 0xffff_ffff) {
      throw this.damaged(`its metadata holds a length of ${value}`);
    }
    return value;
  }

  /** A zigzag integer of any width: number where it is safe, bigint beyond. */
  integer(): number | bigint {
    const value = this.#varint();
    if (typeof value === 'number') {
      if (value <= 0x7fff_ffff) return (value >>> 1) ^ -(value & 1);
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    const plain = (value >> 1n) ^ -(value & 1n);
    return plain >= BigInt(Number.MIN_SAFE_INTEGER) && plain <= BigInt(Number.MAX_SAFE_INTEGER)
      ? Number(plain)
      : plain;
  }

  /**
   * Goes to the next field, whose type and id are then in {@link fieldType} and {@link fieldId}; false at the end of
   * the struct. `before`: the id of the field before it, 0 of the first.
   */
  nextField(before: number): boolean {
    const header = this.byte();
    if (header === 0) return false;
    this.fieldType = this.type(header & 0x0f);
    const delta = header >> 4;
    const id = delta === 0 ? Number(this.integer()) : before + delta;
    if (id < -0x8000 || id > 0x7fff) throw this.damaged(`its metadata holds a field with the number ${id}`);
    this.fieldId = id;
    return true;
  }

  /** `element`: 0 where the list is empty, and its writer thought of nothing. */
  listHeader(): { readonly element: ThriftType | 0; readonly count: number } {
    const header = this.byte();
    const short = header >> 4;
    const count = short === 15 ? this.length() : short;
    if (count === 0 && (header & 0x0f) === 0) return { element: 0, count };
    const element = this.type(header & 0x0f);
    this.checkCount(count, smallest(element));
    return { element, count };
  }

  mapHeader(): { readonly key: ThriftType | 0; readonly value: ThriftType | 0; readonly count: number } {
    const count = this.length();
    if (count === 0) return { key: 0, value: 0, count };
    const types = this.byte();
    const key = this.type(types >> 4);
    const value = this.type(types & 0x0f);
    this.checkCount(count, smallest(key) + smallest(value));
    return { key, value, count };
  }

  /** Passes over a value without keeping any of it. `element`: whether it lies in a list, set or map. */
  skip(type: ThriftType, element: boolean): void {
    switch (type) {
      case thriftType.true:
      case thriftType.false:
        if (element) this.byte();
        return;
      case thriftType.i8:
        this.byte();
        return;
      case thriftType.i16:
      case thriftType.i32:
      case thriftType.i64:
        this.#varint();
        return;
      case thriftType.double:
      case thriftType.uuid:
        this.pass(smallest(type));
        return;
      case thriftType.binary:
        this.pass(this.length());
        return;
      default:
        this.enter();
        this.#skipContainer(type);
        this.leave();
    }
  }

  damaged(reason: string): Error {
    return fail('PARQUET_DAMAGED', { path: this.path, reason });
  }

  type(number: number): ThriftType {
    if (number < thriftType.true || number > thriftType.uuid) {
      throw this.damaged(`its metadata holds a value of the unknown kind ${number}`);
    }
    return number as ThriftType;
  }

  #skipContainer(type: ThriftType): void {
    if (type === thriftType.struct) {
      for (let before = 0; this.nextField(before); ) {
        before = this.fieldId;
        this.skip(this.fieldType, false);
      }
    } else if (type === thriftType.map) {
      const { key, value, count } = this.mapHeader();
      for (let i = 0; i < count && key !== 0 && value !== 0; i++) {
        this.skip(key, true);
        this.skip(value, true);
      }
    } else {
      const { element, count } = this.listHeader();
      for (let i = 0; i < count && element !== 0; i++) this.skip(element, true);
    }
  }

  /** Passes over some bytes. */
  pass(length: number): void {
    if (length > this.bytes.length - this.offset) {
      throw this.damaged(`its metadata holds a length of ${length} that goes beyond its end`);
    }
    this.offset += length;
  }

  /** So that no count can make us reserve more than the bytes that are there could hold. */
  checkCount(count: number, bytesEach: number): void {
    if (count * bytesEach > this.bytes.length - this.offset) {
      throw this.damaged(`its metadata announces ${count} elements, more than there is room for`);
    }
  }

  #varint(): number | bigint {
    const first = this.byte();
    if (first < 0x80) return first;
    return this.#longVarint(first & 0x7f);
  }

  #longVarint(low: number): number | bigint {
    let value = low;
    let factor = 128;
    for (let i = 1; i < 7; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    let wide = BigInt(value);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      wide |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        wide = BigInt.asUintN(64, wide);
        return wide <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(wide) : wide;
      }
    }
    throw this.damaged('its metadata holds an integer of more than 64 bits');
  }
}

/** The fewest bytes that an element of this type takes. */
function smallest(type: ThriftType): number {
  if (type === thriftType.double) return 8;
  return type === thriftType.uuid ? 16 : 1;
}
