import { type LogicalType, typeName } from '../../core/types.js';
import { identifier, literal } from '../../engine/index.js';
import { fail } from '../../errors/index.js';
import type { CatalogColumn, CatalogType } from './catalog.js';

/** How a column comes out of the server and into the engine. */
export interface ColumnIn {
  readonly type: LogicalType;
  /** What the server is asked for: an expression of the column, whose text is sent. */
  select(column: string): string;
  /** What the engine reads the text as. */
  readonly wire: string;
  /** The column's value, out of what was read. */
  value(read: string): string;
  /** Whether the values have another order, or none, on the server: they came as text without being text there. */
  readonly isMadeText?: boolean;
}

const same = (expression: string): string => expression;

/** Read by the engine as it is: the text has no character that COPY writes in another way. */
const plain = (type: LogicalType): ColumnIn => ({ type, select: same, wire: typeName(type), value: same });

/**
 * Text in which COPY has written some characters with a backslash. No text of Postgres has a NUL, which can therefore
 * stand for the backslash itself meanwhile.
 */
const escapes = [
  [String.raw`\\`, 'chr(0)'],
  [String.raw`\n`, 'chr(10)'],
  [String.raw`\t`, 'chr(9)'],
  [String.raw`\r`, 'chr(13)'],
  [String.raw`\b`, 'chr(8)'],
  [String.raw`\f`, 'chr(12)'],
  [String.raw`\v`, 'chr(11)'],
  [null, String.raw`'\'`],
] as const;

function unescaped(read: string): string {
  const text = escapes.reduce(
    (inner, [written, meant]) =>
      `replace(${inner}, ${written === null ? 'chr(0)' : literal(written)}, ${meant})`,
    read,
  );
  return String.raw`CASE WHEN contains(${read}, '\') THEN ${text} ELSE ${read} END`;
}

const text = (type: LogicalType, select: (column: string) => string = same): ColumnIn => ({
  type,
  select,
  wire: 'VARCHAR',
  value: (read) => {
    const value = unescaped(read);
    return type.kind === 'varchar' ? value : `CAST(${value} AS ${typeName(type)})`;
  },
});

/** A cast that says which column has the value that cannot be cast. */
const castOf = (value: string, type: LogicalType, column: string): string =>
  `CASE WHEN ${value} IS NOT NULL THEN coalesce(TRY_CAST(${value} AS ${typeName(type)}), error(${literal(`column ${column} has a value that no ${typeName(type)} can hold: `)} || ${value})) END`;

/** Years before Christ are written in another place there. */
const dated = (type: LogicalType): ColumnIn => ({
  type,
  select: same,
  wire: 'VARCHAR',
  value: (read) => {
    const moved =
      type.kind === 'date'
        ? `replace(${read}, ' BC', ' (BC)')`
        : `regexp_replace(${read}, '^([^ ]+) (.*) BC$', '\\1 (BC) \\2')`;
    return castOf(`CASE WHEN suffix(${read}, ' BC') THEN ${moved} ELSE ${read} END`, type, read);
  },
});

const interval: ColumnIn = {
  type: { kind: 'interval' },
  // The engine reads months, days and microseconds, each by itself, exactly.
  select: (column) => {
    const part = (name: string): string => `extract(${name} FROM ${column})::numeric`;
    const months = `(${part('year')} * 12 + ${part('month')})::bigint`;
    const micros = `(${part('hour')} * 3600000000 + ${part('minute')} * 60000000 + round(${part('microseconds')}))::bigint`;
    return `${months} || ' months ' || ${part('day')}::bigint || ' days ' || ${micros} || ' microseconds'`;
  },
  wire: 'VARCHAR',
  value: (read) => `CAST(${read} AS INTERVAL)`,
};

const simple: Readonly<Record<string, ColumnIn>> = {
  bool: plain({ kind: 'boolean' }),
  int2: plain({ kind: 'smallint' }),
  int4: plain({ kind: 'integer' }),
  int8: plain({ kind: 'bigint' }),
  oid: plain({ kind: 'uinteger' }),
  float4: plain({ kind: 'float' }),
  float8: plain({ kind: 'double' }),
  uuid: plain({ kind: 'uuid' }),
  time: plain({ kind: 'time' }),
  timetz: plain({ kind: 'timetz' }),
  date: dated({ kind: 'date' }),
  timestamp: dated({ kind: 'timestamp' }),
  timestamptz: dated({ kind: 'timestamptz' }),
  interval,
  json: text({ kind: 'json' }),
  jsonb: text({ kind: 'json' }),
  // A number whose symbol and digits are the server's to choose; without the symbol it is exact.
  money: { ...text({ kind: 'varchar' }, (column) => `(${column})::numeric`), isMadeText: true },
  bytea: {
    type: { kind: 'blob' },
    select: (column) => `encode(${column}, 'hex')`,
    wire: 'VARCHAR',
    value: (read) => `unhex(${read})`,
  },
};

/** Up to 38 digits are decimals of the engine; others, and those without a precision, stay exact as text. */
function numeric(modifier: number): ColumnIn {
  const varchar = text({ kind: 'varchar' });
  if (modifier < 4) return { ...varchar, isMadeText: true };
  const precision = ((modifier - 4) >> 16) & 0xffff;
  // Eleven bits with a sign, since version 15.
  const scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
  const [width, digits] = scale < 0 ? [precision - scale, 0] : [Math.max(precision, scale), scale];
  return width > 38 ? { ...varchar, isMadeText: true } : plain({ kind: 'decimal', width, scale: digits });
}

/** How a column of the server is read. Every type has an answer; TYPE_UNSUPPORTED where that is "not at all". */
export function columnIn(name: string, { name: column, type, modifier }: CatalogColumn): ColumnIn {
  const found = typeIn(type, modifier, column);
  if (found !== null) return found;
  const why = 'Postgres has no text for its values; give it another type in a query';
  throw fail('TYPE_UNSUPPORTED', { name, column, type: type.name, why });
}

function typeIn(type: CatalogType, modifier: number, column: string): ColumnIn | null {
  const { base, element, kind, schema, name } = type;
  if (base !== null) return typeIn(base.type, base.modifier, column);
  if (element !== null) return listIn(type, element, modifier, column);
  if (kind === 'p') return null;
  if (kind === 'c') return text({ kind: 'json' }, (value) => `to_json(${value})`);
  if (schema === 'pg_catalog') {
    if (name === 'numeric') return numeric(modifier);
    // A value of varying length can be empty, and the engine has no empty bit string.
    if (name === 'bit') return plain({ kind: 'bit' });
    const known = Object.hasOwn(simple, name) ? simple[name] : undefined;
    if (known !== undefined) return known;
    if (name === 'text' || name === 'varchar') return text({ kind: 'varchar' });
  }
  // bpchar as text would lose the spaces at its end.
  const select = name === 'bpchar' ? same : (value: string) => `(${value})::text`;
  return { ...text({ kind: 'varchar' }, select), isMadeText: true };
}

/** Arrays that have no other form than to begin with 0. */
const fromZero: readonly string[] = ['int2vector', 'oidvector'];
/** What is sent for an array that begins elsewhere. */
const elsewhere = 'elsewhere';

/**
 * An array of one dimension that begins with 1. The server does not know what a column has: another value is an error.
 */
function listIn(array: CatalogType, element: CatalogType, modifier: number, column: string): ColumnIn | null {
  const inner = typeIn(element, modifier, column);
  if (inner === null) return null;
  if (element.kind === 'c') return text({ kind: 'json' }, (value) => `to_json(${value})`);
  const { kind } = inner.type;
  // These are sent in a form of their own, which the elements of an array do not have.
  const type: LogicalType =
    kind === 'interval' || (kind === 'varchar' && element.name === 'money')
      ? { kind: 'list', element: { kind: 'varchar' } }
      : { kind: 'list', element: inner.type };
  return {
    type,
    select: (value) => {
      const texts = `to_json((${value})::text[])`;
      return fromZero.includes(array.name)
        ? texts
        : `CASE WHEN array_lower(${value}, 1) <> 1 THEN '${elsewhere}' ELSE ${texts}::text END`;
    },
    wire: 'VARCHAR',
    value: (read) => {
      const json = unescaped(read);
      const stop = (what: string): string =>
        `error(${literal(`column ${identifier(column)} has an array ${what}; make it text in a query`)})`;
      const texts = `CAST(CAST(${json} AS JSON) AS VARCHAR[])`;
      const one = elementOf(type.element, inner, column);
      const list = one === null ? texts : `list_transform(${texts}, lambda element: ${one})`;
      const guards = [
        `WHEN starts_with(${read}, '[[') THEN ${stop('of several dimensions')}`,
        `WHEN ${read} = '${elsewhere}' THEN ${stop('whose subscripts do not begin with 1')}`,
      ];
      return `CASE ${guards.join(' ')} ELSE ${list} END`;
    },
  };
}

/** The value of an element out of its text; null where the text is the value. */
function elementOf(type: LogicalType, inner: ColumnIn, column: string): string | null {
  if (type.kind === 'varchar') return null;
  if (type.kind === 'blob') return 'unhex(substr(element, 3))';
  if (type.kind === 'date' || type.kind.startsWith('timestamp')) return inner.value('element');
  return castOf('element', type, identifier(column));
}
