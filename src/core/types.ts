/**
 * The closed set of logical types: those of the engine. Every format and database has total maps from and to it.
 * The comment of each kind names the JavaScript value that stands for it in a {@link Batch}.
 */
export const simpleKinds = [
  'null', // null
  'boolean', // boolean
  'tinyint', // number
  'smallint', // number
  'integer', // number
  'bigint', // bigint
  'hugeint', // bigint
  'utinyint', // number
  'usmallint', // number
  'uinteger', // number
  'ubigint', // bigint
  'uhugeint', // bigint
  'bignum', // bigint
  'float', // number
  'double', // number
  'varchar', // string
  'json', // string, JSON text
  'blob', // Uint8Array
  'bit', // string of 0 and 1
  'uuid', // string, lower case with hyphens
  'date', // number of days since 1970-01-01
  'time', // bigint, microseconds since midnight
  'time_ns', // bigint, nanoseconds since midnight
  'timetz', // { micros: bigint since midnight, offset: number of seconds east of UTC }
  'timestamp_s', // bigint, seconds since 1970-01-01 00:00:00, no zone
  'timestamp_ms', // bigint, milliseconds, no zone
  'timestamp', // bigint, microseconds, no zone
  'timestamp_ns', // bigint, nanoseconds, no zone
  'timestamptz', // bigint, microseconds since 1970-01-01T00:00:00Z
  'interval', // { months: number, days: number, micros: bigint }
  'geometry', // Uint8Array, well-known binary
  'variant', // string, JSON text
] as const;

/** The kinds of whole numbers with a least and a greatest value. */
export const wholeKinds = [
  'tinyint',
  'smallint',
  'integer',
  'bigint',
  'hugeint',
  'utinyint',
  'usmallint',
  'uinteger',
  'ubigint',
  'uhugeint',
] as const;

export type SimpleKind = (typeof simpleKinds)[number];

export type LogicalType =
  | { readonly kind: SimpleKind }
  /** Up to 38 digits, `scale` of them behind the point. Value: string such as "-12.340". */
  | { readonly kind: 'decimal'; readonly width: number; readonly scale: number }
  /** Value: string, one of `values`. */
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  /** Value: array. */
  | { readonly kind: 'list'; readonly element: LogicalType }
  /** Value: array of exactly `length` elements. */
  | { readonly kind: 'array'; readonly element: LogicalType; readonly length: number }
  /** Value: object with the fields' names as keys. */
  | { readonly kind: 'struct'; readonly fields: readonly Field[] }
  /** Value: array of { key, value }, in order. */
  | { readonly kind: 'map'; readonly key: LogicalType; readonly value: LogicalType }
  /** Value: { tag, value }. */
  | { readonly kind: 'union'; readonly members: readonly Field[] };

export type TypeKind = LogicalType['kind'];

export interface Field {
  readonly name: string;
  readonly type: LogicalType;
}

/** A column of a table. */
export interface Column extends Field {
  readonly nullable: boolean;
}

/** The columns of a table, in order. */
export type Schema = readonly Column[];

/** A value of a {@link Batch}, by the comments above. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Value[]
  | { readonly [key: string]: Value };

const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A type as the engine spells it, such as `DECIMAL(18,3)` or `STRUCT("a" INTEGER)[]`. */
export function typeName(type: LogicalType): string {
  switch (type.kind) {
    case 'decimal':
      return `DECIMAL(${type.width},${type.scale})`;
    case 'enum':
      return `ENUM(${type.values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ')})`;
    case 'list':
      return `${typeName(type.element)}[]`;
    case 'array':
      return `${typeName(type.element)}[${type.length}]`;
    case 'struct':
      return `STRUCT(${type.fields.map((field) => `${quoteName(field.name)} ${typeName(field.type)}`).join(', ')})`;
    case 'map':
      return `MAP(${typeName(type.key)}, ${typeName(type.value)})`;
    case 'union':
      return `UNION(${type.members.map((field) => `${quoteName(field.name)} ${typeName(field.type)}`).join(', ')})`;
    case 'timestamptz':
      return 'TIMESTAMP WITH TIME ZONE';
    case 'timetz':
      return 'TIME WITH TIME ZONE';
    case 'null':
      return '"NULL"';
    default:
      return type.kind.toUpperCase();
  }
}

/** Whether two types are the same in every part. */
export function sameType(a: LogicalType, b: LogicalType): boolean {
  return typeName(a) === typeName(b);
}

/** A type and all types within it. */
export function partsOf(type: LogicalType): LogicalType[] {
  switch (type.kind) {
    case 'list':
    case 'array':
      return [type, ...partsOf(type.element)];
    case 'map':
      return [type, ...partsOf(type.key), ...partsOf(type.value)];
    case 'struct':
      return [type, ...type.fields.flatMap((field) => partsOf(field.type))];
    case 'union':
      return [type, ...type.members.flatMap((member) => partsOf(member.type))];
    default:
      return [type];
  }
}
