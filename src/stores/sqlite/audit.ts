import { auditTable } from '../../connections/audit-table.js';
import {
  findSQLiteTable,
  foldedName,
  isSQLiteThere,
  readIntoEngine,
  SQLiteDatabase,
  sqliteTables,
} from '../../connections/sqlite/index.js';
import type { StoreAudit } from '../../core/audit.js';
import type { Relation } from '../../core/engine.js';
import type { StoreContext } from '../../core/store.js';
import type { Schema } from '../../core/types.js';
import { identifier } from '../../engine/index.js';
import { fail } from '../../errors/index.js';
import type { SQLiteStoreConfig } from './index.js';
import { knownRuns } from './runs.js';

/** Counts the table and compares its values, and reads what is known of its runs, in one transaction. */
export async function auditSQLiteTable(
  { path, table }: SQLiteStoreConfig,
  { name, signal, engine }: StoreContext,
): Promise<StoreAudit> {
  if (table === undefined) throw fail('TABLE_NEEDED', { name, keys: ['table'] });
  const look = { table, signal, engine };
  if (!(await isSQLiteThere(path))) return auditTable({ ...look, rows: null, runs: [], values: null });
  const database = await SQLiteDatabase.open({ name, path, writable: false, signal });
  try {
    database.run('BEGIN');
    // From the first look on, the transaction sees one state of the file.
    const { target, runs, rows } = await database.patiently(() => {
      const target = findSQLiteTable(sqliteTables(database), table);
      const runs = knownRuns(database, table);
      const [row] =
        target === undefined ? [] : database.rows(`SELECT count(*) FROM ${identifier(target.name)}`);
      return { target, runs, rows: row === undefined ? null : Number(row[0]) };
    });
    if (target === undefined) return await auditTable({ ...look, rows, runs, values: null });
    const from = identifier(target.name);
    const values = async (schema: Schema): Promise<Relation> => {
      const there = database.columns(`SELECT * FROM ${from}`);
      const own = new Map(there.map((column) => [foldedName(column.name), column.name]));
      const found = schema.filter((column) => own.has(foldedName(column.name)));
      const select = found.map(
        (column) => `${identifier(own.get(foldedName(column.name)) ?? '')} AS ${identifier(column.name)}`,
      );
      const sql = `SELECT ${select.length === 0 ? 'NULL' : select.join(', ')} FROM ${from}`;
      return readIntoEngine(database, { sql, schema: found, rowid: null }, await engine());
    };
    return await auditTable({ ...look, rows, runs, values });
  } finally {
    database.run('ROLLBACK');
    database.close();
  }
}
