import {
  type CatalogType,
  type ColumnOut,
  columnIn,
  columnOut,
  columnsOf,
  type PostgresSession,
  qualified,
  quoteName,
  quoteText,
  shownTable,
  unfitName,
} from '../../connections/postgres/index.js';
import type { Destination } from '../../connections/runs-table.js';
import type { StoreContents } from '../../core/plan.js';
import { type Column, type LogicalType, type Schema, typeName } from '../../core/types.js';
import { fail } from '../../errors/index.js';
import { addedColumn, freed, grownColumn } from './alter.js';

/** A column of the rows on its way into a table. */
export interface TargetColumn extends Column {
  readonly how: ColumnOut;
  /** The type of the column on the server, as it is written in SQL. */
  readonly declared: string;
  /** Characters that its text may have at most; null: any number. */
  readonly length: number | null;
  /** What is done to the table for it when the rows are published: parts of an ALTER TABLE. */
  readonly alter: readonly string[];
}

/** A partition that lies elsewhere: its own server commits before this one does, or not at all. */
const foreignPart =
  "SELECT min(p.relname) FROM pg_catalog.pg_partition_tree(CASE c.relkind WHEN 'p' THEN c.oid END) t JOIN pg_catalog.pg_class p ON p.oid = t.relid WHERE p.relkind = 'f'";

/** The table that is there; null where there is none. TABLE_UNFIT where something else has its name. */
export async function findTarget(
  session: PostgresSession,
  name: string,
  destination: Destination,
): Promise<{ readonly bytes: number } | null> {
  const [row] = await session.rows(
    `SELECT c.relkind, pg_table_size(c.oid), (${foreignPart}) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ${quoteText(destination.schema)} AND c.relname = ${quoteText(destination.table)}`,
  );
  if (row === undefined) return null;
  const [kind, bytes, foreign] = row;
  const refuse = (reason: string): never => {
    throw fail('TABLE_UNFIT', { name, table: shownTable(destination), reason });
  };
  if (foreign !== null)
    refuse(`its partition ${foreign} is a foreign table, which does not change in the same transaction`);
  if (kind === 'r' || kind === 'p') return { bytes: Number(bytes) };
  const kinds: Readonly<Record<string, string>> = {
    v: 'a view',
    m: 'a materialized view',
    f: 'a foreign table',
  };
  return refuse(`it is ${kinds[kind ?? ''] ?? 'no table'}`);
}

/** A table up to this size is counted when somebody looks into the store, in bytes. */
const countedSize = 64 * 1024 * 1024;

/** What a table holds that was found. */
export async function contentsOf(
  session: PostgresSession,
  destination: Destination,
  target: { readonly bytes: number } | null,
): Promise<StoreContents> {
  const contents = { files: 0, rows: 0, bytes: target?.bytes ?? 0, foreign: [] };
  if (target === null) return contents;
  if (contents.bytes > countedSize) return { ...contents, rows: null };
  const [row] = await session.rows(`SELECT count(*) FROM ${qualified(destination)}`);
  return { ...contents, rows: Number(row?.[0]) };
}

/** The columns of a table that is going to be made for some rows. */
export function newColumns(
  name: string,
  { schema, table }: Destination,
  rows: Schema,
): readonly TargetColumn[] {
  return rows.map((column) => {
    const reason = unfitName(column.name);
    if (reason !== null)
      throw fail('TABLE_UNFIT', {
        name,
        table: shownTable({ schema, table }),
        reason: `"${column.name}" ${reason}`,
      });
    const how = columnOut(column.type);
    return { ...column, how, declared: how.made, length: null, alter: [] };
  });
}

/**
 * How rows fit into a table that is there. TABLE_UNFIT, COLUMN_REFUSED where they would not settle as they are.
 * `alter`: whether it may be changed for them.
 */
export async function matchColumns(
  session: PostgresSession,
  name: string,
  destination: Destination,
  rows: Schema,
  alter: boolean,
): Promise<readonly TargetColumn[]> {
  const from = qualified(destination);
  const table = shownTable(destination);
  const there = new Map((await columnsOf(session, `SELECT * FROM ${from}`)).map((one) => [one.name, one]));
  const declared = new Map(
    (
      await session.rows(
        `SELECT attname, pg_catalog.format_type(atttypid, atttypmod), attgenerated, attnotnull FROM pg_catalog.pg_attribute WHERE attrelid = ${quoteText(from)}::regclass AND attnum > 0 AND NOT attisdropped`,
      )
    ).map(([column, type, generated, required]) => [
      column,
      {
        type: type ?? '',
        isGenerated: generated === 's' || generated === 'v',
        isRequired: required === 't',
      },
    ]),
  );
  return rows.map((column) => {
    const found = there.get(column.name);
    const own = declared.get(column.name);
    if (found === undefined && alter) return addedColumn(column);
    if (found === undefined || own === undefined) {
      const reason = `it has no column "${column.name}"; it has ${[...there.keys()].join(', ')}`;
      throw fail('TABLE_UNFIT', { name, table, reason });
    }
    const refuse = (reason: string): never => {
      const type = typeName(column.type);
      throw fail('COLUMN_REFUSED', { name, column: column.name, type, table, reason });
    };
    if (own.isGenerated) refuse('the server computes its values itself');
    const how = columnOut(column.type);
    const { type, modifier } = baseOf(found.type, found.modifier);
    const free = alter && own.isRequired && column.nullable ? [freed(column)] : [];
    if (alter && (!takes(how, type) || !isWide(column.type, type, modifier))) {
      const grown = grownColumn(column, columnIn(name, found).type, free);
      if (grown !== null) return grown;
    }
    if (!takes(how, type) || !isWide(column.type, type, modifier))
      refuse(`it is ${own.type} there, and a value could change on its way into that`);
    const length = type.name === 'varchar' && modifier >= 4 ? modifier - 4 : null;
    return { ...column, how, declared: own.type, length, alter: free };
  });
}

function baseOf(
  type: CatalogType,
  modifier: number,
): { readonly type: CatalogType; readonly modifier: number } {
  return type.base === null ? { type, modifier } : baseOf(type.base.type, type.base.modifier);
}

/** Whether a type of the server reads what is written for it. */
function takes({ fits }: ColumnOut, type: CatalogType): boolean {
  if (type.kind === 'e') return fits.includes('text');
  return fits.includes(type.name) && type.schema === 'pg_catalog'
    ? true
    : type.name === 'citext' && fits.includes('citext');
}

const integerDigits: Readonly<Record<string, number>> = {
  tinyint: 3,
  smallint: 5,
  integer: 10,
  bigint: 19,
  hugeint: 39,
  utinyint: 3,
  usmallint: 5,
  uinteger: 10,
  ubigint: 20,
  uhugeint: 39,
};

/** Whether what a type of the server is declared with leaves room for every value: the server would round the rest. */
function isWide(given: LogicalType, { name }: CatalogType, modifier: number): boolean {
  if (modifier === -1) return true;
  if (name === 'timestamp' || name === 'timestamptz' || name === 'time' || name === 'timetz')
    return modifier === 6;
  if (name === 'interval') return (modifier & 0xffff) >= 6 && modifier >> 16 === 0x7fff;
  if (name !== 'numeric') return !name.startsWith('_');
  const precision = ((modifier - 4) >> 16) & 0xffff;
  const scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
  if (given.kind === 'decimal') return scale >= given.scale && precision - scale >= given.width - given.scale;
  return scale >= 0 && precision - scale >= (integerDigits[given.kind] ?? Number.POSITIVE_INFINITY);
}

/** The columns of a staging table. */
export const columnList = (columns: readonly TargetColumn[]): string =>
  columns.map(({ name, declared }) => `${quoteName(name)} ${declared}`).join(', ');
