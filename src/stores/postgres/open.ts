import { parseTable, postgresConnection } from '../../connections/postgres/index.js';
import { runsTable, stagingPrefix } from '../../connections/runs-table.js';
import type { StoreContext, StoreSession } from '../../core/store.js';
import { fail } from '../../errors/index.js';
import type { PostgresStoreConfig } from './index.js';
import { PostgresStoreSession } from './session.js';

/** Connects; nothing is read or written yet. */
export async function openPostgresStore(
  config: PostgresStoreConfig,
  context: StoreContext,
): Promise<StoreSession> {
  const { name, signal, runId } = context;
  if (config.table === undefined) throw fail('TABLE_NEEDED', { name, keys: ['table'] });
  const destination = parseTable(config.table);
  if (destination.table === runsTable || destination.table.startsWith(stagingPrefix))
    throw fail('INVALID_VALUE', {
      key: 'table',
      reason: `${config.table} is a table that hygge keeps for itself`,
    });
  const connection = await context.connections.open(postgresConnection, config.connection);
  const session = await connection.session({ role: 'store', runId, signal });
  return new PostgresStoreSession({ config, context, connection, session, destination });
}
