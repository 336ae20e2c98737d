import { fail, type HyggeError } from '../../errors/index.js';

/** A row that cannot be read, and where it lies. */
export interface BadRow {
  readonly file: string;
  /** From 1; null where the place cannot be told. */
  readonly line: number | null;
  /** null where it is the row itself. */
  readonly column: string | null;
  /** The row as it is written. */
  readonly raw: string | null;
  readonly why: string;
}

/** Rows of one file that are put aside; more of them mean that it is not what its settings say. */
export const mostAside = 100_000;

/** Characters of a row that an error carries, at most. */
const mostRaw = 2000;

/** A row as an error. `remembered`: columns whose types an earlier run found out. */
export function badRowError(
  name: string,
  { file, line, column, raw, why }: BadRow,
  cause: unknown,
  remembered: ReadonlySet<string> = new Set(),
): HyggeError {
  const short = raw !== null && raw.length > mostRaw ? `${raw.slice(0, mostRaw)}…` : raw;
  const found = column !== null && remembered.has(column) ? { found: true } : {};
  return fail('BAD_ROW', { name, path: file, line, column, raw: short, reason: why, ...found }, { cause });
}

/** What is said of a text that is no value of its column. */
export function unfitText(text: string | null, type: string): string {
  const shown = text !== null && text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return `${JSON.stringify(shown)} does not fit ${type}, whole and as it is`;
}

/** Bytes in a line that the engine takes where nothing else is said. */
export const usualLine = 2_000_000;

/** What is said of a row that is longer than `most` bytes (null: as usual); null where it is not. */
export function tooLong(text: string, most: number | null): string | null {
  const limit = most ?? usualLine;
  // No character has more than three bytes for each of its units.
  if (3 * text.length <= limit) return null;
  const bytes = Buffer.byteLength(text);
  return bytes <= limit ? null : `it has ${bytes} bytes, more than the ${limit} that max_line_size allows`;
}
