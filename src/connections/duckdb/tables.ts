import type { EngineSession } from '../../core/engine.js';
import { nearest } from '../../core/nearest.js';
import type { Column, Schema } from '../../core/types.js';
import { identifier, literal } from '../../engine/index.js';
import { fail, type HyggeError } from '../../errors/index.js';
import { type Destination, runsTable } from '../runs-table.js';
import { folded, shownTable } from './table-name.js';

/** A table or view of an open file, with its names as they are written there. */
export interface KnownTable extends Destination {
  readonly isView: boolean;
}

/** A table's whole name in SQL. */
export const qualified = (catalog: string, { schema, table }: Destination): string =>
  `${catalog}.${identifier(schema)}.${identifier(table)}`;

const databaseOf = (catalog: string): string => literal(catalog.slice(1, -1).replaceAll('""', '"'));

/** The tables and views of a file, in the order of their names. */
export async function tablesOf(engine: EngineSession, catalog: string): Promise<readonly KnownTable[]> {
  const from = (list: string, name: string, isView: boolean): string =>
    `SELECT schema_name, ${name}, ${isView} FROM ${list} WHERE database_name = ${databaseOf(catalog)} AND NOT internal`;
  const tables = from('duckdb_tables()', 'table_name', false);
  const views = from('duckdb_views()', 'view_name', true);
  const rows = await engine.rows(`${tables} UNION ALL ${views} ORDER BY 1, 2`);
  return rows.map(([schema, table, isView]) => ({
    schema: schema ?? '',
    table: table ?? '',
    isView: isView === 'true',
  }));
}

/** The table of that name; undefined where there is none. */
export function findTable(known: readonly KnownTable[], wanted: Destination): KnownTable | undefined {
  return known.find(
    ({ schema, table }) => folded(schema) === folded(wanted.schema) && folded(table) === folded(wanted.table),
  );
}

/** The error for a table that is not there. */
export function tableNotFound(
  name: string,
  path: string,
  wanted: Destination,
  known: readonly KnownTable[],
): HyggeError {
  const names = known.filter(({ table }) => table !== runsTable).map(shownTable);
  const table = shownTable(wanted);
  return fail('TABLE_NOT_FOUND', { name, table, path, known: names, nearest: nearest(table, names) });
}

/** The columns of a table as they are declared. */
export async function columnsOf(
  engine: EngineSession,
  catalog: string,
  { schema, table }: KnownTable,
): Promise<Schema> {
  const described = await engine.describe(`SELECT * FROM ${qualified(catalog, { schema, table })}`);
  const where = `database_name = ${databaseOf(catalog)} AND schema_name = ${literal(schema)} AND table_name = ${literal(table)}`;
  const rows = await engine.rows(
    `SELECT column_name FROM duckdb_columns() WHERE ${where} AND NOT is_nullable`,
  );
  const never = new Set(rows.map(([column]) => column));
  return described.map((column): Column => ({ ...column, nullable: !never.has(column.name) }));
}

/** Whether a table is nothing but columns: no constraint, index, default, comment that would be lost with it. */
export async function isPlain(
  engine: EngineSession,
  catalog: string,
  { schema, table }: KnownTable,
): Promise<boolean> {
  const where = `database_name = ${databaseOf(catalog)} AND schema_name = ${literal(schema)} AND table_name = ${literal(table)}`;
  const [row] = await engine.rows(
    `SELECT (SELECT count(*) FROM duckdb_constraints() WHERE ${where})
      + (SELECT count(*) FROM duckdb_indexes() WHERE ${where})
      + (SELECT count(*) FROM duckdb_columns() WHERE ${where} AND (column_default IS NOT NULL OR comment IS NOT NULL))
      + (SELECT count(*) FROM duckdb_tables() WHERE ${where} AND comment IS NOT NULL)`,
  );
  return row?.[0] === '0';
}
