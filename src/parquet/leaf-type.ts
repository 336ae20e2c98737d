import type { LogicalType } from '../core/types.js';
import type { Annotation } from './annotation.js';
import type { ConvertedType, PhysicalType } from './names.js';
import type { SchemaElement } from './schema-tree.js';

/** The widest DECIMAL that the engine has; wider ones are read as DOUBLE. */
const widestDecimal = 38;

/** What the engine makes of columns that hold nothing but NULL. */
const nothing: LogicalType = { kind: 'integer' };

type Answer = LogicalType | { readonly unsupported: string };

const unsupported = (why: string): Answer => ({ unsupported: why });
const whole: readonly PhysicalType[] = ['INT32'];
const wide: readonly PhysicalType[] = ['INT64'];
const byteArrays: readonly PhysicalType[] = ['BYTE_ARRAY', 'FIXED_LEN_BYTE_ARRAY'];

/** Converted types with one meaning, and the physical types that the engine accepts them on. */
const converted: Readonly<
  Partial<Record<ConvertedType, { readonly on: readonly PhysicalType[]; readonly type: LogicalType }>>
> = {
  INT_8: { on: whole, type: { kind: 'tinyint' } },
  INT_16: { on: whole, type: { kind: 'smallint' } },
  INT_32: { on: whole, type: { kind: 'integer' } },
  INT_64: { on: wide, type: { kind: 'bigint' } },
  UINT_8: { on: whole, type: { kind: 'utinyint' } },
  UINT_16: { on: whole, type: { kind: 'usmallint' } },
  UINT_32: { on: whole, type: { kind: 'uinteger' } },
  UINT_64: { on: wide, type: { kind: 'ubigint' } },
  DATE: { on: whole, type: { kind: 'date' } },
  TIMESTAMP_MILLIS: { on: wide, type: { kind: 'timestamp' } },
  TIMESTAMP_MICROS: { on: wide, type: { kind: 'timestamp' } },
  TIME_MILLIS: { on: whole, type: { kind: 'time' } },
  TIME_MICROS: { on: wide, type: { kind: 'time' } },
  UTF8: { on: byteArrays, type: { kind: 'varchar' } },
  ENUM: { on: byteArrays, type: { kind: 'varchar' } },
};

const physical: Readonly<Record<PhysicalType, LogicalType>> = {
  BOOLEAN: { kind: 'boolean' },
  INT32: { kind: 'integer' },
  INT64: { kind: 'bigint' },
  // deprecated, and has been used for nothing but timestamps
  INT96: { kind: 'timestamp' },
  FLOAT: { kind: 'float' },
  DOUBLE: { kind: 'double' },
  BYTE_ARRAY: { kind: 'blob' },
  FIXED_LEN_BYTE_ARRAY: { kind: 'blob' },
};

/**
 * The type that the engine's reader gives to a leaf. As that reader does, it asks the new annotation for a few
 * types only, and the older converted type for all others.
 */
export function leafType(leaf: SchemaElement, type: PhysicalType): Answer {
  if (type === 'FIXED_LEN_BYTE_ARRAY' && leaf.typeLength === null)
    return unsupported('its length is missing');
  const annotated = leaf.annotation === null ? null : annotatedType(leaf.annotation, leaf, type);
  if (annotated !== null) return annotated;
  if (leaf.convertedType === null) return physical[type];
  return convertedLeafType(leaf.convertedType, leaf, type);
}

/** null where the annotation says nothing that the engine goes by. */
function annotatedType(annotation: Annotation, leaf: SchemaElement, type: PhysicalType): Answer | null {
  switch (annotation.kind) {
    case 'null':
      return nothing;
    case 'uuid':
      return type === 'FIXED_LEN_BYTE_ARRAY' ? { kind: 'uuid' } : null;
    case 'float16':
      return type === 'FIXED_LEN_BYTE_ARRAY' && leaf.typeLength === 2 ? { kind: 'float' } : null;
    case 'timestamp':
      if (annotation.unit === null) return unsupported('a TIMESTAMP without a unit');
      if (annotation.utc) return { kind: 'timestamptz' };
      return { kind: annotation.unit === 'nanos' ? 'timestamp_ns' : 'timestamp' };
    case 'time':
      if (annotation.unit === null) return unsupported('a TIME without a unit');
      // the engine cuts nanoseconds off
      return { kind: annotation.utc ? 'timetz' : 'time' };
    default:
      return null;
  }
}

function convertedLeafType(convertedType: ConvertedType, leaf: SchemaElement, type: PhysicalType): Answer {
  switch (convertedType) {
    case 'NULL':
      return nothing;
    case 'JSON':
      return { kind: 'json' };
    case 'INTERVAL':
      return { kind: 'interval' };
    case 'DECIMAL':
      return decimalType(leaf, type);
    default: {
      const rule = converted[convertedType];
      if (rule === undefined) return unsupported(convertedType);
      return rule.on.includes(type) ? rule.type : unsupported(`${convertedType} on ${type}`);
    }
  }
}

function decimalType(leaf: SchemaElement, type: PhysicalType): Answer {
  const { precision, scale } = leaf;
  if (precision === null || scale === null) return unsupported('a DECIMAL without precision and scale');
  if (precision > widestDecimal) return { kind: 'double' };
  if (precision < 1 || scale < 0 || scale > precision) return unsupported(`DECIMAL(${precision},${scale})`);
  if (whole.includes(type) || wide.includes(type) || byteArrays.includes(type)) {
    return { kind: 'decimal', width: precision, scale };
  }
  return unsupported(`DECIMAL on ${type}`);
}
