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

const firstBytes = 64 * 1024;
/** Used by one writer after the other, so that small structs do not cost a buffer each; null while one has it. */
let spare: Uint8Array | null = null;
/** A larger buffer is not kept. */
const largestSpare = 4 * 1024 * 1024;

/** Makes bytes. */
export class ThriftWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor() {
    this.#bytes = spare ?? new Uint8Array(firstBytes);
    spare = null;
  }

  /** Of what was written so far. */
  get length(): number {
    return this.#length;
  }

  /** What was written. Nothing more may be. */
  done(): Uint8Array {
    if (this.#bytes.length > largestSpare) return this.#bytes.subarray(0, this.#length);
    spare = this.#bytes;
    return this.#bytes.slice(0, this.#length);
  }

  struct(tree: ThriftStruct): void {
    this.fields(tree.fields, 0);
    this.end();
  }

  /** Some fields of a struct. `before`: the id of the field before them, 0 of the first. Gives that of the last. */
  fields(fields: readonly ThriftField[], before: number): number {
    let last = before;
    for (const { id, type, value } of fields) {
      const flag = typeof value === 'boolean' ? (value ? thriftType.true : thriftType.false) : null;
      this.fieldHeader(flag ?? type, id, last);
      last = id;
      if (flag === null) this.value(type, value);
    }
    return last;
  }

  /** The end of a struct. */
  end(): void {
    this.#byte(0);
  }

  /** Bytes that are encoded already: those of `bytes` from `start` up to `end`. */
  copy(bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    const to = this.#bytes;
    let at = this.#length;
    // they are few: quicker than the setting up of a view
    for (let i = start; i < end; i++) to[at++] = bytes[i] as number;
    this.#length = at;
  }

  /** All of some bytes that are encoded already. */
  encoded(bytes: Uint8Array): void {
    this.#raw(bytes);
  }

  listHeader(element: ThriftType | 0, count: number): void {
    if (count < 15) {
      this.#byte((count << 4) | element);
    } else {
      this.#byte(0xf0 | element);
      this.#varint(count);
    }
  }

  /** `before`: the id of the field before it, 0 of the first. */
  fieldHeader(type: ThriftType, id: number, before: number): void {
    const delta = id - before;
    if (delta > 0 && delta <= 15) {
      this.#byte((delta << 4) | type);
    } else {
      this.#byte(type);
      this.integer(id);
    }
  }

  value(type: ThriftType, value: ThriftValue): void {
    if (typeof value === 'bigint') {
      this.#wideVarint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));
    } else if (typeof value === 'number') {
      // i8 and the elements of boolean lists are the only integers that are not zigzag varints
      if (type <= thriftType.i8) this.#byte(value & 0xff);
      else this.integer(value);
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
    if (list.element === 0) return;
    for (const value of list.values) this.value(list.element, value);
  }

  #map(map: ThriftMap): void {
    this.#varint(map.entries.length);
    if (map.key === 0 || map.value === 0) return;
    this.#byte((map.key << 4) | map.value);
    for (const [key, value] of map.entries) {
      this.value(map.key, key);
      this.value(map.value, value);
    }
  }

  integer(value: number): void {
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
