import { type LogicalType, typeName, type Value } from '../core/types.js';

/** Makes a column's value from what somebody wrote; throws {@link Unfit} where it cannot be kept exactly. */
export type Coercer = (value: unknown) => Value;

/** A value that its type cannot hold. Becomes VALUE_UNFIT where column and row are known. */
export class Unfit extends Error {
  readonly value: unknown;
  readonly type: LogicalType;

  constructor(value: unknown, type: LogicalType) {
    super('a value does not fit its type');
    this.value = value;
    this.type = type;
  }
}

const shorten = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length)}…` : text;

/** A value for a message: short, and told apart from values of other kinds. */
export function showValue(value: unknown): string {
  if (typeof value === 'bigint') return shorten(`${value}n`, 60);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : value.toISOString();
  if (value instanceof Map) return `a Map of ${value.size}`;
  if (typeof value === 'string' || (typeof value === 'object' && value !== null)) {
    try {
      return shorten(
        JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}n` : part)),
        60,
      );
    } catch {
      return 'an object';
    }
  }
  return shorten(String(value), 60);
}

export const showType = (type: LogicalType): string => shorten(typeName(type), 80);
