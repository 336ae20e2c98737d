/** Something about a store that is not as its record says. */
export interface AuditProblem {
  /**
   * - `missing`: a file is gone.
   * - `changed`: a file has another size, or another content, than it was put there with; a table has other values.
   * - `rows`: a file has other rows than were counted.
   * - `damaged`: a file cannot be read, or one of its pages is corrupt.
   * - `journal`: the journal speaks of a run that the store knows nothing of, or of other rows.
   */
  readonly what: 'missing' | 'changed' | 'rows' | 'damaged' | 'journal';
  /** Relative to the store; null where it is about none in particular. */
  readonly file: string | null;
  /** In a sentence, for people. */
  readonly message: string;
}

/** A store, held against its own record of what was put there. */
export interface StoreAudit {
  /** The run that published last, and what it kept with its data; null where there was none. */
  readonly run_id: string | null;
  readonly record: unknown;
  /** By the record. */
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
  /** Rows by the run that put them there. */
  readonly rows_by_run: Readonly<Record<string, number>>;
  /** Files whose content was compared with its hash: those that were put there with `verify: fingerprint`. */
  readonly hashed: number;
  /** The columns of a table whose values were compared with their hashes; left out where the rows are in files. */
  readonly columns_compared?: readonly string[];
  /** Files that hygge did not put there. */
  readonly foreign: readonly string[];
  readonly problems: readonly AuditProblem[];
  /** What a person should know besides, such as a change that is under way. */
  readonly notes: readonly string[];
}
