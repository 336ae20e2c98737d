import { type Catalogue, catalogue, type ErrorCode, type FactsOf } from './catalogue/index.js';
import type { ErrorEntry, ErrorKind, Position } from './entry.js';
import { withoutPasswords } from './secrets.js';

/** An error as data: what `--json` prints and the journal keeps. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly retryable: boolean;
}

interface HyggeErrorParts {
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly hint: string | null;
  readonly at: Position | null;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly retryable: boolean;
  readonly cause: unknown;
}

/** The one class of errors that hygge throws on purpose. Made with {@link fail}. */
export class HyggeError extends Error {
  override readonly name = 'HyggeError';
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly hint: string | null;
  /** Where in a file that a person wrote; null where there is no such place. */
  readonly at: Position | null;
  readonly facts: Readonly<Record<string, unknown>>;
  /** Whether trying the same again can help. */
  readonly retryable: boolean;

  constructor(parts: HyggeErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = parts.code;
    this.kind = parts.kind;
    this.hint = parts.hint;
    this.at = parts.at;
    this.facts = parts.facts;
    this.retryable = parts.retryable;
  }

  /** The same error with a place in a file. */
  placedAt(at: Position): HyggeError {
    const { code, kind, message, hint, facts, retryable, cause } = this;
    return new HyggeError({ code, kind, message, hint, at, facts, retryable, cause });
  }

  toJSON(): ErrorReport {
    return {
      code: this.code,
      message: this.message,
      hint: this.hint,
      file: this.at?.file ?? null,
      line: this.at?.line ?? null,
      column: this.at?.column ?? null,
      retryable: this.retryable,
    };
  }
}

/** Several problems found together, so that a person can mend them all at once. Never empty. */
export class HyggeErrors extends Error {
  override readonly name = 'HyggeErrors';
  readonly errors: readonly HyggeError[];

  constructor(errors: readonly HyggeError[]) {
    super(errors.map((error) => error.message).join('\n'));
    this.errors = errors;
  }
}

export interface FailOptions {
  /** Where in a file that a person wrote. */
  readonly at?: Position | null | undefined;
  /** The error below this one, as it was caught. */
  readonly cause?: unknown;
  /** Replaces the catalogue's answer where the cause tells more. */
  readonly retryable?: boolean;
}

/**
 * Makes (and does not throw) the error of a code from its facts.
 * @example throw fail('PATH_NOT_FOUND', { what: 'the home', path: '/data/x.parquet' });
 */
export function fail<C extends ErrorCode>(code: C, facts: FactsOf<C>, options: FailOptions = {}): HyggeError {
  const definition = catalogue[code] as Catalogue[C] & ErrorEntry<FactsOf<C>>;
  const hint = definition.hint(facts);
  return new HyggeError({
    code,
    kind: definition.kind,
    message: withoutPasswords(definition.message(facts)),
    hint: hint === null ? null : withoutPasswords(hint),
    at: options.at ?? null,
    facts: facts as Readonly<Record<string, unknown>>,
    retryable: options.retryable ?? definition.retryable ?? false,
    cause: options.cause,
  });
}

const isOutOfFiles = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && (thrown.code === 'EMFILE' || thrown.code === 'ENFILE');

/** Any thrown thing as a HyggeError; what is not one yet becomes INTERNAL, with the thing as its cause. */
export function asHyggeError(thrown: unknown): HyggeError {
  if (thrown instanceof HyggeError) return thrown;
  if (thrown instanceof HyggeErrors && thrown.errors[0] !== undefined) return thrown.errors[0];
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  // Parts of hygge, and of what it uses, are loaded when they are first needed.
  if (isOutOfFiles(thrown)) return fail('TOO_MANY_FILES', { reason }, { cause: thrown });
  return fail('INTERNAL', { reason }, { cause: thrown });
}
