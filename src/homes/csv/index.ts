import { z } from 'zod';
import { defineHome } from '../../core/home.js';
import type { HomeTypeEntry } from '../../core/type-map.js';
import { checkDialect, dialectKeys } from '../../formats/csv/dialect.js';
import { encodings } from '../../formats/text/encoding.js';
import { textHomeKeys } from '../../formats/text/keys.js';

declare module '../../core/type-map.js' {
  interface HomeTypes {
    readonly csv: HomeTypeEntry<typeof csvHome>;
  }
}

const char = z.string().length(1);

const config = z
  .strictObject({
    ...textHomeKeys,
    ...dialectKeys,
    comment: char
      .nullable()
      .default(null)
      .describe(
        'What a comment begins with, at the start of a line or behind a value; in quotes it is no comment',
      ),
    null_values: z
      .array(z.string())
      .min(1)
      .default([''])
      .describe('Texts that stand for NULL where they are not quoted; "" in quotes is the empty string'),
    encoding: z
      .enum(encodings)
      .default('utf-8')
      .describe(
        'How characters are written; UTF-8 and UTF-16 may begin with a byte order mark, UTF-16 without one is little-endian',
      ),
    decimal_separator: z
      .enum(['.', ','])
      .default('.')
      .describe('What stands before the decimals of a number'),
    thousands_separator: char
      .nullable()
      .default(null)
      .describe(
        'What stands between groups of three digits; a number with groups of other sizes is an error',
      ),
    date_format: z
      .string()
      .nullable()
      .default(null)
      .describe('How dates are written, such as %d.%m.%Y; null: 2024-12-31'),
    timestamp_format: z
      .string()
      .nullable()
      .default(null)
      .describe('How timestamps are written, such as %d/%m/%Y %H:%M; null: 2024-12-31 23:59:59'),
  })
  .check(checkDialect);

/** The names of files that are read, in a folder or named alone. */
export const csvFiles = /\.(?:csv|tsv)(?:\.gz|\.zst)?$/i;

export type CsvHomeConfig = z.output<typeof config>;

/** Csv files as a home. */
export const csvHome = defineHome({
  type: 'csv',
  summary: 'Csv files, plain or packed: one, a folder of them with all folders below it, or a pattern',
  config,
  capabilities: { gives: ['relation'], ordered: true },
  paths: ['path'],
  fileNames: csvFiles,
  open: async (settings, context) => (await import('./session.js')).openCsvHome(settings, context),
});
