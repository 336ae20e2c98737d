import { resolve } from 'node:path';
import { z } from 'zod';
import { compressions } from './compression.js';

/** Keys of every home of text files. */
export const textHomeKeys = {
  path: z.string().min(1).describe('A file, a folder, or a pattern such as data/2024-*.csv.gz'),
  columns: z
    .record(z.string(), z.string())
    .nullable()
    .default(null)
    .describe('Types of columns, such as { id: bigint, price: "decimal(18,2)" }; the others are found out'),
  compression: z
    .enum(['auto', ...compressions])
    .default('auto')
    .describe('What files are packed with; auto: .gz and .zst by their names'),
  max_line_size: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('Bytes in the longest line; null: 2 MB. Larger ones take more memory'),
  on_bad_row: z
    .enum(['fail', 'quarantine'])
    .default('fail')
    .describe('What becomes of rows that cannot be read: an error, or put aside beside the journal'),
  batch_size: z.int().min(1).default(10_000).describe('Rows read at a time on the batches route'),
};

/** Keys of every store of text files. */
export const textStoreKeys = {
  path: z.string().min(1).describe('The folder that the files settle in'),
  batch_size: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('Rows in a file; null: all rows of a run in one'),
  compression: z.enum(compressions).default('none').describe('What files are packed with'),
  file_pattern: z
    .string()
    .nullable()
    .default(null)
    .describe(
      'Names of the files, as of a parquet store; null: {sequence:020d} and the ending of the format',
    ),
  replace_foreign: z
    .boolean()
    .default(false)
    .describe('Whether a replace also removes files of the same ending that hygge did not put there'),
  retention: z
    .int()
    .min(0)
    .max(1)
    .default(1)
    .describe(
      'How many runs can be taken back: what a run takes out is kept until the next one has published',
    ),
};

/** What every store of text files is like. */
export const textStoreTraits = {
  capabilities: {
    takes: ['relation', 'batches'],
    modes: ['replace', 'append'],
    atomic: false,
    ordered: true,
  },
  paths: ['path'],
  destination: ({ path }: { readonly path: string }) => resolve(path),
} as const;

export const packedEnding = { none: '', gzip: '.gz', zstd: '.zst' } as const;
