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

/** A row as an error. */
export function badRowError(
  name: string,
  { file, line, column, raw, why }: BadRow,
  cause: unknown,
): HyggeError {
  return fail('BAD_ROW', { name, path: file, line, column, raw, reason: why }, { cause });
}

/** What is said of a text that is no value of its column. */
export function unfitText(text: string | null, type: string): string {
  const shown = text !== null && text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return `${JSON.stringify(shown)} does not fit ${type}, whole and as it is`;
}
