import { nearest } from '../../core/nearest.js';
import type { Column } from '../../core/types.js';
import { identifier, literal } from '../../engine/index.js';
import { fail, type HyggeError } from '../../errors/index.js';
import { runsTable } from '../runs-table.js';
import type { SQLiteDatabase } from './database.js';
import { declaredType } from './types.js';

/** Names of SQLite are the same in small and large letters, of the Latin alphabet alone. */
export const foldedName = (name: string): string => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

export interface SQLiteTable {
  readonly name: string;
  readonly isView: boolean;
  /** Its rows are not in the file, but made by a part of SQLite. */
  readonly isVirtual: boolean;
}

/** The tables and views that people have made, in the order of their names. */
export function sqliteTables(database: SQLiteDatabase): readonly SQLiteTable[] {
  const rows = database.rows(
    `SELECT name, type, rootpage FROM ${database.schema}.sqlite_schema WHERE type IN ('table', 'view') AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name`,
  );
  return rows.map(([name, type, page]) => ({
    name: String(name),
    isView: type === 'view',
    isVirtual: type === 'table' && page === 0n,
  }));
}

export const findSQLiteTable = (known: readonly SQLiteTable[], wanted: string): SQLiteTable | undefined =>
  known.find(({ name }) => foldedName(name) === foldedName(wanted));

export function sqliteTableNotFound(
  { options: { name, path } }: SQLiteDatabase,
  table: string,
  tables: readonly SQLiteTable[],
): HyggeError {
  const known = tables.map((one) => one.name).filter((one) => one !== runsTable);
  return fail('TABLE_NOT_FOUND', { name, table, path, known, nearest: nearest(table, known) });
}

/** Whether the rows of a table have numbers of their own; those of views and of WITHOUT ROWID have none. */
export function hasRowid(database: SQLiteDatabase, { name, isView }: SQLiteTable): boolean {
  if (isView) return false;
  const [row] = database.rows(
    `SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ${literal(name)}`,
  );
  return row?.[0] === 0n;
}

/**
 * The columns of a query: their types as declared, and where nothing is declared, as their values are. Values of
 * different kinds in such a column are an error.
 */
export function sqliteColumns(
  database: SQLiteDatabase,
  sql: string,
  chosen: ReadonlyMap<string, Column['type']>,
): Column[] {
  return database.columns(sql).map(({ name, declared }) => {
    const type = chosen.get(name) ?? declaredType(declared) ?? foundType(database, sql, name);
    return { name, type, nullable: true };
  });
}

function foundType(database: SQLiteDatabase, sql: string, name: string): Column['type'] {
  const column = identifier(name);
  const rows = database.rows(
    `SELECT DISTINCT typeof(${column}) FROM (${sql}\n) WHERE ${column} IS NOT NULL ORDER BY 1`,
  );
  const found = rows.map(([kind]) => String(kind)).join(' and ');
  switch (found) {
    case 'integer':
      return { kind: 'bigint' };
    case 'real':
    case 'integer and real':
      return { kind: 'double' };
    case 'blob':
      return { kind: 'blob' };
    case '':
    case 'text':
      return { kind: 'varchar' };
    default: {
      const hint = `Say what it is with columns: { ${name}: … }, or CAST it in a query.`;
      throw fail('INVALID_VALUE', { key: `column "${name}"`, reason: `it holds ${found}`, hint });
    }
  }
}
