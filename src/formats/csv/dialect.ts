import { z } from 'zod';
import { literal, pathList } from '../../engine/index.js';

const char = z.string().length(1);

/** How a csv file is divided into values. Both ends have these keys. */
export const dialectKeys = {
  delimiter: z.string().min(1).max(4).default(',').describe('What stands between values'),
  quote: char.or(z.literal('')).default('"').describe('What values are quoted with; empty: nothing'),
  escape: char.or(z.literal('')).default('"').describe('What stands before a quote inside a quoted value'),
  header: z.boolean().default(true).describe('Whether the first row has the names of the columns'),
};

export const compressions = ['none', 'gzip', 'zstd'] as const;
export type TextCompression = (typeof compressions)[number];

export interface Dialect {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  readonly header: boolean;
  /** Empty: none. */
  readonly comment: string;
  /** Unquoted texts that stand for NULL. */
  readonly nulls: readonly string[];
  readonly encoding: 'utf-8' | 'utf-16' | 'latin-1';
  /** Bytes in a line; null: the engine's own limit of 2 MB. */
  readonly maxLine: number | null;
}

/** What a file is compressed with, by its name unless it is told. */
export function compressionOf(path: string, told: TextCompression | 'auto'): TextCompression {
  if (told !== 'auto') return told;
  return /\.gz$/i.test(path) ? 'gzip' : /\.zst$/i.test(path) ? 'zstd' : 'none';
}

/** Files that are read in one go. */
export interface CsvFiles {
  readonly paths: readonly string[];
  /** The columns, in the order in which they lie. */
  readonly names: readonly string[];
  readonly compression: TextCompression;
  /** Lines before the row with the names: comments, and those without anything. */
  readonly skip: number;
}

/** A SELECT of some csv files, everything as VARCHAR, nothing guessed. `more`: further options of the engine. */
export function readCsv({ paths, names, compression, skip }: CsvFiles, dialect: Dialect, more = ''): string {
  const columns = names.map((name) => `${literal(name)}: 'VARCHAR'`).join(', ');
  return `SELECT * FROM read_csv(${pathList(paths)}, ${[
    'auto_detect = false',
    `header = ${dialect.header}`,
    `skip = ${skip}`,
    `delim = ${literal(dialect.delimiter)}`,
    `quote = ${literal(dialect.quote)}`,
    `escape = ${literal(dialect.escape)}`,
    `comment = ${literal(dialect.comment)}`,
    `nullstr = [${dialect.nulls.map(literal).join(', ')}]`,
    'allow_quoted_nulls = false',
    `encoding = ${literal(dialect.encoding)}`,
    `compression = ${literal(compression)}`,
    'hive_partitioning = false',
    `columns = {${columns}}`,
    ...lineLimit(dialect.maxLine),
  ].join(', ')}${more})`;
}

/** A SELECT of the lines of files of text as they are, as the one column `line`; NULL for a line without anything. */
export function readLines(
  paths: readonly string[],
  { compression, encoding, maxLine }: Pick<Dialect, 'encoding' | 'maxLine'> & Pick<CsvFiles, 'compression'>,
): string {
  return `SELECT line FROM read_csv(${pathList(paths)}, ${[
    'auto_detect = false',
    'header = false',
    "delim = '\u0001'",
    "quote = ''",
    "escape = ''",
    'strict_mode = false',
    `encoding = ${literal(encoding)}`,
    `compression = ${literal(compression)}`,
    'hive_partitioning = false',
    "columns = {'line': 'VARCHAR'}",
    ...lineLimit(maxLine),
  ].join(', ')})`;
}

/** A buffer of the engine must hold a line whole. */
const lineLimit = (bytes: number | null): string[] =>
  bytes === null ? [] : [`max_line_size = ${bytes}`, `buffer_size = ${Math.max(32_000_000, 2 * bytes)}`];
