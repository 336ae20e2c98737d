import type { Column, LogicalType, SimpleKind, TypeKind } from '../../core/types.js';
import { identifier, literal } from '../../engine/index.js';

/** How a column gets out of the engine and into the server. */
export interface ColumnOut {
  /** The type of a column that is made for it. */
  readonly made: string;
  /** What the engine writes: an expression whose text the server reads as that type. */
  text(column: string): string;
  /** A condition of the engine that holds for a value that the server cannot hold; null: it can hold all. */
  unfit(column: string): string | null;
  /** Types of the server, by their names in its catalog, that take every such text without changing the value. */
  readonly fits: readonly string[];
}

const same = (column: string): string => column;
const never = (): null => null;

const out = (made: string, fits: readonly string[], parts: Partial<ColumnOut> = {}): ColumnOut => ({
  made,
  fits,
  text: same,
  unfit: never,
  ...parts,
});

/** Types that read text, and refuse what they cannot hold: not `name`, which cuts it. */
const readsText = [
  ...['text', 'varchar', 'citext', 'json', 'jsonb', 'xml', 'uuid', 'inet', 'cidr', 'macaddr', 'macaddr8'],
  ...[
    'bit',
    'varbit',
    'point',
    'line',
    'lseg',
    'box',
    'path',
    'polygon',
    'circle',
    'tsvector',
    'tsquery',
    'pg_lsn',
  ],
  ...[
    'int4range',
    'int8range',
    'numrange',
    'tsrange',
    'tstzrange',
    'daterange',
    'int4multirange',
    'int8multirange',
    'nummultirange',
    'tsmultirange',
    'tstzmultirange',
    'datemultirange',
    'jsonpath',
    'xid8',
    'pg_snapshot',
    'txid_snapshot',
    'refcursor',
    'numeric',
    'interval',
    'timetz',
  ],
];

const whole = (size: 2 | 4 | 8): readonly string[] => [
  ...(size <= 2 ? ['int2'] : []),
  ...(size <= 4 ? ['int4'] : []),
  'int8',
  'numeric',
];

/** A date as the server reads it: years before Christ at the end. */
const dated = (column: string): string => {
  const text = `CAST(${column} AS VARCHAR)`;
  return `CASE WHEN contains(${text}, '(BC)') THEN replace(${text}, ' (BC)', '') || ' BC' ELSE ${text} END`;
};
const timestamp = (kind: 'timestamp' | 'timestamptz', more: Partial<ColumnOut> = {}): ColumnOut =>
  out(kind, [kind], { text: dated, ...more });
/** Finer than a microsecond. */
const finer = (column: string): string => `isfinite(${column}) AND epoch_ns(${column}) % 1000 <> 0`;

const hasNul = (column: string): string => `contains(${column}, chr(0))`;
const json = (column: string): string => `CAST(to_json(${column}) AS VARCHAR)`;
/** The escape of a NUL: text of Postgres cannot hold what it stands for, but `json` holds it as it is written. */
const asJson = out('json', ['json'], { text: json });

const simple: Record<SimpleKind, ColumnOut> = {
  null: out('text', readsText),
  boolean: out('boolean', ['bool']),
  tinyint: out('smallint', whole(2)),
  smallint: out('smallint', whole(2)),
  integer: out('integer', whole(4)),
  bigint: out('bigint', whole(8)),
  hugeint: out('numeric(39,0)', ['numeric']),
  utinyint: out('smallint', whole(2)),
  usmallint: out('integer', whole(4)),
  uinteger: out('bigint', [...whole(8), 'oid']),
  ubigint: out('numeric(20,0)', ['numeric']),
  uhugeint: out('numeric(39,0)', ['numeric']),
  bignum: out('numeric', ['numeric']),
  float: out('real', ['float4', 'float8']),
  double: out('double precision', ['float8']),
  varchar: out('text', readsText, { unfit: hasNul }),
  json: out('json', ['json', 'jsonb', 'text'], { text: (column) => `CAST(${column} AS VARCHAR)` }),
  blob: out('bytea', ['bytea'], { text: (column) => `'\\x' || hex(${column})` }),
  bit: out('bit varying', ['varbit', 'bit', 'text'], { text: (column) => `CAST(${column} AS VARCHAR)` }),
  uuid: out('uuid', ['uuid', 'text']),
  date: out('date', ['date'], { text: dated }),
  time: out('time', ['time']),
  time_ns: out('time', ['time'], {
    text: (column) => `CAST(${column} AS TIME)`,
    unfit: (column) => `epoch_ns(${column}) % 1000 <> 0`,
  }),
  timetz: out('time with time zone', ['timetz']),
  timestamp_s: timestamp('timestamp'),
  timestamp_ms: timestamp('timestamp'),
  timestamp: timestamp('timestamp'),
  timestamp_ns: timestamp('timestamp', { unfit: finer }),
  timestamptz: timestamp('timestamptz'),
  interval: out('interval', ['interval']),
  geometry: out('bytea', ['bytea'], { text: (column) => `'\\x' || hex(ST_AsWKB(${column}))` }),
  variant: out('json', ['json'], { text: (column) => `CAST(CAST(${column} AS JSON) AS VARCHAR)` }),
};

/** How a type of the engine is written. Every type has an answer. */
export function columnOut(type: LogicalType): ColumnOut {
  switch (type.kind) {
    case 'decimal':
      return out(`numeric(${type.width},${type.scale})`, ['numeric']);
    case 'enum':
      return out('text', readsText, { text: (column) => `CAST(${column} AS VARCHAR)` });
    case 'list':
    case 'array':
      return listOut(type.element);
    case 'struct':
    case 'map':
    case 'union':
      return asJson;
    default:
      return simple[type.kind];
  }
}

/** Lists of plain values are arrays; lists of lists, which may have any form, are JSON, as is what has fields. */
function listOut(element: LogicalType): ColumnOut {
  const nested = ['list', 'array', 'struct', 'map', 'union', 'variant', 'geometry'];
  if (nested.includes(element.kind)) return asJson;
  const inner = columnOut(element);
  const quoted = (value: string): string =>
    String.raw`'"' || replace(replace(CAST(${value} AS VARCHAR), '\', '\\'), '"', '\"') || '"'`;
  return out(
    `${inner.made}[]`,
    inner.fits.map((name) => `_${name}`),
    {
      text: (column) =>
        `'{' || array_to_string(list_transform(${column}, lambda element: CASE WHEN element IS NULL THEN 'NULL' ELSE ${quoted(inner.text('element'))} END), ',') || '}'`,
      unfit: (column) => {
        const condition = inner.unfit('element');
        return condition === null
          ? null
          : `list_bool_or(list_transform(${column}, lambda element: element IS NOT NULL AND ${condition}))`;
      },
    },
  );
}

/** The SELECT of all columns as the server reads them. A value that it cannot hold stops it, and its column is named. */
function writeSelect(sql: string, columns: readonly (Column & { readonly length: number | null })[]): string {
  const values = columns.map(({ name, type, length }) => {
    const column = identifier(name);
    const how = columnOut(type);
    const unfit = how.unfit(column);
    const text = how.text(column);
    const stop = (reason: string): string =>
      `error(${literal(`column ${column} has a value that Postgres cannot hold: ${reason}`)})`;
    const guards = [
      ...(unfit === null ? [] : [`WHEN ${unfit} THEN ${stop(reasonOf(type))}`]),
      // The server would cut spaces at the end without a word.
      ...(length === null
        ? []
        : [`WHEN length(${text}) > ${length} THEN ${stop(`a text of more than ${length} characters`)}`]),
    ];
    return guards.length === 0
      ? `${text} AS ${column}`
      : `CASE ${guards.join(' ')} ELSE ${text} END AS ${column}`;
  });
  return `SELECT ${values.join(', ')} FROM (${sql}\n)`;
}

/** Kinds whose text has nothing in it that means something else in csv. */
const bare: ReadonlySet<TypeKind> = new Set([
  ...(['boolean', 'tinyint', 'smallint', 'integer', 'bigint', 'hugeint', 'bignum', 'decimal'] as const),
  ...(['utinyint', 'usmallint', 'uinteger', 'ubigint', 'uhugeint', 'float', 'double', 'uuid'] as const),
  ...(['date', 'time', 'time_ns', 'timetz', 'timestamptz'] as const),
  ...(['timestamp_s', 'timestamp_ms', 'timestamp', 'timestamp_ns'] as const),
]);

/** As {@link writeSelect}, each row as one line of csv: NULL is nothing, and every text is in quotes. */
export function linesSelect(
  sql: string,
  columns: readonly (Column & { readonly length: number | null })[],
): string {
  const values = columns.map(({ name, type }) => {
    const column = identifier(name);
    return bare.has(type.kind)
      ? `CAST(${column} AS VARCHAR)`
      : `'"' || replace(CAST(${column} AS VARCHAR), '"', '""') || '"'`;
  });
  // Unlike ||, it passes over NULL.
  return `SELECT concat(${values.join(", ',', ")}) AS line FROM (${writeSelect(sql, columns)}\n)`;
}

function reasonOf(type: LogicalType): string {
  const kind = type.kind === 'list' || type.kind === 'array' ? type.element.kind : type.kind;
  return kind === 'varchar' ? 'a text with a NUL character' : 'a time finer than a microsecond';
}
