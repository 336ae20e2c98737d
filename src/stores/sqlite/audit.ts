import { auditTable } from '../../connections/audit-table.js';
import {
  findSQLiteTable,
  isSQLiteThere,
  SQLiteDatabase,
  sqliteTables,
} from '../../connections/sqlite/index.js';
import type { StoreAudit } from '../../core/audit.js';
import type { StoreContext } from '../../core/store.js';
import { identifier } from '../../engine/index.js';
import { fail } from '../../errors/index.js';
import type { SQLiteStoreConfig } from './index.js';
import { knownRuns } from './runs.js';

/** Counts the table, and reads what is known of its runs, in one transaction. */
export async function auditSQLiteTable(
  { path, table }: SQLiteStoreConfig,
  { name, signal }: StoreContext,
): Promise<StoreAudit> {
  if (table === undefined) throw fail('TABLE_NEEDED', { name, keys: ['table'] });
  if (!(await isSQLiteThere(path))) return auditTable({ table, rows: null, runs: [] });
  const database = await SQLiteDatabase.open({ name, path, writable: false, signal });
  try {
    return await database.patiently(() => {
      database.run('BEGIN');
      try {
        const target = findSQLiteTable(sqliteTables(database), table);
        const runs = knownRuns(database, table);
        const [row] =
          target === undefined ? [] : database.rows(`SELECT count(*) FROM ${identifier(target.name)}`);
        return auditTable({ table, rows: row === undefined ? null : Number(row[0]), runs });
      } finally {
        database.run('ROLLBACK');
      }
    });
  } finally {
    database.close();
  }
}
