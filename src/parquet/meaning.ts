import type { Annotation, TimeUnit } from './annotation.js';
import { leafType } from './leaf-type.js';
import type { ConvertedType } from './names.js';
import type { SchemaElement } from './schema-tree.js';

/**
 * A text that is equal for two elements exactly if the same stored bytes mean the same value in both, whether they
 * are described by the new annotation, by the older converted type, or by both.
 */
export function meaningOf(element: SchemaElement): string {
  const engine = element.type === null ? null : leafType(element, element.type);
  return JSON.stringify([
    element.type,
    element.type === 'FIXED_LEN_BYTE_ARRAY' ? element.typeLength : null,
    // beside the annotation, since the engine does not go by every one
    engine,
    element.type === null ? element.convertedType : null,
    element.annotation ?? annotationFor(element),
  ]);
}

/** The annotation that says what a converted type says, by the format's table of equals. */
function annotationFor(element: SchemaElement): Annotation | string | null {
  const { convertedType } = element;
  if (convertedType === null) {
    if (element.type === 'INT32') return { kind: 'integer', bits: 32, signed: true };
    return element.type === 'INT64' ? { kind: 'integer', bits: 64, signed: true } : null;
  }
  if (convertedType === 'DECIMAL') {
    return { kind: 'decimal', scale: element.scale ?? 0, precision: element.precision ?? 0 };
  }
  return equals[convertedType] ?? convertedType;
}

const utc = (kind: 'time' | 'timestamp', unit: TimeUnit): Annotation => ({ kind, utc: true, unit });
const integer = (bits: number, signed: boolean): Annotation => ({ kind: 'integer', bits, signed });

const equals: Readonly<Partial<Record<ConvertedType, Annotation>>> = {
  UTF8: { kind: 'string' },
  MAP: { kind: 'map' },
  LIST: { kind: 'list' },
  ENUM: { kind: 'enum' },
  DATE: { kind: 'date' },
  JSON: { kind: 'json' },
  BSON: { kind: 'bson' },
  NULL: { kind: 'null' },
  TIME_MILLIS: utc('time', 'millis'),
  TIME_MICROS: utc('time', 'micros'),
  TIMESTAMP_MILLIS: utc('timestamp', 'millis'),
  TIMESTAMP_MICROS: utc('timestamp', 'micros'),
  UINT_8: integer(8, false),
  UINT_16: integer(16, false),
  UINT_32: integer(32, false),
  UINT_64: integer(64, false),
  INT_8: integer(8, true),
  INT_16: integer(16, true),
  INT_32: integer(32, true),
  INT_64: integer(64, true),
};
