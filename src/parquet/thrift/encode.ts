import {
  type ThriftField,
  type ThriftList,
  type ThriftMap,
  type ThriftStruct,
  type ThriftType,
  type ThriftValue,
  thriftType,
} from './tree.js';

/** A struct in Thrift's compact protocol. */
export function encodeThrift(tree: ThriftStruct): Uint8Array {
  const writer = new ThriftWriter();
  writer.struct(tree);
  return writer.done();
}

/** The head of a list whose elements are written one by one by somebody else. */
export function encodeListHeader(element: ThriftType, count: number): Uint8Array {
  const writer = new ThriftWriter();
  writer.listHeader(element, count);
  return writer.done();
}

/** Written into by one writer after the other, so that small structs do not cost a buffer each. */
let shared = new Uint8Array(64 * 1024);
/** A larger buffer is not kept. */
const largestShared = 4 * 1024 * 1024;

/** Makes bytes; only one at a time, until it is done. */
class ThriftWriter {
  #bytes = shared;
  #length = 0;

  done(): Uint8Array {
    if (this.#bytes.length <= largestShared) shared = this.#bytes;
    return this.#bytes.slice(0, this.#length);
  }

  struct(tree: ThriftStruct): void {
    let before = 0;
    for (const field of tree.fields) {
      this.#fieldHeader(field, before);
      before = field.id;
      if (typeof field.value !== 'boolean') this.#value(field.type, field.value);
    }
    this.#byte(0);
  }

  listHeader(element: ThriftType, count: number): void {
    if (count < 15) {
      this.#byte((count << 4) | element);
    } else {
      this.#byte(0xf0 | element);
      this.#varint(count);
    }
  }

  #fieldHeader(field: ThriftField, before: number): void {
    const type =
      typeof field.value === 'boolean' ? (field.value ? thriftType.true : thriftType.false) : field.type;
    const delta = field.id - before;
    if (delta > 0 && delta <= 15) {
      this.#byte((delta << 4) | type);
    } else {
      this.#byte(type);
      this.#zigzag(field.id);
    }
  }

  #value(type: ThriftType, value: ThriftValue): void {
    if (typeof value === 'bigint') {
      this.#wideVarint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));
    } else if (typeof value === 'number') {
      // i8 and the elements of boolean lists are the only integers that are not zigzag varints
      if (type <= thriftType.i8) this.#byte(value & 0xff);
      else this.#zigzag(value);
    } else if (value instanceof Uint8Array) {
      if (type === thriftType.binary) this.#varint(value.length);
      this.#raw(value);
    } else if (typeof value === 'boolean') {
      this.#byte(value ? thriftType.true : thriftType.false);
    } else if (value.kind === 'struct') {
      this.struct(value);
    } else if (value.kind === 'list') {
      this.#list(value);
    } else if (value.kind === 'map') {
      this.#map(value);
    } else {
      this.#raw(value.bytes);
    }
  }

  #list(list: ThriftList): void {
    this.listHeader(list.element, list.values.length);
    for (const value of list.values) this.#value(list.element, value);
  }

  #map(map: ThriftMap): void {
    this.#varint(map.entries.length);
    if (map.key === 0 || map.value === 0) return;
    this.#byte((map.key << 4) | map.value);
    for (const [key, value] of map.entries) {
      this.#value(map.key, key);
      this.#value(map.value, value);
    }
  }

  #zigzag(value: number): void {
    if (value >= -0x4000_0000 && value <= 0x3fff_ffff) this.#varint(((value << 1) ^ (value >> 31)) >>> 0);
    else this.#wideVarint(BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n)));
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#byte((rest % 128) | 0x80);
      rest = Math.floor(rest / 128);
    }
    this.#byte(rest);
  }

  #wideVarint(value: bigint): void {
    let rest = value;
    while (rest >= 0x80n) {
      this.#byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#byte(Number(rest));
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  #raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
