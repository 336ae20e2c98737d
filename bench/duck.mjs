import { DuckDBInstance } from '@duckdb/node-api';

/** Gives a function that asks DuckDB for rows as objects, while `work` runs. */
export async function withDuck(work) {
  const instance = await DuckDBInstance.create(':memory:', { enable_external_file_cache: 'false' });
  const connection = await instance.connect();
  try {
    return await work(async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson());
  } finally {
    connection.disconnectSync();
    instance.closeSync();
  }
}

export const literal = (text) => `'${text.replaceAll("'", "''")}'`;
export const identifier = (name) => `"${name.replaceAll('"', '""')}"`;
/** The rows of parquet files, whatever their folders are called. */
export const parquet = (paths) =>
  `read_parquet([${[paths].flat().map(literal).join(', ')}], hive_partitioning = false)`;
