import { auditTable } from '../../connections/audit-table.js';
import {
  parseTable,
  postgresConnection,
  qualified,
  SpoolFolder,
  shownTable,
} from '../../connections/postgres/index.js';
import type { StoreAudit } from '../../core/audit.js';
import type { Relation } from '../../core/engine.js';
import type { StoreContext } from '../../core/store.js';
import type { Schema } from '../../core/types.js';
import { fail } from '../../errors/index.js';
import type { PostgresStoreConfig } from './index.js';
import { stagedRows } from './read-back.js';
import { Runs } from './runs.js';
import { findTarget } from './target.js';

/** Counts the table and compares its values, and reads what is known of its runs, as of one moment. */
export async function auditPostgresTable(
  { connection: named, table }: PostgresStoreConfig,
  { name, connections, runId, signal, engine }: StoreContext,
): Promise<StoreAudit> {
  if (table === undefined) throw fail('TABLE_NEEDED', { name, keys: ['table'] });
  const destination = parseTable(table);
  const connection = await connections.open(postgresConnection, named);
  const session = await connection.session({ role: 'store', runId, signal });
  const folder = new SpoolFolder();
  try {
    await session.run('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const runs = await new Runs(session, connection, destination).known();
    const target = await findTarget(session, name, destination);
    const look = { table: shownTable(destination), runs, signal, engine };
    if (target === null) return await auditTable({ ...look, rows: null, values: null });
    const from = qualified(destination);
    const [row] = await session.rows(`SELECT count(*) FROM ${from}`);
    const values = (schema: Schema): Promise<Relation> => stagedRows({ name, session, folder, from, schema });
    return await auditTable({ ...look, rows: Number(row?.[0]), values });
  } finally {
    await folder.remove();
    await session.close();
  }
}
