import type { RunResult } from '../core/result.js';
import type { HyggeError } from '../errors/index.js';

/** An error in a JSON document. */
export interface JsonError {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

/** The JSON document of a command that could not begin. Kept stable, as {@link RunResult} is. */
export interface JsonFailure {
  readonly status: 'fail';
  readonly errors: readonly JsonError[];
}

/** Problems found before anything ran, as a document. */
export function failureDocument(errors: readonly HyggeError[]): JsonFailure {
  return {
    status: 'fail',
    errors: errors.map((error) => {
      const { code, message, hint, file, line, column } = error.toJSON();
      return { code, message, hint, file, line, column };
    }),
  };
}

/** A document as text with a line break at its end. Integers too large for JSON numbers become strings. */
export function jsonText(document: object): string {
  const text = JSON.stringify(document, (_, value) => (typeof value === 'bigint' ? String(value) : value), 2);
  return `${text}\n`;
}

/** The result of a run as `--json` prints it. */
export function runDocument(result: RunResult): string {
  return jsonText(result);
}
