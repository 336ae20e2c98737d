import { z } from 'zod';
import { literal, pathList } from '../../engine/index.js';
import { usualLine } from '../text/bad-row.js';
import type { TextCompression } from '../text/compression.js';

const char = z.string().length(1);

/** How a csv file is divided into values. Both ends have these keys. */
export const dialectKeys = {
  delimiter: z.string().min(1).max(4).default(',').describe('What stands between values'),
  quote: char.or(z.literal('')).default('"').describe('What values are quoted with; empty: nothing'),
  escape: char.or(z.literal('')).default('"').describe('What stands before a quote inside a quoted value'),
  header: z.boolean().default(true).describe('Whether the first row has the names of the columns'),
};

/** No character can mean two things. Of the whole: one of two keys may be there by default alone. */
export function checkDialect({
  value,
  issues,
}: z.core.ParsePayload<Readonly<Record<string, unknown>>>): void {
  const pairs = [
    ['quote', 'delimiter'],
    ['escape', 'delimiter'],
    ['comment', 'delimiter'],
    ['comment', 'quote'],
    ['comment', 'escape'],
    ['thousands_separator', 'decimal_separator'],
    ['delimiter', 'null_value'],
    ['quote', 'null_value'],
  ] as const;
  for (const [key, other] of pairs) {
    const [own, others] = [value[key], value[other]];
    if (typeof own !== 'string' || typeof others !== 'string' || own === '' || !others.includes(own))
      continue;
    const message = `its ${key} (${JSON.stringify(own)}) is also ${own === others ? '' : 'in '}its ${other}`;
    issues.push({ code: 'custom', message, path: [], input: value });
    return;
  }
}

export interface Dialect {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  readonly header: boolean;
  /** Empty: none. */
  readonly comment: string;
  /** Unquoted texts that stand for NULL. */
  readonly nulls: readonly string[];
  /** Bytes in a line; null: the engine's own limit of 2 MB. */
  readonly maxLine: number | null;
}

export type Header = { readonly skip: number } | { readonly drop: number };

/** Files that are read in one go. */
export interface CsvFiles {
  readonly paths: readonly string[];
  /** The columns, in the order in which they lie. */
  readonly names: readonly string[];
  readonly compression: TextCompression;
  /**
   * The row with the names: null where there is none; behind `skip` lines without anything; or the last of the first
   * `drop` rows of a single file, in which there are things before it that the engine counts in its own way.
   */
  readonly header: Header | null;
  /** What lines end in: \n, \r\n or \r; empty: there is only one line. Other line ends are found in quotes alone. */
  readonly lineEnd: string;
}

/** Whether files can be read in one go. */
export const isAlike = (a: Omit<CsvFiles, 'paths'>, b: Omit<CsvFiles, 'paths'>): boolean =>
  a.compression === b.compression &&
  (a.header === b.header ? a.header === null : skipOf(a) === skipOf(b)) &&
  a.lineEnd === b.lineEnd &&
  a.names.length === b.names.length &&
  a.names.every((name, i) => name === b.names[i]);

/** NaN where files cannot be read together. */
const skipOf = ({ header }: Pick<CsvFiles, 'header'>): number =>
  header !== null && 'skip' in header ? header.skip : Number.NaN;

/**
 * A SELECT of some csv files, everything as VARCHAR but columns with another type in `types`, nothing guessed. `more`: further
 * options of the engine.
 */
export function readCsv(
  files: CsvFiles,
  dialect: Dialect,
  more: readonly string[] = [],
  types: ReadonlyMap<string, string> = new Map(),
): string {
  const { paths, names, compression, header, lineEnd } = files;
  const columns = names
    .map((name) => `${literal(name)}: ${literal(types.get(name) ?? 'VARCHAR')}`)
    .join(', ');
  const options = [
    'auto_detect = false',
    ...(header !== null && 'skip' in header
      ? ['header = true', `skip = ${header.skip}`]
      : ['header = false']),
    `delim = ${literal(dialect.delimiter)}`,
    `quote = ${literal(dialect.quote)}`,
    `escape = ${literal(dialect.escape)}`,
    `comment = ${literal(dialect.comment)}`,
    `nullstr = [${dialect.nulls.map(literal).join(', ')}]`,
    'allow_quoted_nulls = false',
    "encoding = 'utf-8'",
    `compression = ${literal(compression)}`,
    ...(lineEnd === '' ? [] : [`new_line = ${literal(escaped(lineEnd))}`]),
    'hive_partitioning = false',
    `columns = {${columns}}`,
    ...smallBuffers(dialect.maxLine),
    ...more,
  ];
  const select = `SELECT * FROM read_csv(${pathList(paths)}, ${options.join(', ')})`;
  return header !== null && 'drop' in header ? `(${select} OFFSET ${header.drop})` : select;
}

/** As the engine wants to be told of it. */
const escaped = (text: string): string => text.replaceAll('\r', '\\r').replaceAll('\n', '\\n');

/** A SELECT of the lines of files of text as they are, as the one column `line`; NULL for a line without anything. */
export function readLines(
  paths: readonly string[],
  { compression, maxLine }: Pick<Dialect, 'maxLine'> & Pick<CsvFiles, 'compression'>,
): string {
  return `SELECT line FROM read_csv(${pathList(paths)}, ${[
    'auto_detect = false',
    'header = false',
    "delim = '\u0001'",
    "quote = ''",
    "escape = ''",
    'strict_mode = false',
    "encoding = 'utf-8'",
    `compression = ${literal(compression)}`,
    'hive_partitioning = false',
    "columns = {'line': 'VARCHAR'}",
    ...lineLimit(maxLine),
  ].join(', ')})`;
}

/**
 * The buffers of the engine's own choice are of 32 MB: a tenth of that takes a third of the memory less, and no more time. One
 * must hold a line whole. Whoever names the buffer has to name the line too, which would be as long as it else.
 */
function smallBuffers(longest: number | null): string[] {
  const line = longest ?? usualLine;
  return [`max_line_size = ${line}`, `buffer_size = ${2 * Math.max(usualLine, line)}`];
}

/** The same for lines as they are: with smaller buffers the engine takes some that are too long. */
const lineLimit = (bytes: number | null): string[] =>
  bytes === null ? [] : [`max_line_size = ${bytes}`, `buffer_size = ${Math.max(32_000_000, 2 * bytes)}`];
