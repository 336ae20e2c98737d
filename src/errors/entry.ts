/** Where something is wrong in a file that a person wrote. Lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
}

/**
 * What kind of problem an error is.
 * - `config`: what was asked for is wrong (a flag, a key, a value); nothing was tried. Exit code 2.
 * - `run`: what was asked for is right, but could not be done. Exit code 1.
 * - `interrupt`: somebody stopped it. Exit code 130.
 */
export type ErrorKind = 'config' | 'run' | 'interrupt';

/** One line of the catalogue: everything that is said about one kind of error, made from its facts. */
export interface ErrorEntry<Facts> {
  /** A few words that name the problem, for the reference page. */
  readonly title: string;
  readonly kind: ErrorKind;
  /** Whether trying the same again can help. Default: false. */
  readonly retryable?: boolean;
  /** What happened, with the names of what it happened to. One sentence, without a full stop at its end. */
  message(facts: Facts): string;
  /** What to try. null where the message already says it. */
  hint(facts: Facts): string | null;
}

/** Keeps the type of an entry's facts while checking its form. */
export function entry<Facts>(definition: ErrorEntry<Facts>): ErrorEntry<Facts> {
  return definition;
}
