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

/** Reads a LogicalType; null where the union is empty. */
export function annotationOf(union: ThriftStruct): Annotation | null {
  const chosen = union.fields[0];
  if (chosen === undefined || !isStruct(chosen.value)) return null;
  const { id, value } = chosen;
  if (id === 5) {
    return { kind: 'decimal', scale: integerOf(value, 1) ?? 0, precision: integerOf(value, 2) ?? 0 };
  }
  if (id === 7 || id === 8) {
    const unit = structOf(value, 2)?.fields[0]?.id;
    return {
      kind: id === 7 ? 'time' : 'timestamp',
      utc: flagOf(value, 1) ?? false,
      unit: (unit === undefined ? undefined : units[unit]) ?? null,
    };
  }
  if (id === 10) {
    return { kind: 'integer', bits: integerOf(value, 1) ?? 0, signed: flagOf(value, 2) ?? false };
  }
  const kind = plain[id];
  return kind === undefined ? { kind: 'other', id } : { kind };
}
