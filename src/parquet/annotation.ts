import { flagOf, integerOf, isStruct, structOf } from './thrift/access.js';
import type { ThriftStruct } from './thrift/tree.js';

export type TimeUnit = 'millis' | 'micros' | 'nanos';

/** What a schema element's LogicalType says its values mean. */
export type Annotation =
  | { readonly kind: PlainAnnotation }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'time' | 'timestamp'; readonly utc: boolean; readonly unit: TimeUnit | null }
  | { readonly kind: 'integer'; readonly bits: number; readonly signed: boolean }
  /** One that is newer than this list: `id` is its number in the format. */
  | { readonly kind: 'other'; readonly id: number };

const plainAnnotations = {
  1: 'string',
  2: 'map',
  3: 'list',
  4: 'enum',
  6: 'date',
  11: 'null',
  12: 'json',
  13: 'bson',
  14: 'uuid',
  15: 'float16',
  16: 'variant',
  17: 'geometry',
  18: 'geography',
} as const;
export type PlainAnnotation = (typeof plainAnnotations)[keyof typeof plainAnnotations];

const plain: Readonly<Record<number, PlainAnnotation>> = plainAnnotations;
const units: Readonly<Record<number, TimeUnit>> = { 1: 'millis', 2: 'micros', 3: 'nanos' };

/**
 * Reads a LogicalType; null where the union is empty, undefined where it lacks what the format requires of it: other
 * readers refuse such a file.
 */
export function annotationOf(union: ThriftStruct): Annotation | null | undefined {
  const chosen = union.fields[0];
  if (chosen === undefined || !isStruct(chosen.value)) return null;
  const { id, value } = chosen;
  if (id === 5) {
    const [scale, precision] = [integerOf(value, 1), integerOf(value, 2)];
    return scale === null || precision === null ? undefined : { kind: 'decimal', scale, precision };
  }
  if (id === 7 || id === 8) {
    const [utc, unit] = [flagOf(value, 1), structOf(value, 2)];
    if (utc === null || unit === null) return undefined;
    const name = units[unit.fields[0]?.id ?? 0] ?? null;
    return { kind: id === 7 ? 'time' : 'timestamp', utc, unit: name };
  }
  if (id === 10) {
    const [bits, signed] = [integerOf(value, 1), flagOf(value, 2)];
    return bits === null || signed === null ? undefined : { kind: 'integer', bits, signed };
  }
  const kind = plain[id];
  return kind === undefined ? { kind: 'other', id } : { kind };
}
