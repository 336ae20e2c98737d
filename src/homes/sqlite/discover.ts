import { runsTable } from '../../connections/runs-table.js';
import { isSQLiteThere, SQLiteDatabase, sqliteTables } from '../../connections/sqlite/index.js';
import type { FoundTable } from '../../core/discover.js';
import type { HomeContext } from '../../core/home.js';
import { literal } from '../../engine/index.js';
import { missingPath } from '../../files/index.js';
import type { SQLiteHomeConfig } from './index.js';

/** The tables and views of a SQLite file. Nobody knows how many rows they have without reading them. */
export async function discoverSQLite(
  { path }: SQLiteHomeConfig,
  { name, signal }: HomeContext,
): Promise<readonly FoundTable[]> {
  if (!(await isSQLiteThere(path))) throw await missingPath('the database', path);
  const database = await SQLiteDatabase.open({ name, path, writable: false, signal });
  try {
    return await database.patiently(() => {
      // Those in which virtual tables keep what is theirs.
      const shadows = database.rows("SELECT name FROM pragma_table_list WHERE type = 'shadow'");
      const hidden = new Set([runsTable, ...shadows.map(([shadow]) => String(shadow))]);
      return sqliteTables(database)
        .filter((table) => !hidden.has(table.name))
        .map((table): FoundTable => {
          const columns = database.rows(
            `SELECT name, type, "notnull", pk FROM pragma_table_info(${literal(table.name)})`,
          );
          const keys = columns.filter(([, , , place]) => place !== 0n);
          return {
            schema: null,
            name: table.name,
            kind: table.isView ? 'view' : 'table',
            home: { table: table.name },
            columns: columns.map(([column, type, required]) => ({
              name: String(column),
              type: String(type),
              nullable: required === 0n,
            })),
            rows: null,
            bytes: null,
            key: keys.toSorted((a, b) => Number(a[3]) - Number(b[3])).map(([column]) => String(column)),
            readable: true,
          };
        });
    });
  } finally {
    database.close();
  }
}
