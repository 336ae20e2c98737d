import type { HomeContext, HomeSession } from '../../core/home.js';
import { typeName } from '../../core/types.js';
import {
  checkPages,
  columnBounds,
  openParquet,
  readSource,
  refuseCuts,
} from '../../formats/parquet/index.js';
import type { ParquetHomeConfig } from './index.js';

/** Reads all footers, and nothing of the data. */
export async function openParquetHome(config: ParquetHomeConfig, context: HomeContext): Promise<HomeSession> {
  const source = await openParquet(config.path, context.signal);
  const hive = config.hive ?? source.hive.length > 0;
  const sql = readSource(source, hive);
  // Only the engine knows which types it gives to the values of folder names.
  const schema = async () => (hive ? (await context.engine()).describe(sql) : source.schema);
  return {
    schema,
    estimate: async () => ({
      rows: source.rows,
      bytes: source.bytes,
      files: source.files.length,
      exact: true,
    }),
    warnings: () => [
      ...source.missing.map((name) => `not every file has the column "${name}"; its rows there will be NULL`),
      ...source.grown.map(
        ({ name, type }) =>
          `column "${name}" has several types in the files; it is read as ${typeName(type)}, which holds all`,
      ),
    ],
    bounds: async (column) =>
      hive || source.grown.length > 0 ? null : columnBounds(source.files, source.schema, column),
    files: async () =>
      hive || source.grown.length > 0
        ? {
            impossible: hive
              ? 'columns come from the names of folders'
              : 'files store one column in two types',
          }
        : source.files.map((footer) => ({
            path: footer.path,
            bytes: footer.fileBytes,
            rows: footer.rows,
            format: 'parquet',
            checksums: config.checksums,
            description: footer,
          })),
    relation: async (wanted) => {
      if (config.nanoseconds === 'refuse') refuseCuts(context.name, source.files, wanted ?? null);
      return { sql, schema: await schema() };
    },
    check: async (request) => {
      if (config.checksums) await checkPages(source, request);
    },
    close: async () => {},
  };
}
