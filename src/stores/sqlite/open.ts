import { runsTable } from '../../connections/runs-table.js';
import { foldedName } from '../../connections/sqlite/index.js';
import type { StoreContext, StoreSession } from '../../core/store.js';
import { fail } from '../../errors/index.js';
import type { SQLiteStoreConfig } from './index.js';
import { SQLiteStoreSession } from './session.js';

export function openSQLiteStore(config: SQLiteStoreConfig, context: StoreContext): StoreSession {
  const { name } = context;
  const { table } = config;
  if (table === undefined) throw fail('TABLE_NEEDED', { name, keys: ['table'] });
  if (foldedName(table) === runsTable || foldedName(table).startsWith('sqlite_'))
    throw fail('INVALID_VALUE', { key: 'table', reason: `${table} is a name that is taken` });
  return new SQLiteStoreSession(config, context, table);
}
