import { resolve } from 'node:path';
import { z } from 'zod';
import { defineStore } from '../../core/store.js';
import type { StoreTypeEntry } from '../../core/type-map.js';
import { checkPattern } from '../../formats/folder/names.js';
import { compressions } from '../../formats/parquet/index.js';

declare module '../../core/type-map.js' {
  interface StoreTypes {
    readonly parquet: StoreTypeEntry<typeof parquetStore>;
  }
}

const config = z.strictObject({
  path: z.string().min(1).describe('The folder that the files settle in'),
  batch_size: z
    .int()
    .min(1)
    .default(100_000)
    .describe(
      'Rows in a file; from 20,480 on rounded up to whole vectors of 2,048 rows, with one more where they come as text',
    ),
  compression: z
    .enum([...compressions, 'keep'])
    .default('keep')
    .describe(
      'The codec of the pages; keep: that of the home where row groups are copied, snappy where rows are written',
    ),
  file_pattern: z
    .string()
    .superRefine((pattern, context) => {
      const reason = checkPattern(pattern, '.parquet');
      if (reason !== null) context.addIssue({ code: 'custom', message: reason });
    })
    .default('{sequence:020d}.parquet')
    .describe('Names of the files; may hold {sequence}, {sequence:020d}, {name} and {flow_name}'),
  replace_foreign: z
    .boolean()
    .default(false)
    .describe('Whether a replace also removes parquet files that hygge did not put there'),
  retention: z
    .int()
    .min(0)
    .max(1)
    .default(1)
    .describe(
      'How many runs can be taken back: what a run takes out is kept until the next one has published',
    ),
});

export type ParquetStoreConfig = z.output<typeof config>;

/** A folder of parquet files as a store. */
export const parquetStore = defineStore({
  type: 'parquet',
  summary: 'A folder of parquet files that appear whole, or not at all',
  config,
  capabilities: {
    takes: ['files', 'relation', 'batches'],
    modes: ['replace', 'append', 'merge'],
    atomic: false,
    ordered: true,
  },
  paths: ['path'],
  destination: ({ path }) => resolve(path),
  compact: async (settings, context, request) =>
    (await import('./compact.js')).compactParquet(settings, context, request),
  audit: async (settings, context) => (await import('./audit.js')).auditParquetStore(settings, context),
  open: async (settings, context) => (await import('./session.js')).openParquetStore(settings, context),
});
