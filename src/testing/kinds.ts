import type { TypeKind } from '../core/types.js';

/** A type of one kind as the engine spells it, and values of it at its borders, as expressions of the engine. */
export interface KindSample {
  readonly type: string;
  readonly values: readonly string[];
}

const whole = (type: string, lowest: string, highest: string): KindSample => ({
  type,
  values: [lowest, '0', '1', highest],
});

/** Every kind of type that there is; a new kind does not compile until it has an answer here. */
export const kindSamples: Readonly<Record<TypeKind, KindSample>> = {
  // A column of nothing but NULL is INTEGER as soon as it comes out of a SELECT.
  null: { type: '"NULL"', values: ['NULL'] },
  boolean: { type: 'BOOLEAN', values: ['true', 'false'] },
  tinyint: whole('TINYINT', '-128', '127'),
  smallint: whole('SMALLINT', '-32768', '32767'),
  integer: whole('INTEGER', '-2147483648', '2147483647'),
  bigint: whole('BIGINT', '-9223372036854775808', '9223372036854775807'),
  hugeint: whole(
    'HUGEINT',
    "'-170141183460469231731687303715884105728'",
    "'170141183460469231731687303715884105727'",
  ),
  utinyint: whole('UTINYINT', '2', '255'),
  usmallint: whole('USMALLINT', '2', '65535'),
  uinteger: whole('UINTEGER', '2', '4294967295'),
  ubigint: whole('UBIGINT', '2', '18446744073709551615'),
  uhugeint: whole('UHUGEINT', '2', "'340282366920938463463374607431768211455'"),
  bignum: whole('BIGNUM', `'-1${'0'.repeat(60)}'`, `'1${'0'.repeat(60)}1'`),
  float: { type: 'FLOAT', values: ["'1.1'", "'-0.0'", "'nan'", "'-inf'", "'3.4028235e38'", "'1e-45'"] },
  double: { type: 'DOUBLE', values: ["'0.1'", "'-0.0'", "'nan'", "'inf'", "'1.7976931348623157e308'"] },
  decimal: {
    type: 'DECIMAL(38,10)',
    values: ["'-9999999999999999999999999999.9999999999'", "'0.0000000001'"],
  },
  varchar: {
    type: 'VARCHAR',
    values: ["''", "'NULL'", "'žluťoučký 🦆 עברית'", "'two\nlines'", "chr(0) || 'a'"],
  },
  enum: { type: "ENUM('small', 'it''s large')", values: ["'small'", "'it''s large'"] },
  json: { type: 'JSON', values: ['\'{"a": [1, null, "b"]}\'', "'null'"] },
  blob: { type: 'BLOB', values: ["''", String.raw`'\x00\xFF\x80'`] },
  bit: { type: 'BIT', values: ["'0'", "'10101010101'"] },
  uuid: {
    type: 'UUID',
    values: ["'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"],
  },
  date: { type: 'DATE', values: ["'1970-01-01'", "'0001-02-03'", "'9999-12-31'", "'infinity'"] },
  time: { type: 'TIME', values: ["'00:00:00'", "'23:59:59.999999'", "'24:00:00'"] },
  time_ns: { type: 'TIME_NS', values: ["'00:00:00'", "'23:59:59.999999999'"] },
  timetz: { type: 'TIMETZ', values: ["'00:00:00+00'", "'23:59:59.999999+15:59:59'"] },
  timestamp_s: { type: 'TIMESTAMP_S', values: ["'1969-12-31 23:59:59'", "'9999-12-31 23:59:59'"] },
  timestamp_ms: { type: 'TIMESTAMP_MS', values: ["'1969-12-31 23:59:59.999'", "'2262-04-12 00:00:00.001'"] },
  timestamp: { type: 'TIMESTAMP', values: ["'1969-12-31 23:59:59.999999'", "'9999-12-31 23:59:59'"] },
  timestamp_ns: {
    type: 'TIMESTAMP_NS',
    values: ["'1969-12-31 23:59:59.999999999'", "'2262-01-01 00:00:00'"],
  },
  timestamptz: {
    type: 'TIMESTAMPTZ',
    values: ["'1969-12-31 23:59:59.999999+02'", "'9999-12-31 00:00:00+00'"],
  },
  interval: { type: 'INTERVAL', values: ["'1 month 2 days 00:00:00.003'", "'1 microsecond'"] },
  geometry: { type: 'GEOMETRY', values: ["'POINT(1 2)'"] },
  variant: { type: 'VARIANT', values: ["{'a': 42, 'b': [1, 2]}"] },
  list: { type: 'INTEGER[]', values: ['[]', '[1, NULL, 3]'] },
  array: { type: 'INTEGER[3]', values: ['[1, NULL, 3]'] },
  struct: { type: 'STRUCT(a INTEGER, "b c" VARCHAR[])', values: ["{'a': 1, 'b c': ['x', NULL]}"] },
  map: { type: 'MAP(VARCHAR, INTEGER)', values: ['MAP {}', "MAP {'a': 1, 'b': NULL}"] },
  union: { type: 'UNION(num INTEGER, str VARCHAR)', values: ["'text'", '7'] },
};

export const allKinds = Object.keys(kindSamples) as readonly TypeKind[];

/** A SELECT with a column for each of some kinds, called as its kind, and a row for each value and one of NULLs. */
export function kindTable(kinds: readonly TypeKind[]): string {
  const rows = Math.max(0, ...kinds.map((kind) => kindSamples[kind].values.length)) + 1;
  const selects = Array.from({ length: rows }, (_, row) => {
    const values = kinds.map((kind) => {
      const { type, values } = kindSamples[kind];
      return `CAST(${values[row] ?? 'NULL'} AS ${type}) AS "${kind}"`;
    });
    return `SELECT ${[`${row} AS "row"`, ...values].join(', ')}`;
  });
  return selects.join(' UNION ALL ');
}
