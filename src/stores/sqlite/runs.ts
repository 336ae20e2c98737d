import { type KnownRun, RunsTable, readRun, runsTable } from '../../connections/runs-table.js';
import {
  findSQLiteTable,
  foldedName,
  type SQLiteDatabase,
  sqliteTables,
} from '../../connections/sqlite/index.js';
import { literal } from '../../engine/index.js';

/** The table of runs, by the name of what the file's tables are in. */
export function runsOf(schema: string, table: string): RunsTable {
  const types = { text: 'TEXT', whole: 'INTEGER', time: 'TEXT' };
  const dialect = { runs: `${schema}.${runsTable}`, types, literal };
  return new RunsTable(dialect, { schema: 'main', table: foldedName(table) });
}

/** All runs into a table, the last one first; none where there is no table of runs. */
export function knownRuns(database: SQLiteDatabase, table: string): readonly KnownRun[] {
  if (findSQLiteTable(sqliteTables(database), runsTable) === undefined) return [];
  const rows = database.rows(runsOf(database.schema, table).select());
  const texts = rows.map((row) => row.map((value) => (value === null ? null : String(value))));
  return texts.map((row) => readRun(row, database.options.path));
}
