import type { LogicalType } from '../core/types.js';
import type { PhysicalType } from './names.js';
import type { SchemaElement } from './schema-tree.js';

/**
 * A least or greatest value: as `core/types.ts` has the values of the column's type, except that a decimal is its
 * digits without the point, as a bigint.
 */
export type BoundValue = boolean | number | bigint | string | Uint8Array;

/** How the format orders the values of a type. `none`: not at all, or not in the way that the engine does. */
export type ValueOrder = 'signed' | 'unsigned' | 'none';

export function orderOf(leaf: SchemaElement, physical: PhysicalType, type: LogicalType): ValueOrder {
  if (physical === 'INT96') return 'none';
  // the engine's own type, where the format's order is that of other values
  if (leaf.annotation?.kind === 'null' || leaf.convertedType === 'NULL') return 'none';
  switch (type.kind) {
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'date':
    case 'timestamp':
    case 'timestamp_ns':
      return 'signed';
    case 'time':
    case 'timestamptz': {
      const { annotation } = leaf;
      // the engine cuts nanoseconds off
      return annotation !== null && 'unit' in annotation && annotation.unit === 'nanos' ? 'none' : 'signed';
    }
    case 'float':
      return physical === 'FLOAT' ? 'signed' : 'none';
    case 'double':
      // a decimal of more digits than the engine has
      return physical === 'DOUBLE' ? 'signed' : 'none';
    case 'decimal':
      if (physical === 'INT32' || physical === 'INT64') return 'signed';
      return physical === 'FIXED_LEN_BYTE_ARRAY' ? 'unsigned' : 'none';
    case 'utinyint':
    case 'usmallint':
    case 'uinteger':
    case 'ubigint':
    case 'varchar':
    case 'blob':
    case 'uuid':
      return 'unsigned';
    default:
      return 'none';
  }
}

/** A value from a statistic's bytes; null where they are no value of the type, or NaN. */
export function boundValue(
  bytes: Uint8Array,
  leaf: SchemaElement,
  physical: PhysicalType,
  type: LogicalType,
  end: 'min' | 'max',
): BoundValue | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = bytes.length;
  switch (physical) {
    case 'BOOLEAN':
      return width === 1 ? bytes[0] !== 0 : null;
    case 'INT32':
      return width === 4 ? smallInteger(view, leaf, type) : null;
    case 'INT64':
      return width === 8 ? wideInteger(view, leaf, type) : null;
    case 'FLOAT':
      return width === 4 ? widened(view.getFloat32(0, true), end) : null;
    case 'DOUBLE':
      return width === 8 ? widened(view.getFloat64(0, true), end) : null;
    case 'INT96':
      return null;
    case 'FIXED_LEN_BYTE_ARRAY':
    case 'BYTE_ARRAY':
      if (physical === 'FIXED_LEN_BYTE_ARRAY' && width !== leaf.typeLength) return null;
      return byteValue(bytes, type);
  }
}

function smallInteger(view: DataView, leaf: SchemaElement, type: LogicalType): BoundValue {
  const unsigned = type.kind === 'utinyint' || type.kind === 'usmallint' || type.kind === 'uinteger';
  const value = unsigned ? view.getUint32(0, true) : view.getInt32(0, true);
  if (type.kind === 'decimal') return BigInt(value);
  return type.kind === 'time' ? BigInt(value) * perUnit(leaf) : value;
}

function wideInteger(view: DataView, leaf: SchemaElement, type: LogicalType): BoundValue | null {
  if (type.kind === 'ubigint') return view.getBigUint64(0, true);
  const value = view.getBigInt64(0, true);
  if (type.kind === 'bigint' || type.kind === 'decimal') return value;
  if (type.kind === 'timestamp_ns') return value;
  const timed = type.kind === 'timestamp' || type.kind === 'timestamptz' || type.kind === 'time';
  return timed ? value * perUnit(leaf) : null;
}

/** How many of the engine's microseconds one of the column's units has. */
function perUnit(leaf: SchemaElement): bigint {
  const { annotation, convertedType } = leaf;
  if (annotation?.kind === 'time' || annotation?.kind === 'timestamp') {
    return annotation.unit === 'millis' ? 1000n : 1n;
  }
  return convertedType === 'TIME_MILLIS' || convertedType === 'TIMESTAMP_MILLIS' ? 1000n : 1n;
}

/** Writers differ in which zero they record: -0 and +0 are then both within the bounds. */
function widened(value: number, end: 'min' | 'max'): number | null {
  if (Number.isNaN(value)) return null;
  if (value !== 0) return value;
  return end === 'min' ? -0 : 0;
}

const strictText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function byteValue(bytes: Uint8Array, type: LogicalType): BoundValue | null {
  if (type.kind === 'blob') return bytes;
  const hex = Buffer.from(bytes).toString('hex');
  if (type.kind === 'decimal') {
    return bytes.length === 0 ? null : BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`));
  }
  if (type.kind === 'uuid') return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  if (type.kind !== 'varchar') return null;
  try {
    return strictText.decode(bytes);
  } catch {
    return null;
  }
}

/** Orders two bounds of one column as the engine orders its values: below 0, 0, or above 0. Text by its bytes. */
export function compareBounds(a: BoundValue, b: BoundValue): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  if (a < b) return -1;
  return a > b ? 1 : 0;
}
