import type { Field, LogicalType, SimpleKind, Value } from '../core/types.js';
import { decimalText } from './decimal.js';
import { fieldKey, objectOf } from './fields.js';
import type { NativeVector } from './native.js';
import { type Bindings, dataOf, isValid, readStrings, type Validity, validityOf } from './vector-data.js';

/**
 * The values of a vector, as `core/types.ts` names them for each kind. The vector must be of the type in
 * which `type` crosses (see `wire.ts`), for its memory is read as that type lays it out.
 */
export function readVector(
  bindings: Bindings,
  vector: NativeVector,
  type: LogicalType,
  rows: number,
): Value[] {
  switch (type.kind) {
    case 'decimal':
      return readDecimals(bindings, vector, type.width, type.scale, rows);
    case 'enum': {
      const bytes = type.values.length <= 0xff ? 1 : type.values.length <= 0xffff ? 2 : 4;
      const { values } = type;
      return fixed(bindings, vector, rows, bytes, (view, at) => {
        const index =
          bytes === 1 ? view.getUint8(at) : bytes === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
        return values[index] ?? null;
      });
    }
    case 'list':
      return readLists(bindings, vector, type.element, rows);
    case 'array':
      return readArrays(bindings, vector, type.element, type.length, rows);
    case 'struct':
      return readStructs(bindings, vector, type.fields, rows);
    case 'map':
      return readMaps(bindings, vector, type.key, type.value, rows);
    case 'union':
      return readUnions(bindings, vector, type.members, rows);
    default:
      return readSimple[type.kind](bindings, vector, rows);
  }
}

type ReadSimple = (bindings: Bindings, vector: NativeVector, rows: number) => Value[];
type ReadOne = (view: DataView, at: number) => Value;

function fixed(bindings: Bindings, vector: NativeVector, rows: number, bytes: number, one: ReadOne): Value[] {
  const view = dataOf(bindings, vector, rows * bytes);
  const out: Value[] = new Array(rows);
  for (let row = 0; row < rows; row++) out[row] = one(view, row * bytes);
  return withNulls(out, validityOf(bindings, vector, rows));
}

function withNulls(values: Value[], validity: Validity): Value[] {
  if (validity === null) return values;
  for (let row = 0; row < values.length; row++) if (!isValid(validity, row)) values[row] = null;
  return values;
}

const ofWidth =
  (bytes: number, one: ReadOne): ReadSimple =>
  (bindings, vector, rows) =>
    fixed(bindings, vector, rows, bytes, one);

const int64 = ofWidth(8, (view, at) => view.getBigInt64(at, true));
const int128 = (view: DataView, at: number): bigint =>
  (view.getBigInt64(at + 8, true) << 64n) | view.getBigUint64(at, true);

const strings: ReadSimple = (bindings, vector, rows) =>
  readStrings(bindings, vector, rows, (bytes, from, to) => bytes.toString('utf8', from, to));
const blobs: ReadSimple = (bindings, vector, rows) =>
  readStrings(bindings, vector, rows, (bytes, from, to) => new Uint8Array(bytes.subarray(from, to)));

/** Crosses as JSON, in which the engine writes a variant that is NULL as a text too. */
const variants: ReadSimple = (bindings, vector, rows) =>
  strings(bindings, vector, rows).map((text) => (text === 'null' ? null : text));

const readSimple: Record<SimpleKind, ReadSimple> = {
  null: (_bindings, _vector, rows) => new Array(rows).fill(null),
  boolean: ofWidth(1, (view, at) => view.getUint8(at) !== 0),
  tinyint: ofWidth(1, (view, at) => view.getInt8(at)),
  smallint: ofWidth(2, (view, at) => view.getInt16(at, true)),
  integer: ofWidth(4, (view, at) => view.getInt32(at, true)),
  bigint: int64,
  hugeint: ofWidth(16, int128),
  utinyint: ofWidth(1, (view, at) => view.getUint8(at)),
  usmallint: ofWidth(2, (view, at) => view.getUint16(at, true)),
  uinteger: ofWidth(4, (view, at) => view.getUint32(at, true)),
  ubigint: ofWidth(8, (view, at) => view.getBigUint64(at, true)),
  uhugeint: ofWidth(16, (view, at) => (view.getBigUint64(at + 8, true) << 64n) | view.getBigUint64(at, true)),
  bignum: (bindings, vector, rows) => readStrings(bindings, vector, rows, bignum),
  float: ofWidth(4, (view, at) => view.getFloat32(at, true)),
  double: ofWidth(8, (view, at) => view.getFloat64(at, true)),
  varchar: strings,
  json: strings,
  blob: blobs,
  bit: (bindings, vector, rows) => readStrings(bindings, vector, rows, bits),
  uuid: ofWidth(16, uuid),
  date: ofWidth(4, (view, at) => view.getInt32(at, true)),
  time: int64,
  time_ns: int64,
  timetz: ofWidth(8, timetz),
  timestamp_s: int64,
  timestamp_ms: int64,
  timestamp: int64,
  timestamp_ns: int64,
  timestamptz: int64,
  interval: ofWidth(16, (view, at) => ({
    months: view.getInt32(at, true),
    days: view.getInt32(at + 4, true),
    micros: view.getBigInt64(at + 8, true),
  })),
  geometry: blobs,
  variant: variants,
};

/** Three bytes of header, the first bit of which is the sign; then the magnitude, inverted where negative. */
function bignum(bytes: Buffer, from: number, to: number): bigint {
  const positive = ((bytes[from] ?? 0) & 0x80) !== 0;
  const magnitude = Buffer.from(bytes.subarray(from + 3, to));
  if (!positive) for (let i = 0; i < magnitude.length; i++) magnitude[i] = ~(magnitude[i] ?? 0);
  const value = BigInt(`0x${magnitude.toString('hex')}`);
  return positive ? value : -value;
}

/** One byte tells how many bits of the next one are padding; the first bit comes first. */
function bits(bytes: Buffer, from: number, to: number): string {
  let text = '';
  for (let at = from + 1; at < to; at++) text += (bytes[at] ?? 0).toString(2).padStart(8, '0');
  return text.slice(bytes[from]);
}

/** Stored with the first bit turned, so that it sorts as its text does. */
function uuid(view: DataView, at: number): string {
  const high = (view.getBigUint64(at + 8, true) ^ (1n << 63n)).toString(16).padStart(16, '0');
  const low = view.getBigUint64(at, true).toString(16).padStart(16, '0');
  return `${high.slice(0, 8)}-${high.slice(8, 12)}-${high.slice(12)}-${low.slice(0, 4)}-${low.slice(4)}`;
}

/** The greatest offset from UTC, in seconds; offsets are stored as the distance from it. */
const maxOffset = 57_599;

function timetz(view: DataView, at: number): Value {
  const stored = view.getBigUint64(at, true);
  return { micros: stored >> 24n, offset: maxOffset - Number(stored & 0xff_ffffn) };
}

function readDecimals(
  bindings: Bindings,
  vector: NativeVector,
  width: number,
  scale: number,
  rows: number,
): Value[] {
  if (width <= 4)
    return fixed(bindings, vector, rows, 2, (view, at) => decimalText(view.getInt16(at, true), scale));
  if (width <= 9)
    return fixed(bindings, vector, rows, 4, (view, at) => decimalText(view.getInt32(at, true), scale));
  if (width <= 18)
    return fixed(bindings, vector, rows, 8, (view, at) => decimalText(view.getBigInt64(at, true), scale));
  return fixed(bindings, vector, rows, 16, (view, at) => decimalText(int128(view, at), scale));
}

/** Where each list begins in the child vector, and how long it is. */
function eachList(
  bindings: Bindings,
  vector: NativeVector,
  rows: number,
  make: (from: number, to: number) => Value,
): Value[] {
  const view = dataOf(bindings, vector, rows * 16);
  const validity = validityOf(bindings, vector, rows);
  const out: Value[] = new Array(rows).fill(null);
  for (let row = 0; row < rows; row++) {
    if (!isValid(validity, row)) continue;
    const from = Number(view.getBigUint64(row * 16, true));
    out[row] = make(from, from + Number(view.getBigUint64(row * 16 + 8, true)));
  }
  return out;
}

function readLists(bindings: Bindings, vector: NativeVector, element: LogicalType, rows: number): Value[] {
  const child = bindings.list_vector_get_child(vector);
  const elements = readVector(bindings, child, element, bindings.list_vector_get_size(vector));
  return eachList(bindings, vector, rows, (from, to) => elements.slice(from, to));
}

function readMaps(
  bindings: Bindings,
  vector: NativeVector,
  key: LogicalType,
  value: LogicalType,
  rows: number,
): Value[] {
  const child = bindings.list_vector_get_child(vector);
  const size = bindings.list_vector_get_size(vector);
  const keys = readVector(bindings, bindings.struct_vector_get_child(child, 0), key, size);
  const values = readVector(bindings, bindings.struct_vector_get_child(child, 1), value, size);
  return eachList(bindings, vector, rows, (from, to) => {
    const entries: Value[] = [];
    for (let i = from; i < to; i++) entries.push({ key: keys[i] ?? null, value: values[i] ?? null });
    return entries;
  });
}

function readArrays(
  bindings: Bindings,
  vector: NativeVector,
  element: LogicalType,
  length: number,
  rows: number,
): Value[] {
  const elements = readVector(bindings, bindings.array_vector_get_child(vector), element, rows * length);
  const out: Value[] = new Array(rows);
  for (let row = 0; row < rows; row++) out[row] = elements.slice(row * length, (row + 1) * length);
  return withNulls(out, validityOf(bindings, vector, rows));
}

function readStructs(
  bindings: Bindings,
  vector: NativeVector,
  fields: readonly Field[],
  rows: number,
): Value[] {
  const keys = fields.map(fieldKey);
  const columns = fields.map((field, i) =>
    readVector(bindings, bindings.struct_vector_get_child(vector, i), field.type, rows),
  );
  const make = objectOf(keys);
  const out: Value[] = new Array(rows);
  for (let row = 0; row < rows; row++) out[row] = make((i) => columns[i]?.[row] ?? null);
  return withNulls(out, validityOf(bindings, vector, rows));
}

/** A union is a struct: first the member's number, then the members. */
function readUnions(
  bindings: Bindings,
  vector: NativeVector,
  members: readonly Field[],
  rows: number,
): Value[] {
  const tags = readVector(bindings, bindings.struct_vector_get_child(vector, 0), { kind: 'utinyint' }, rows);
  const columns = members.map((member, i) =>
    readVector(bindings, bindings.struct_vector_get_child(vector, i + 1), member.type, rows),
  );
  const out: Value[] = new Array(rows);
  for (let row = 0; row < rows; row++) {
    const tag = Number(tags[row]);
    out[row] = { tag: members[tag]?.name ?? '', value: columns[tag]?.[row] ?? null };
  }
  return withNulls(out, validityOf(bindings, vector, rows));
}
