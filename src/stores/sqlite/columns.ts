import {
  affinity,
  foldedName,
  keptAs,
  type SQLiteDatabase,
  type SQLiteValue,
} from '../../connections/sqlite/index.js';
import { type Column, type Schema, type TypeKind, typeName, type Value } from '../../core/types.js';
import { identifier } from '../../engine/index.js';
import { fail } from '../../errors/index.js';

/** A column of the rows, and what it is called in the table. */
export interface Match {
  readonly from: string;
  readonly to: string;
  /** What it is declared as where the table gets it when the rows are published; null: it is there. */
  readonly add: string | null;
}

/** Fails where SQLite could not have these columns. */
export function checkKept(name: string, table: string, schema: Schema): void {
  const seen = new Map<string, string>();
  for (const column of schema) {
    const other = seen.get(foldedName(column.name));
    if (other !== undefined) {
      const reason = `"${other}" and "${column.name}" are one name, since small and large letters are the same there`;
      throw fail('TABLE_UNFIT', { name, table, reason });
    }
    seen.set(foldedName(column.name), column.name);
    const kept = keptAs(column.type);
    if (!('impossible' in kept)) continue;
    const type = typeName(column.type);
    throw fail('TYPE_UNSUPPORTED', { name, column: column.name, type, why: kept.impossible });
  }
}

/** What a column is declared as in SQLite. */
export function declaredAs({ type }: Column): string {
  const kept = keptAs(type);
  return 'impossible' in kept ? 'BLOB' : kept.declared;
}

/** The definition of a table with these columns, without its name. */
export const tableOf = (schema: Schema): string =>
  `(${schema.map((column) => `${identifier(column.name)} ${declaredAs(column)}`).join(', ')})`;

/** The SELECT of what SQLite is given, out of another SELECT. */
export function keptSelect(sql: string, schema: Schema): string {
  const values = schema.map(({ name, type }) => {
    const kept = keptAs(type);
    const column = identifier(name);
    return `${'impossible' in kept ? column : kept.value(column)} AS ${column}`;
  });
  return `SELECT ${values.join(', ')} FROM (${sql}\n)`;
}

/** What the driver is given numbers by, so that it takes none for 0. */
const scale = 2 ** 600;
/** The driver binds a number from 0 to this as the integer 0. */
const lost = 2 ** -51;

const isFloating = ({ type }: Column): boolean => type.kind === 'float' || type.kind === 'double';

/** The places of a row's values in an INSERT, as {@link boundRow} gives them. */
export const placesOf = (schema: Schema): string =>
  schema.map((column) => (isFloating(column) ? '? / ?' : '?')).join(', ');

/** A row for the places of {@link placesOf}: very small numbers are bound as large ones, which SQLite divides. */
export function boundRow(schema: Schema, columns: readonly (readonly Value[])[], row: number): SQLiteValue[] {
  return schema.flatMap((column, i): SQLiteValue[] => {
    const value = columns[i]?.[row] as SQLiteValue;
    if (!isFloating(column)) return [value];
    const isSmall = typeof value === 'number' && value > 0 && value < lost;
    return isSmall ? [value * scale, scale] : [value, 1];
  });
}

/**
 * VALUE_UNFIT for what SQLite would make another value of, without a word: NaN becomes NULL, -0.0 becomes 0, a text ends
 * at its first NUL. `before`: rows that came before these.
 */
export function refuseChanged(
  name: string,
  schema: Schema,
  columns: readonly (readonly Value[])[],
  before: number,
): void {
  for (const [i, values] of columns.entries()) {
    const row = values.findIndex(isChanged);
    const column = schema[i];
    if (row === -1 || column === undefined) continue;
    const value = JSON.stringify(String(values[row]).slice(0, 100));
    const shown = typeof values[row] === 'string' ? value : Number.isNaN(values[row]) ? 'NaN' : '-0.0';
    throw fail('VALUE_UNFIT', {
      name,
      column: column.name,
      row: before + row + 1,
      value: shown,
      type: `${declaredAs(column)} of SQLite`,
    });
  }
}

const isChanged = (value: Value): boolean =>
  typeof value === 'number'
    ? Number.isNaN(value) || Object.is(value, -0)
    : typeof value === 'string' && value.includes('\0');

/**
 * Where the rows' columns are in a table that is there; TABLE_UNFIT where one is missing or would change values.
 * `alter`: what is missing may be added.
 */
export function matchSQLite(
  database: SQLiteDatabase,
  table: string,
  schema: Schema,
  alter: boolean,
): readonly Match[] {
  const { name } = database.options;
  const there = new Map(
    database.columns(`SELECT * FROM ${identifier(table)}`).map((column) => [foldedName(column.name), column]),
  );
  return schema.map((column) => {
    const own = there.get(foldedName(column.name));
    if (own === undefined && alter) return { from: column.name, to: column.name, add: declaredAs(column) };
    if (own === undefined) {
      const known = [...there.values()].map((one) => one.name).join(', ');
      const reason = `it has no column "${column.name}"; it has ${known}`;
      throw fail('TABLE_UNFIT', { name, table, reason });
    }
    const declared = declaredAs(column);
    const [given, held] = [affinity(declared), affinity(own.declared)];
    const isSame = given === held || harmless(column.type.kind, given, held);
    if (isSame) return { from: column.name, to: own.name, add: null };
    const reason = `its column "${own.name}" is declared ${own.declared}, which would make other values of ${typeName(column.type)}`;
    throw fail('TABLE_UNFIT', { name, table, reason });
  });
}

/** Whether a column of another kind than hygge would declare keeps the values all the same. */
function harmless(kind: TypeKind, given: string, held: string): boolean {
  if (held === 'blob') return true;
  if (given === 'integer') return held === 'numeric';
  if (held === 'integer') return given === 'numeric';
  // what looks like no number stays text where numbers are meant, such as in a column declared DATETIME
  return held === 'numeric' && (kind === 'uuid' || isMoment(kind));
}

const isMoment = (kind: TypeKind): boolean =>
  kind === 'date' || kind === 'time' || kind.startsWith('timestamp');

/**
 * A value of the column by which a merge knows the later of two rows, as SQLite can order it: NULL has no place.
 * @throws TYPE_UNSUPPORTED where SQLite would order text, letter by letter
 */
export function orderedBy(name: string, { name: column, type }: Column): (value: string) => string {
  const { kind } = type;
  if (kind === 'decimal' || kind === 'ubigint') {
    const why = 'SQLite keeps it as text, and cannot say which of two is the later';
    throw fail('TYPE_UNSUPPORTED', { name, column, type: typeName(type), why });
  }
  // years of four digits are in the order of their letters
  if (isMoment(kind) && kind !== 'time')
    return (value) => `CASE WHEN substr(${value}, 5, 1) = '-' THEN ${value} END`;
  if (kind === 'float' || kind === 'double')
    return (value) => `CASE WHEN abs(${value}) < 9e999 THEN ${value} END`;
  return (value) => value;
}
