import { folded, parseTable } from '../../connections/duckdb/index.js';
import { type Destination, runsTable, stagingPrefix } from '../../connections/runs-table.js';
import type { StoreContext, StoreSession } from '../../core/store.js';
import { fail } from '../../errors/index.js';
import type { DuckDBStoreConfig } from './index.js';
import { DuckDBStoreSession } from './session.js';

/** Whether a name is one of hygge's own tables. */
const isOwn = ({ table }: Destination): boolean =>
  folded(table) === runsTable || folded(table).startsWith(stagingPrefix);

export function openDuckDBStore(config: DuckDBStoreConfig, context: StoreContext): StoreSession {
  const { name } = context;
  if (config.table === undefined) throw fail('TABLE_NEEDED', { name, keys: ['table'] });
  const destination = parseTable(config.table);
  if (isOwn(destination))
    throw fail('INVALID_VALUE', {
      key: 'table',
      reason: `${config.table} is a table that hygge keeps for itself`,
    });
  return new DuckDBStoreSession(config, context, destination);
}
