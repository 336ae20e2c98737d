import { z } from 'zod';
import { defineHome } from '../../core/home.js';
import type { HomeTypeEntry } from '../../core/type-map.js';
import { parquetFiles } from '../../formats/parquet/file-names.js';

declare module '../../core/type-map.js' {
  interface HomeTypes {
    readonly parquet: HomeTypeEntry<typeof parquetHome>;
  }
}

const config = z.strictObject({
  path: z.string().min(1).describe('A file, a folder, or a pattern such as data/2024-*.parquet'),
  batch_size: z.int().min(1).default(10_000).describe('Rows read at a time on the batches route'),
  row_multiplier: z.int().min(1).default(300_000).describe('Rows between two lines of progress'),
  hive: z
    .boolean()
    .nullable()
    .default(null)
    .describe('Whether folders such as year=2024 are columns; null: where all paths have them'),
  checksums: z
    .boolean()
    .default(true)
    .describe('Whether pages are held against their checksums, where the files have them'),
  nanoseconds: z
    .enum(['refuse', 'cut'])
    .default('refuse')
    .describe(
      'What to do with times and zoned timestamps in nanoseconds where rows are decoded: the engine has microseconds',
    ),
});

export type ParquetHomeConfig = z.output<typeof config>;

/** Parquet files as a home. */
export const parquetHome = defineHome({
  type: 'parquet',
  summary: 'Parquet files: one, a folder of them with all folders below it, or those that match a pattern',
  config,
  capabilities: { gives: ['files', 'relation'], ordered: true },
  paths: ['path'],
  fileNames: parquetFiles,
  open: async (config, context) => (await import('./session.js')).openParquetHome(config, context),
});
