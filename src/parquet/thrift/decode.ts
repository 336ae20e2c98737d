import { ThriftReader } from './reader.js';
import {
  struct,
  type ThriftEncoded,
  type ThriftField,
  type ThriftList,
  type ThriftMap,
  type ThriftStruct,
  type ThriftType,
  type ThriftValue,
  thriftType,
} from './tree.js';

export interface DecodeOptions {
  /** The file that the bytes are from, for errors. */
  readonly path: string;
  /** The id of a list of the outermost struct whose elements are left encoded, to be decoded one by one. */
  readonly leaveEncoded?: number;
  /** How many values a tree may have. Default: 1,000,000. What lies in those left encoded does not count. */
  readonly maxValues?: number;
}

/** The fewest bytes of what is left encoded: row groups and column chunks. */
const smallestEncoded = 7;
/** One for all, so that a list of nothing takes no memory. */
const noFields = struct([]);

/** A struct, and the number of bytes that it took. */
export interface Decoded {
  readonly struct: ThriftStruct;
  readonly length: number;
}

/**
 * A struct in Thrift's compact protocol as a tree that keeps everything: fields nobody knows, in their place and
 * order. Byte views, not copies. Encoded again it gives the same bytes, except that integers which were written
 * longer than need be get their shortest form. PARQUET_DAMAGED where the bytes are no such struct.
 */
export function decodeThriftPrefix(bytes: Uint8Array, options: DecodeOptions): Decoded {
  const decoder = new Decoder(bytes, options);
  return { struct: decoder.top(), length: decoder.reader.offset };
}

/** As {@link decodeThriftPrefix}, of bytes that hold the struct and nothing else. */
export function decodeThrift(bytes: Uint8Array, options: DecodeOptions): ThriftStruct {
  const decoded = decodeThriftPrefix(bytes, options);
  if (decoded.length !== bytes.length) {
    const rest = bytes.length - decoded.length;
    throw new ThriftReader(bytes, options.path).damaged(`its metadata ends ${rest} bytes before it should`);
  }
  return decoded.struct;
}

class Decoder {
  readonly reader: ThriftReader;
  readonly #options: DecodeOptions;
  #valuesLeft: number;

  constructor(bytes: Uint8Array, options: DecodeOptions) {
    this.reader = new ThriftReader(bytes, options.path);
    this.#options = options;
    this.#valuesLeft = options.maxValues ?? 1_000_000;
  }

  top(): ThriftStruct {
    return this.#fields(this.#options.leaveEncoded);
  }

  #fields(leaveEncoded?: number): ThriftStruct {
    const { reader } = this;
    const fields: ThriftField[] = [];
    reader.enter();
    for (let before = 0; reader.nextField(before); ) {
      const { fieldId: id, fieldType: type } = reader;
      before = id;
      const encoded = id === leaveEncoded && type === thriftType.list;
      fields.push({ id, type, value: encoded ? this.#encodedList() : this.#value(type, false) });
    }
    reader.leave();
    return fields.length === 0 ? noFields : struct(fields);
  }

  #value(type: ThriftType, element: boolean): ThriftValue {
    if (--this.#valuesLeft < 0)
      throw this.reader.damaged('its metadata holds more values than any file needs');
    switch (type) {
      case thriftType.true:
      case thriftType.false:
        return element ? this.reader.byte() : type === thriftType.true;
      case thriftType.i8:
        return (this.reader.byte() << 24) >> 24;
      case thriftType.i16:
      case thriftType.i32:
      case thriftType.i64:
        return this.reader.integer();
      case thriftType.double:
        return this.reader.take(8);
      case thriftType.uuid:
        return this.reader.take(16);
      case thriftType.binary:
        return this.reader.take(this.reader.length());
      case thriftType.struct:
        return this.#fields();
      case thriftType.map:
        return this.#map();
      default:
        return this.#list();
    }
  }

  #list(): ThriftList {
    this.reader.enter();
    const { element, count } = this.reader.listHeader();
    const values: ThriftValue[] = [];
    for (let i = 0; i < count && element !== 0; i++) values.push(this.#value(element, true));
    this.reader.leave();
    return { kind: 'list', element, values };
  }

  #encodedList(): ThriftList {
    this.reader.enter();
    const { element, count } = this.reader.listHeader();
    this.reader.checkCount(count, smallestEncoded);
    const values: ThriftEncoded[] = [];
    for (let i = 0; i < count && element !== 0; i++) {
      const start = this.reader.offset;
      this.reader.skip(element, true);
      values.push({ kind: 'encoded', bytes: this.reader.bytes.subarray(start, this.reader.offset) });
    }
    this.reader.leave();
    return { kind: 'list', element, values };
  }

  #map(): ThriftMap {
    this.reader.enter();
    const { key, value, count } = this.reader.mapHeader();
    const entries: [ThriftValue, ThriftValue][] = [];
    for (let i = 0; i < count && key !== 0 && value !== 0; i++) {
      entries.push([this.#value(key, true), this.#value(value, true)]);
    }
    this.reader.leave();
    return { kind: 'map', key, value, entries };
  }
}
