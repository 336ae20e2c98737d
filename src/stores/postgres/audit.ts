import { auditTable } from '../../connections/audit-table.js';
import { parseTable, postgresConnection, qualified, shownTable } from '../../connections/postgres/index.js';
import type { StoreAudit } from '../../core/audit.js';
import type { StoreContext } from '../../core/store.js';
import { fail } from '../../errors/index.js';
import type { PostgresStoreConfig } from './index.js';
import { Runs } from './runs.js';
import { findTarget } from './target.js';

/** Counts the table, and reads what is known of its runs, as of one moment. */
export async function auditPostgresTable(
  { connection: named, table }: PostgresStoreConfig,
  { name, connections, runId, signal }: StoreContext,
): Promise<StoreAudit> {
  if (table === undefined) throw fail('TABLE_NEEDED', { name, keys: ['table'] });
  const destination = parseTable(table);
  const connection = await connections.open(postgresConnection, named);
  const session = await connection.session({ role: 'store', runId, signal });
  try {
    await session.run('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const runs = await new Runs(session, connection, destination).known();
    const target = await findTarget(session, name, destination);
    const [row] = target === null ? [] : await session.rows(`SELECT count(*) FROM ${qualified(destination)}`);
    const rows = row === undefined ? null : Number(row[0]);
    return auditTable({ table: shownTable(destination), rows, runs });
  } finally {
    await session.close();
  }
}
