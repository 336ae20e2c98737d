import { auditTable } from '../../connections/audit-table.js';
import {
  findTable,
  isThere,
  lookInto,
  openDuckDB,
  parseTable,
  qualified,
  shownTable,
  tablesOf,
} from '../../connections/duckdb/index.js';
import type { StoreAudit } from '../../core/audit.js';
import type { StoreContext } from '../../core/store.js';
import { fail } from '../../errors/index.js';
import type { DuckDBStoreConfig } from './index.js';
import { Runs } from './runs.js';

/** Counts the table, and reads what is known of its runs, while nobody writes into the file. */
export async function auditDuckDBTable(
  config: DuckDBStoreConfig,
  { name, signal, ...context }: StoreContext,
): Promise<StoreAudit> {
  const { path } = config;
  if (config.table === undefined) throw fail('TABLE_NEEDED', { name, keys: ['table'] });
  const destination = parseTable(config.table);
  const table = shownTable(destination);
  if (!(await isThere(path))) return auditTable({ table, rows: null, runs: [] });
  const engine = await context.engine();
  const file = await openDuckDB(engine, { name, ...config }, { writable: false, storage: null, signal });
  try {
    return await lookInto(file, async () => {
      const { catalog } = file;
      const target = findTable(await tablesOf(engine, catalog), destination);
      const runs = await new Runs({ path, engine, catalog, destination }).known();
      const [row] =
        target === undefined ? [] : await engine.rows(`SELECT count(*) FROM ${qualified(catalog, target)}`);
      return auditTable({ table, rows: row === undefined ? null : Number(row[0]), runs });
    });
  } finally {
    await file.close();
  }
}
