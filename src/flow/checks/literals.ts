import type { ContractValue } from '../../core/contract.js';
import { type LogicalType, type TypeKind, typeName, wholeKinds } from '../../core/types.js';
import { literal } from '../../engine/index.js';

const numbers: ReadonlySet<TypeKind> = new Set([...wholeKinds, 'decimal', 'float', 'double']);
const texts: ReadonlySet<TypeKind> = new Set(['varchar', 'enum', 'json']);
/** Types whose values a contract writes as text. */
const castable: ReadonlySet<TypeKind> = new Set([
  ...(['date', 'time', 'time_ns', 'timetz', 'uuid', 'interval', 'bit'] as const),
  ...(['timestamp_s', 'timestamp_ms', 'timestamp', 'timestamp_ns', 'timestamptz'] as const),
]);

export const isText = ({ kind }: LogicalType): boolean => texts.has(kind);
export const isFloat = ({ kind }: LogicalType): boolean => kind === 'float' || kind === 'double';
export const isMoment = ({ kind }: LogicalType): boolean => kind === 'date' || kind.startsWith('timestamp');
export const isComparable = (type: LogicalType): boolean =>
  numbers.has(type.kind) || texts.has(type.kind) || castable.has(type.kind);

const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * A value of a contract in SQL, to be compared with values of a type; null where it is none. Numbers are written as
 * they are, and not as values of the column's type: 1.5 is more than the whole number 1.
 */
export function valueSql(value: ContractValue, type: LogicalType): string | null {
  if (type.kind === 'boolean') return typeof value === 'boolean' ? String(value) : null;
  if (typeof value === 'boolean') return null;
  const text = String(value).trim();
  if (numbers.has(type.kind)) return number.test(text) ? text : null;
  if (texts.has(type.kind)) return literal(String(value));
  if (castable.has(type.kind) && typeof value === 'string')
    return `CAST(${literal(value)} AS ${typeName(type)})`;
  return null;
}
