import type { LogicalType, Value } from '../core/types.js';

/** What a column's values take in memory, about, in bytes. */
export function bytesOf(values: readonly Value[], type: LogicalType): number {
  switch (type.kind) {
    case 'varchar':
    case 'json':
    case 'blob':
    case 'bit':
    case 'geometry':
    case 'variant': {
      let bytes = values.length * 24;
      for (const value of values) {
        if (typeof value === 'string' || value instanceof Uint8Array) bytes += value.length;
      }
      return bytes;
    }
    case 'list':
    case 'array':
    case 'struct':
    case 'map':
    case 'union': {
      let bytes = 0;
      for (const value of values) bytes += nestedBytes(value);
      return bytes;
    }
    case 'decimal':
    case 'uuid':
    case 'interval':
    case 'timetz':
    case 'bignum':
      return values.length * 64;
    default:
      return values.length * 16;
  }
}

function nestedBytes(value: Value): number {
  if (typeof value === 'string') return 24 + value.length;
  if (typeof value !== 'object' || value === null) return 16;
  if (value instanceof Uint8Array) return 64 + value.length;
  let bytes = 32;
  for (const part of Object.values(value) as Value[]) bytes += nestedBytes(part);
  return bytes;
}
