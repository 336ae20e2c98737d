import { type Field, typeName } from '../../core/types.js';
import { usualLine } from '../text/bad-row.js';
import type { Spelling } from '../text/exact.js';
import type { Found } from '../text/infer.js';
import type { Rows } from '../text/row-scan.js';
import { type Token, textToken, tokenOf } from '../text/token.js';
import { anyToken } from '../text/token-kinds.js';
import type { CsvFiles, Dialect } from './dialect.js';
import type { Head } from './head.js';

/** What a value looks like where the engine's reader of csv casts it as a text is cast elsewhere. */
function recordToken({ type }: Field, found: Found | undefined, spelling: Spelling): Token {
  const isPlainNumber = spelling.decimalSeparator === '.' && spelling.thousands === null;
  // What has no value is looked at as text, and so is text.
  if (found?.isEmpty === true) return textToken;
  switch (type.kind) {
    case 'date':
      return spelling.dateFormat === null ? tokenOf(type, found !== undefined) : textToken;
    case 'timestamp':
    case 'timestamp_s':
    case 'timestamp_ms':
    case 'timestamp_ns':
    case 'timestamptz':
      return spelling.timestampFormat === null ? tokenOf(type, found !== undefined) : textToken;
    // These it casts in no other way, whatever they look like.
    case 'boolean':
    case 'uuid':
      return found === undefined ? { ...textToken, reads: typeName(type) } : tokenOf(type, true);
    case 'float':
    case 'double':
      if (!isPlainNumber) return textToken;
      return found === undefined ? { ...textToken, reads: typeName(type) } : tokenOf(type, true);
    default:
      return isPlainNumber || type.kind === 'time' ? tokenOf(type, found !== undefined) : textToken;
  }
}

/** What the values of each column look like; null where there is nothing to be seen in the bytes. */
export function recordTokens(
  columns: readonly Field[],
  found: ReadonlyMap<string, Found>,
  spelling: Spelling,
): ReadonlyMap<string, Token> | null {
  const tokens = columns.map(
    (column) => [column.name, recordToken(column, found.get(column.name), spelling)] as const,
  );
  return tokens.some(([, { kind }]) => kind !== anyToken) ? new Map(tokens) : null;
}

/** One character of one byte, and not NUL. */
const isByte = (text: string): boolean => text > '\0' && text <= '\x7f' && text.length === 1;

/** Whether rows of such files can be told from their bytes alone. */
export function isPlain({ header, lineEnd }: CsvFiles, dialect: Dialect): boolean {
  const { delimiter, quote, escape: escapes, comment, nulls } = dialect;
  return (
    isByte(delimiter) &&
    (quote === '' || (isByte(quote) && escapes === quote)) &&
    comment === '' &&
    nulls.length === 1 &&
    nulls[0] === '' &&
    lineEnd !== '\r' &&
    (header === null || ('skip' in header && header.skip === 0))
  );
}

/** Bytes of a plain file before its first row of values. */
export function beginOf({ record }: Head, { header }: Dialect): number {
  const mark = record.marked ? 3 : 0;
  return header ? mark + Buffer.byteLength(record.text + record.end) : mark;
}

/** How the rows of such files look. `begin`: see {@link beginOf}. */
export function recordRows(
  { names, lineEnd }: CsvFiles,
  { delimiter, quote, maxLine }: Dialect,
  tokens: ReadonlyMap<string, Token>,
  begin: number,
): Rows {
  return {
    tokens: names.map((name) => tokens.get(name) ?? textToken),
    most: maxLine ?? usualLine,
    shape: { delimiter, quote, hasReturns: lineEnd === '\r\n', begin },
  };
}
