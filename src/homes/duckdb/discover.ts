import { isThere, lookInto, openDuckDB, quotedTable, tablesOf } from '../../connections/duckdb/index.js';
import { runsTable } from '../../connections/runs-table.js';
import type { FoundTable } from '../../core/discover.js';
import type { HomeContext } from '../../core/home.js';
import { literal } from '../../engine/index.js';
import { missingPath } from '../../files/index.js';
import type { DuckDBHomeConfig } from './index.js';

/** The tables and views of a DuckDB file. */
export async function discoverDuckDB(
  config: DuckDBHomeConfig,
  context: HomeContext,
): Promise<readonly FoundTable[]> {
  const { name, signal } = context;
  const { path } = config;
  if (!(await isThere(path))) throw await missingPath('the database', path);
  const engine = await context.engine();
  const file = await openDuckDB(engine, { name, ...config }, { writable: false, signal });
  try {
    return await lookInto(file, async () => {
      const database = `database_name = ${literal(file.catalog.slice(1, -1).replaceAll('""', '"'))}`;
      const all = (sql: string) => engine.rows(sql);
      const columns = await all(
        `SELECT schema_name, table_name, column_name, data_type, is_nullable FROM duckdb_columns() WHERE ${database} ORDER BY column_index`,
      );
      const keys = await all(
        `SELECT schema_name, table_name, unnest(constraint_column_names) FROM duckdb_constraints() WHERE ${database} AND constraint_type = 'PRIMARY KEY'`,
      );
      const rows = await all(
        `SELECT schema_name, table_name, estimated_size FROM duckdb_tables() WHERE ${database}`,
      );
      const known = await tablesOf(engine, file.catalog);
      return known
        .filter(({ table }) => table !== runsTable && !table.startsWith('hygge_stage_'))
        .map(({ schema, table, isView }): FoundTable => {
          const own = (row: readonly (string | null)[]): boolean => row[0] === schema && row[1] === table;
          const size = rows.find(own)?.[2] ?? null;
          return {
            schema,
            name: table,
            kind: isView ? 'view' : 'table',
            home: { table: quotedTable({ schema, table }) },
            columns: columns.filter(own).map(([, , column, type, nullable]) => ({
              name: column ?? '',
              type: type ?? '',
              nullable: nullable === 'true',
            })),
            rows: size === null ? null : Number(size),
            bytes: null,
            key: keys.filter(own).map(([, , column]) => column ?? ''),
            readable: true,
          };
        });
    });
  } finally {
    await file.close();
  }
}
