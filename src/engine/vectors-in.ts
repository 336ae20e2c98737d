import type { Field, LogicalType, SimpleKind, Value } from '../core/types.js';
import { fieldKey } from './fields.js';
import type { NativeVector } from './native.js';
import type { Bindings } from './vector-data.js';

/**
 * Writes canonical values into a vector of the type in which `type` crosses (see `wire.ts`); `values` must have been through `coerce`,
 * which checks them. The vector has room for them all.
 */
export function writeVector(
  bindings: Bindings,
  vector: NativeVector,
  type: LogicalType,
  values: readonly Value[],
): void {
  writeValidity(bindings, vector, values);
  switch (type.kind) {
    case 'decimal':
      writeDecimals(bindings, vector, type.width, values);
      break;
    case 'enum':
      writeEnums(bindings, vector, type.values, values);
      break;
    case 'list': {
      const child = writeLists(bindings, vector, values);
      writeVector(bindings, child, type.element, values.flatMap(asList));
      break;
    }
    case 'map': {
      const child = writeLists(bindings, vector, values);
      const entries = values.flatMap(asList);
      writeVector(bindings, bindings.struct_vector_get_child(child, 0), type.key, entries.map(part('key')));
      writeVector(
        bindings,
        bindings.struct_vector_get_child(child, 1),
        type.value,
        entries.map(part('value')),
      );
      break;
    }
    case 'array': {
      const blank: readonly Value[] = new Array<Value>(type.length).fill(null);
      const elements = values.flatMap((value) => (value === null ? blank : asList(value)));
      writeVector(bindings, bindings.array_vector_get_child(vector), type.element, elements);
      break;
    }
    case 'struct':
      type.fields.forEach((field, i) => {
        const child = bindings.struct_vector_get_child(vector, i);
        writeVector(bindings, child, field.type, values.map(part(fieldKey(field, i))));
      });
      break;
    case 'union':
      writeUnions(bindings, vector, type.members, values);
      break;
    default:
      writeSimple[type.kind](bindings, vector, values);
  }
}

type Write = (bindings: Bindings, vector: NativeVector, values: readonly Value[]) => void;
type WriteOne<V extends Value> = (view: DataView, at: number, value: V) => void;

function writeValidity(bindings: Bindings, vector: NativeVector, values: readonly Value[]): void {
  if (!values.includes(null)) return;
  const words = Math.ceil(values.length / 64);
  const mask = new Uint8Array(words * 8).fill(0xff);
  for (let row = 0; row < values.length; row++) {
    if (values[row] === null) mask[row >> 3] = (mask[row >> 3] ?? 0) & ~(1 << (row & 7));
  }
  bindings.vector_ensure_validity_writable(vector);
  bindings.copy_data_to_vector_validity(vector, 0, mask.buffer, 0, mask.byteLength);
}

/** `V` is what `coerce` makes for the kind, so nothing is checked again here. */
function fixed<V extends Value>(bytes: number, one: WriteOne<V>): Write {
  return (bindings, vector, values) => {
    if (values.length === 0) return;
    const buffer = new ArrayBuffer(values.length * bytes);
    const view = new DataView(buffer);
    for (let row = 0; row < values.length; row++) {
      const value = values[row] ?? null;
      if (value !== null) one(view, row * bytes, value as V);
    }
    bindings.copy_data_to_vector(vector, 0, buffer, 0, buffer.byteLength);
  };
}

const int64 = fixed<bigint>(8, (view, at, value) => view.setBigInt64(at, value, true));
const int128: WriteOne<bigint> = (view, at, value) => {
  view.setBigUint64(at, BigInt.asUintN(64, value), true);
  view.setBigInt64(at + 8, BigInt.asIntN(64, value >> 64n), true);
};

const strings: Write = (bindings, vector, values) => {
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (typeof value === 'string') bindings.vector_assign_string_element(vector, row, value);
  }
};

function bytesWith<V extends Value>(toBytes: (value: V) => Uint8Array): Write {
  return (bindings, vector, values) => {
    for (let row = 0; row < values.length; row++) {
      const value = values[row] ?? null;
      if (value !== null) bindings.vector_assign_string_element_len(vector, row, toBytes(value as V));
    }
  };
}

const blobs = bytesWith<Uint8Array>((value) => value);

const maxOffset = 57_599;

const writeSimple: Record<SimpleKind, Write> = {
  null: () => {},
  boolean: fixed<boolean>(1, (view, at, value) => view.setUint8(at, value ? 1 : 0)),
  tinyint: fixed<number>(1, (view, at, value) => view.setInt8(at, value)),
  smallint: fixed<number>(2, (view, at, value) => view.setInt16(at, value, true)),
  integer: fixed<number>(4, (view, at, value) => view.setInt32(at, value, true)),
  bigint: int64,
  hugeint: fixed(16, int128),
  utinyint: fixed<number>(1, (view, at, value) => view.setUint8(at, value)),
  usmallint: fixed<number>(2, (view, at, value) => view.setUint16(at, value, true)),
  uinteger: fixed<number>(4, (view, at, value) => view.setUint32(at, value, true)),
  ubigint: fixed<bigint>(8, (view, at, value) => view.setBigUint64(at, value, true)),
  uhugeint: fixed(16, int128),
  bignum: bytesWith(bignum),
  float: fixed<number>(4, (view, at, value) => view.setFloat32(at, value, true)),
  double: fixed<number>(8, (view, at, value) => view.setFloat64(at, value, true)),
  varchar: strings,
  json: strings,
  blob: blobs,
  bit: bytesWith(bits),
  uuid: fixed<string>(16, (view, at, value) => {
    const hex = value.replaceAll('-', '');
    view.setBigUint64(at + 8, BigInt(`0x${hex.slice(0, 16)}`) ^ (1n << 63n), true);
    view.setBigUint64(at, BigInt(`0x${hex.slice(16)}`), true);
  }),
  date: fixed<number>(4, (view, at, value) => view.setInt32(at, value, true)),
  time: int64,
  time_ns: int64,
  timetz: fixed<{ micros: bigint; offset: number }>(8, (view, at, { micros, offset }) =>
    view.setBigUint64(at, (micros << 24n) | BigInt(maxOffset - offset), true),
  ),
  timestamp_s: int64,
  timestamp_ms: int64,
  timestamp: int64,
  timestamp_ns: int64,
  timestamptz: int64,
  interval: fixed<{ months: number; days: number; micros: bigint }>(16, (view, at, value) => {
    view.setInt32(at, value.months, true);
    view.setInt32(at + 4, value.days, true);
    view.setBigInt64(at + 8, value.micros, true);
  }),
  geometry: blobs,
  variant: strings,
};

/** As `values-out.ts` reads it. */
function bignum(value: bigint): Uint8Array {
  const negative = value < 0n;
  const hex = (negative ? -value : value).toString(16);
  const magnitude = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const bytes = new Uint8Array(magnitude.length + 3);
  const header = 0x80_0000 | magnitude.length;
  bytes.set([header >> 16, (header >> 8) & 0xff, header & 0xff]);
  bytes.set(magnitude, 3);
  return negative ? bytes.map((byte) => ~byte) : bytes;
}

/** As `values-out.ts` reads it; the bits of padding are ones. */
function bits(text: string): Uint8Array {
  const padding = (8 - (text.length % 8)) % 8;
  const padded = '1'.repeat(padding) + text;
  const bytes = new Uint8Array(1 + padded.length / 8);
  bytes[0] = padding;
  for (let i = 1; i < bytes.length; i++) bytes[i] = Number.parseInt(padded.slice((i - 1) * 8, i * 8), 2);
  return bytes;
}

function writeDecimals(
  bindings: Bindings,
  vector: NativeVector,
  width: number,
  values: readonly Value[],
): void {
  // A canonical decimal has all digits of its scale: without its point it is the integer that is stored.
  const digits = values.map((value) => (typeof value === 'string' ? BigInt(value.replace('.', '')) : null));
  if (width <= 4)
    fixed<bigint>(2, (view, at, v) => view.setInt16(at, Number(v), true))(bindings, vector, digits);
  else if (width <= 9)
    fixed<bigint>(4, (view, at, v) => view.setInt32(at, Number(v), true))(bindings, vector, digits);
  else if (width <= 18) int64(bindings, vector, digits);
  else fixed(16, int128)(bindings, vector, digits);
}

function writeEnums(
  bindings: Bindings,
  vector: NativeVector,
  members: readonly string[],
  values: readonly Value[],
): void {
  const indexes = new Map(members.map((member, i) => [member, i]));
  const numbers = values.map((value) => (typeof value === 'string' ? (indexes.get(value) ?? null) : null));
  const kind = members.length <= 0xff ? 'utinyint' : members.length <= 0xffff ? 'usmallint' : 'uinteger';
  writeSimple[kind](bindings, vector, numbers);
}

const asList = (value: Value): readonly Value[] => (Array.isArray(value) ? (value as readonly Value[]) : []);

const part =
  (key: string) =>
  (value: Value): Value =>
    value === null ? null : ((value as { readonly [key: string]: Value })[key] ?? null);

/** Writes where each list begins and how long it is, and makes room; gives the vector for all their elements. */
function writeLists(bindings: Bindings, vector: NativeVector, values: readonly Value[]): NativeVector {
  const places = new BigUint64Array(values.length * 2);
  let size = 0;
  for (let row = 0; row < values.length; row++) {
    const { length } = asList(values[row] ?? null);
    places[row * 2] = BigInt(size);
    places[row * 2 + 1] = BigInt(length);
    size += length;
  }
  if (values.length > 0) bindings.copy_data_to_vector(vector, 0, places.buffer, 0, places.byteLength);
  bindings.list_vector_reserve(vector, size);
  bindings.list_vector_set_size(vector, size);
  return bindings.list_vector_get_child(vector);
}

/** A union is a struct: first the member's number, then the members, all null but that one. */
function writeUnions(
  bindings: Bindings,
  vector: NativeVector,
  members: readonly Field[],
  values: readonly Value[],
): void {
  const tags = values.map(part('tag'));
  const contents = values.map(part('value'));
  const numbers = tags.map((tag) =>
    tag === null ? null : members.findIndex((member) => member.name === tag),
  );
  writeVector(bindings, bindings.struct_vector_get_child(vector, 0), { kind: 'utinyint' }, numbers);
  members.forEach((member, i) => {
    const own = contents.map((content, row) => (numbers[row] === i ? content : null));
    writeVector(bindings, bindings.struct_vector_get_child(vector, i + 1), member.type, own);
  });
}
