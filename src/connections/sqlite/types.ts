import { type LogicalType, type TypeKind, typeName } from '../../core/types.js';

/** How SQLite keeps a kind: what its column is declared as, and the engine's expression of a value; or why it cannot. */
export type Kept =
  | { readonly declared: string; readonly value: (column: string) => string }
  | { readonly impossible: string };

const whole = (column: string): string => `CAST(${column} AS BIGINT)`;
const text = (column: string): string => `CAST(${column} AS VARCHAR)`;
const own = (column: string): string => column;
const no = { impossible: 'SQLite has nothing that keeps it; text made of it in a query would' } as const;

/** Every kind has its answer, or this does not compile. What is declared as TEXT keeps a value letter by letter. */
const kept: Readonly<Record<TypeKind, (type: LogicalType) => Kept>> = {
  null: () => ({ declared: 'TEXT', value: text }),
  boolean: () => ({ declared: 'BOOLEAN', value: whole }),
  tinyint: () => ({ declared: 'TINYINT', value: whole }),
  smallint: () => ({ declared: 'SMALLINT', value: whole }),
  integer: () => ({ declared: 'INTEGER', value: whole }),
  bigint: () => ({ declared: 'BIGINT', value: whole }),
  utinyint: () => ({ declared: 'TINYINT', value: whole }),
  usmallint: () => ({ declared: 'INTEGER', value: whole }),
  uinteger: () => ({ declared: 'BIGINT', value: whole }),
  ubigint: () => ({ declared: 'TEXT DECIMAL(20,0)', value: text }),
  hugeint: () => no,
  uhugeint: () => no,
  bignum: () => no,
  float: () => ({ declared: 'DOUBLE', value: (column) => `CAST(${column} AS DOUBLE)` }),
  double: () => ({ declared: 'DOUBLE', value: own }),
  decimal: (type) => ({ declared: `TEXT ${typeName(type)}`, value: text }),
  varchar: () => ({ declared: 'TEXT', value: own }),
  enum: () => ({ declared: 'TEXT', value: text }),
  json: () => ({ declared: 'TEXT JSON', value: text }),
  blob: () => ({ declared: 'BLOB', value: own }),
  bit: () => no,
  uuid: () => ({ declared: 'TEXT UUID', value: text }),
  date: () => ({ declared: 'TEXT DATE', value: text }),
  time: () => ({ declared: 'TEXT TIME', value: text }),
  time_ns: () => no,
  timetz: () => no,
  timestamp_s: () => ({ declared: 'TEXT TIMESTAMP', value: text }),
  timestamp_ms: () => ({ declared: 'TEXT TIMESTAMP', value: text }),
  timestamp: () => ({ declared: 'TEXT TIMESTAMP', value: text }),
  timestamp_ns: () => ({ declared: 'TEXT TIMESTAMP_NS', value: text }),
  timestamptz: () => ({ declared: 'TEXT TIMESTAMPTZ', value: text }),
  interval: () => no,
  geometry: () => no,
  variant: () => no,
  list: () => no,
  array: () => no,
  struct: () => no,
  map: () => no,
  union: () => no,
};

export const keptAs = (type: LogicalType): Kept => kept[type.kind](type);

/**
 * The type that a column was declared with, where its name tells it; null: only the values can. SQLite itself takes
 * any value in any column, so each is held against this when it is read.
 */
export function declaredType(declared: string | null): LogicalType | null {
  const name = (declared ?? '')
    .trim()
    .toUpperCase()
    .replace(/^TEXT\s+(?=\S)/, '');
  const decimal = /^(?:DECIMAL|NUMERIC)\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)$/.exec(name);
  if (decimal !== null) {
    const [width, scale] = [Number(decimal[1]), Number(decimal[2] ?? 0)];
    return width >= 1 && width <= 38 && scale <= width ? { kind: 'decimal', width, scale } : null;
  }
  for (const [pattern, kind] of known) if (pattern.test(name)) return { kind } as LogicalType;
  return null;
}

const known: readonly (readonly [RegExp, TypeKind])[] = [
  [/^BOOL(EAN)?$/, 'boolean'],
  [/^DATE$/, 'date'],
  [/^TIME$/, 'time'],
  [/^(DATETIME|TIMESTAMP)$/, 'timestamp'],
  [/^TIMESTAMP_NS$/, 'timestamp_ns'],
  [/^(TIMESTAMPTZ|TIMESTAMP WITH TIME ZONE)$/, 'timestamptz'],
  [/^UUID$/, 'uuid'],
  [/^JSON$/, 'json'],
  [/^BLOB$/, 'blob'],
  // as SQLite itself decides by parts of the name, in this order
  [/INT/, 'bigint'],
  [/CHAR|CLOB|TEXT/, 'varchar'],
  [/REAL|FLOA|DOUB/, 'double'],
];

/** What SQLite does to a value that is put into a column declared so: five ways, told by parts of the name. */
export function affinity(declared: string | null): string {
  const name = (declared ?? '').toUpperCase();
  if (name.includes('INT')) return 'integer';
  if (/CHAR|CLOB|TEXT/.test(name)) return 'text';
  if (name === '' || name.includes('BLOB')) return 'blob';
  return /REAL|FLOA|DOUB/.test(name) ? 'real' : 'numeric';
}
