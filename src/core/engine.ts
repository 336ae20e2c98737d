import type { Batch } from './batch.js';
import type { Schema } from './types.js';

/** A SELECT that the engine can run: its text, and the columns that it yields. */
export interface Relation {
  readonly sql: string;
  readonly schema: Schema;
  /** How many rows it has, where whoever gives it has counted them by other means. */
  readonly rows?: number;
}

/** How far a statement is. */
export interface EngineProgress {
  /** 0 to 1; null where the engine cannot tell. */
  readonly fraction: number | null;
  /** Rows gone through so far, by the engine's own count. */
  readonly rows: number;
}

export interface StatementOptions {
  /** Stops the statement at once. */
  readonly signal?: AbortSignal | undefined;
  /** Called a few times a second while the statement runs. */
  readonly onProgress?: ((progress: EngineProgress) => void) | undefined;
}

export interface RunOptions extends StatementOptions {
  /**
   * Does not wait for the statements before it, nor they for it: it sees the tables of the session, but not what is
   * TEMPORARY or SET in it. Default: false.
   */
  readonly beside?: boolean;
}

/** One connection to the embedded engine, for one entity run. Closed by whoever opened it. */
export interface EngineSession {
  /** Runs a statement and gives the number of rows that it changed or wrote. */
  run(sql: string, options?: RunOptions): Promise<number>;
  /** Runs a query whose result is small, as rows of strings (null stays null). */
  rows(sql: string, options?: StatementOptions): Promise<readonly (readonly (string | null)[])[]>;
  /** The columns that a SELECT would yield. */
  describe(select: string): Promise<Schema>;
  /** Streams a relation as batches, in order. */
  batches(relation: Relation, options?: StatementOptions & { rowsPerBatch?: number }): AsyncIterable<Batch>;
  /**
   * A table of this session alone that batches are appended to. A value that does not fit its column is
   * VALUE_UNFIT with the row's number, counted from `firstRow` of the first batch on.
   */
  table(schema: Schema): Promise<EngineTable>;
  /** Opens a database file beside the engine's own tables. See {@link DatabaseFile}. */
  attach(path: string, options: AttachOptions): Promise<DatabaseFile>;
  close(): Promise<void>;
}

export interface AttachOptions {
  /** Whether it is written into. Such a file is made where there is none, and held against every other program. */
  readonly writable: boolean;
  /** With `writable`, of a file that is made: the oldest version of the engine that can read it; null: as old as can be. */
  readonly storage?: string | null;
  /** Stops waiting for others that have the file. */
  readonly signal: AbortSignal;
}

/**
 * A database file that is open in the engine. All sessions of one engine share it; whoever opened it last closes it.
 * DATABASE_LOCKED where another program, or another engine of this process, has it.
 */
export interface DatabaseFile {
  /** What stands before the names of its tables in SQL, quoted. */
  readonly catalog: string;
  /**
   * How often it was begun and ended to open it anew, as happens where somebody wants to write into what others read:
   * odd while its tables are not there.
   */
  readonly turns: number;
  /** Safe to call twice. */
  close(): Promise<void>;
}

/** A temporary table of one session. */
export interface EngineTable {
  /** How many rows it holds. */
  readonly rows: number;
  append(batch: Batch): Promise<void>;
  /** Appends the rows of a SELECT with as many columns of the same types, all or none, and gives their number. */
  appendSelect(select: string, options?: Pick<StatementOptions, 'signal'>): Promise<number>;
  /** All its rows, in the order they were appended. */
  relation(): Promise<Relation>;
  /** Empties it, so that it can take the next batches. */
  clear(): Promise<void>;
  drop(): Promise<void>;
}

/** The embedded engine: one for a process; its limits hold for all sessions together. */
export interface Engine {
  /** `name`: whose session it is, for errors; default "a statement". */
  session(options?: { readonly name?: string }): Promise<EngineSession>;
  /** Bytes. */
  readonly memoryLimit: number;
  readonly threads: number;
  close(): Promise<void>;
}
