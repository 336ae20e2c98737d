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
import type { Relation } from '../../core/engine.js';
import type { StoreContext } from '../../core/store.js';
import type { Schema } from '../../core/types.js';
import { fail } from '../../errors/index.js';
import { namedAs } from './columns.js';
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
  const look = { table, signal, engine: context.engine };
  if (!(await isThere(path))) return auditTable({ ...look, rows: null, runs: [], values: null });
  const engine = await context.engine();
  const file = await openDuckDB(engine, { name, ...config }, { writable: false, storage: null, signal });
  try {
    return await lookInto(file, async () => {
      const { catalog } = file;
      const target = findTable(await tablesOf(engine, catalog), destination);
      const runs = await new Runs({ path, engine, catalog, destination }).known();
      if (target === undefined) return auditTable({ ...look, rows: null, runs, values: null });
      const there = qualified(catalog, target);
      const [row] = await engine.rows(`SELECT count(*) FROM ${there}`);
      const values = async (schema: Schema): Promise<Relation> => {
        const sql = namedAs(await engine.describe(`SELECT * FROM ${there}`), schema, there);
        return { sql, schema: await engine.describe(sql) };
      };
      return auditTable({ ...look, rows: Number(row?.[0]), runs, values });
    });
  } finally {
    await file.close();
  }
}
