import { type LogicalType, type TypeKind, typeName } from '../../core/types.js';

/** How the values of a column come as text: written by SQLite, read by the engine. */
export interface TextForm {
  /**
   * SQLite's expression of a value as the field of a line; nothing at all for NULL. It fails with an error of SQLite's for
   * a value that is not of the column's kind, so that no such value becomes text.
   */
  write(column: string): string;
  /** What the engine reads the field as. */
  readonly wire: string;
  /** The value out of what was read. It fails where that is no value of the type, or may be written in several ways. */
  read(field: string): string;
}

/** Stands before and behind a text, and twice where it is in one. */
export const quote = '\u0001';
/** Between two fields. A text may have it, since that is quoted. */
export const between = '\t';

/** The greatest integer that is a floating-point number, with all that are smaller. */
const exactIntegers = Number.MAX_SAFE_INTEGER + 1;
/** Decimals of so many digits are told apart by floating-point numbers. */
const exactDigits = 15;

/** SQLite has no function that fails, but this one fails for what is no JSON. */
const refused = (column: string): string => `json('not as text: ' || typeof(${column}))`;

/** An expression of a value for each way in which SQLite keeps one; any other is refused. */
function byStorage(column: string, written: Readonly<Record<string, string>>): string {
  const cases = Object.entries(written).map(([storage, text]) => `WHEN '${storage}' THEN ${text}`);
  return `CASE typeof(${column}) ${cases.join(' ')} WHEN 'null' THEN '' ELSE ${refused(column)} END`;
}

const quoted = (column: string): string =>
  `'${quote}' || replace(${column}, '${quote}', '${quote}${quote}') || '${quote}'`;
const orRefused = (condition: string, text: string, column: string): string =>
  `CASE WHEN ${condition} THEN ${text} ELSE ${refused(column)} END`;
const same = (expression: string): string => expression;

/** Text, of which the engine makes a value where it is of a form that can only be read in one way. */
function textOf(type: LogicalType, form: string): TextForm {
  const name = typeName(type);
  return {
    write: (column) => byStorage(column, { text: quoted(column) }),
    wire: 'VARCHAR',
    read: (field) => inForm(field, form, name),
  };
}

const inForm = (field: string, form: string, name: string): string =>
  `CASE WHEN ${field} IS NULL THEN NULL WHEN regexp_full_match(${field}, '${form}') THEN CAST(${field} AS ${name}) ELSE error('not as text') END`;

const whole = (type: LogicalType): TextForm => ({
  write: (column) => byStorage(column, { integer: column }),
  wire: typeName(type),
  read: same,
});

/**
 * A number that SQLite made of a decimal is the nearest one to it, and to no other decimal of so few digits. Whether it
 * is, a division tells, which is exact to the last bit; where it is not, its digits are for JavaScript to find.
 */
function decimalOf(type: LogicalType & { kind: 'decimal' }): TextForm {
  const { width, scale } = type;
  const form = scale === 0 ? String.raw`-?\d{1,${width}}` : String.raw`-?\d{1,${width}}(\.\d{1,${scale}})?`;
  const power = `1e${scale}`;
  return {
    write: (column) => {
      const isShort = `abs(${column}) < 1e${exactDigits - scale} AND round(${column} * ${power}) / ${power} = ${column}`;
      return byStorage(column, {
        text: quoted(column),
        real:
          scale < exactDigits
            ? orRefused(isShort, `printf('%.${scale}f', ${column})`, column)
            : refused(column),
        integer: column,
      });
    },
    wire: 'VARCHAR',
    read: (field) => inForm(field, form, typeName(type)),
  };
}

const double: TextForm = {
  // SQLite writes the digits that tell a number from every other, but not the sign of zero.
  write: (column) =>
    byStorage(column, {
      real: `CASE WHEN ${column} <> 0 THEN ${column} WHEN atan2(${column}, -1) < 0 THEN '-0.0' ELSE '0.0' END`,
      integer: orRefused(`${column} BETWEEN ${-exactIntegers} AND ${exactIntegers}`, column, column),
    }),
  wire: 'DOUBLE',
  read: same,
};

const date = String.raw`\d{4}-\d\d-\d\d`;
const timeTo = (digits: number): string => String.raw`([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,${digits}})?`;
const zone = String.raw`(Z|[+-](0\d|1[0-4])(:[0-5]\d)?)`;

type Forms = { readonly [Kind in TypeKind]: ((type: LogicalType & { kind: Kind }) => TextForm) | null };

/** Every kind has its answer; null: its values do not come as text. */
const forms: Forms = {
  null: null,
  boolean: () => ({
    write: (column) => byStorage(column, { integer: orRefused(`${column} IN (0, 1)`, column, column) }),
    wire: 'BOOLEAN',
    read: same,
  }),
  tinyint: whole,
  smallint: whole,
  integer: whole,
  bigint: whole,
  utinyint: whole,
  usmallint: whole,
  uinteger: whole,
  ubigint: null,
  hugeint: null,
  uhugeint: null,
  bignum: null,
  float: null,
  double: () => double,
  decimal: decimalOf,
  varchar: () => ({
    write: (column) => byStorage(column, { text: quoted(column) }),
    wire: 'VARCHAR',
    read: same,
  }),
  enum: null,
  json: () => ({
    write: (column) =>
      byStorage(column, { text: orRefused(`json_valid(${column})`, quoted(column), column) }),
    wire: 'VARCHAR',
    read: (field) => `CAST(${field} AS JSON)`,
  }),
  blob: () => ({
    write: (column) => byStorage(column, { blob: `'${quote}' || hex(${column}) || '${quote}'` }),
    wire: 'VARCHAR',
    read: (field) => `unhex(${field})`,
  }),
  bit: null,
  uuid: (type) => textOf(type, '[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}'),
  date: (type) => textOf(type, date),
  time: (type) => textOf(type, timeTo(6)),
  time_ns: null,
  timetz: null,
  timestamp_s: null,
  timestamp_ms: null,
  timestamp: (type) => textOf(type, `${date}([ T]${timeTo(6)})?`),
  timestamp_ns: (type) => textOf(type, `${date}([ T]${timeTo(9)})?`),
  timestamptz: (type) => textOf(type, `${date}[ T]${timeTo(6)}${zone}`),
  interval: null,
  geometry: null,
  variant: null,
  list: null,
  array: null,
  struct: null,
  map: null,
  union: null,
};

/** How values of a type come as text; null: they do not. */
export function textForm<Kind extends TypeKind>(type: LogicalType & { kind: Kind }): TextForm | null {
  const form = forms[type.kind] as ((type: LogicalType & { kind: Kind }) => TextForm) | null;
  return form === null ? null : form(type);
}
