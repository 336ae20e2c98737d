import type { LogicalType } from '../core/types.js';
import { type Coercer, Unfit } from './unfit.js';

/** Whether a text is Unicode: half of a surrogate pair is not, and would be replaced on its way. */
const isWellFormed = (text: string): boolean =>
  (text as unknown as { isWellFormed(): boolean }).isWellFormed();

export const coerceVarchar: Coercer = (value) => {
  if (typeof value !== 'string' || !isWellFormed(value)) throw new Unfit(value, { kind: 'varchar' });
  return value;
};

/** JSON as text (which must be JSON), or anything that JSON can hold in full. */
export function coerceJson(kind: 'json' | 'variant'): Coercer {
  return (value) => {
    const text = typeof value === 'string' ? jsonText(value) : jsonOf(value);
    if (text === null) throw new Unfit(value, { kind });
    return text;
  };
}

function jsonText(text: string): string | null {
  try {
    JSON.parse(text);
    return isWellFormed(text) ? text : null;
  } catch {
    return null;
  }
}

function jsonOf(value: unknown): string | null {
  try {
    return JSON.stringify(value, (_key, part: unknown) => {
      if (isLostInJson(part)) throw new TypeError('JSON cannot hold this');
      return typeof part === 'bigint' ? Number(part) : part;
    });
  } catch {
    return null;
  }
}

/** What JSON.stringify would leave out, or put something else for, without a word. */
function isLostInJson(part: unknown): boolean {
  switch (typeof part) {
    case 'number':
      return !Number.isFinite(part);
    case 'bigint':
      return !Number.isSafeInteger(Number(part));
    case 'function':
    case 'symbol':
      return true;
    case 'object':
      return (
        part instanceof Map || part instanceof Set || ArrayBuffer.isView(part) || part instanceof ArrayBuffer
      );
    default:
      return false;
  }
}

/** Bytes: a Uint8Array (a Buffer is one) or an ArrayBuffer. */
export function coerceBytes(kind: 'blob' | 'geometry'): Coercer {
  return (value) => {
    if (value instanceof Uint8Array) return value;
    if (value instanceof ArrayBuffer) return new Uint8Array(value);
    throw new Unfit(value, { kind });
  };
}

export const coerceBit: Coercer = (value) => {
  if (typeof value !== 'string' || !/^[01]+$/.test(value)) throw new Unfit(value, { kind: 'bit' });
  return value;
};

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A UUID, in either case, with its hyphens or without any. */
export const coerceUuid: Coercer = (value) => {
  if (typeof value === 'string') {
    if (uuidForm.test(value)) return value;
    const lower = value.toLowerCase();
    const text = /^[0-9a-f]{32}$/.test(lower)
      ? `${lower.slice(0, 8)}-${lower.slice(8, 12)}-${lower.slice(12, 16)}-${lower.slice(16, 20)}-${lower.slice(20)}`
      : lower;
    if (uuidForm.test(text)) return text;
  }
  throw new Unfit(value, { kind: 'uuid' });
};

export function coerceEnum(type: LogicalType, values: readonly string[]): Coercer {
  const known = new Set(values);
  return (value) => {
    if (typeof value !== 'string' || !known.has(value)) throw new Unfit(value, type);
    return value;
  };
}
