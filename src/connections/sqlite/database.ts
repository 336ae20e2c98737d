import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { literal } from '../../engine/index.js';
import { fail, HyggeError } from '../../errors/index.js';

/** How long to wait for others that have the file, and how often to try, in milliseconds. */
const patience = 30_000;
const tryEvery = 20;

/** SQLite's own numbers of what went wrong. */
const codes = {
  error: 1,
  busy: 5,
  locked: 6,
  full: 13,
  cannotOpen: 14,
  tooBig: 18,
  constraint: 19,
  notADatabase: 26,
} as const;

export interface SQLiteOptions {
  /** Whose it is, for messages. */
  readonly name: string;
  readonly path: string;
  readonly writable: boolean;
  readonly signal: AbortSignal;
}

/** A value as SQLite has it. Integers are bigint. */
export type SQLiteValue = null | bigint | number | string | Uint8Array;

/** Whether the file is there. NOT_A_DATABASE where something else is. */
export async function isSQLiteThere(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw fail('PATH_NOT_READABLE', { what: 'the database', path, reason: error.message }, { cause: error });
  });
  if (found?.isDirectory())
    throw fail('NOT_A_DATABASE', { path, what: 'SQLite database', reason: 'it is a folder' });
  return found !== null;
}

/** One connection to a SQLite file. Every error is one of hygge's. */
export class SQLiteDatabase {
  readonly options: SQLiteOptions;
  /** What the file's tables are in, in SQL. */
  schema: 'main' | 'file' = 'main';
  readonly #database: DatabaseSyncInstance;
  #isLater: boolean;
  readonly #reading = new Set<StatementSyncInstance>();

  private constructor(options: SQLiteOptions, database: DatabaseSyncInstance, later: boolean) {
    this.options = options;
    this.#isLater = later;
    this.#database = database;
  }

  /** `later`: the file is not there yet, and is not made before `make`. */
  static async open(options: SQLiteOptions, { later = false } = {}): Promise<SQLiteDatabase> {
    const { DatabaseSync } = await import('@photostructure/sqlite');
    const { writable } = options;
    const path = later ? '' : options.path;
    let database: DatabaseSyncInstance;
    try {
      // Nobody is waited for in the middle of a call, since that would stop this whole process.
      database = new DatabaseSync(path, { readOnly: !writable, timeout: 0 });
    } catch (error) {
      throw translate(error, options);
    }
    const opened = new SQLiteDatabase(options, database, later);
    try {
      // A file that is no database shows itself only when it is first read.
      await opened.patiently(() => opened.rows('SELECT count(*) FROM sqlite_schema'));
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  /** Whether the file is still to be made. */
  get isLater(): boolean {
    return this.#isLater;
  }

  /** Makes the file of a database that was opened for later. */
  async make(): Promise<void> {
    this.schema = 'file';
    this.#isLater = false;
    await this.patiently(() => this.run(`ATTACH ${literal(this.options.path)} AS file`));
    await this.patiently(() => this.rows('SELECT count(*) FROM file.sqlite_schema'));
  }

  run(sql: string): void {
    this.#guard(() => this.#database.exec(sql));
  }

  /** How many rows a statement with parameters has changed. */
  change(sql: string, ...values: SQLiteValue[]): number {
    return this.#guard(() => Number(this.#database.prepare(sql).run(...values).changes));
  }

  rows(sql: string): SQLiteValue[][] {
    return this.#guard(() => this.#statement(sql).all() as unknown as SQLiteValue[][]);
  }

  /** What gives the first row of a query with parameters, each time that it is asked. */
  asker(sql: string): (...values: SQLiteValue[]) => SQLiteValue[] | undefined {
    const statement = this.#guard(() => this.#statement(sql));
    return (...values) => this.#guard(() => statement.get(...values) as unknown as SQLiteValue[] | undefined);
  }

  /**
   * Holds no text and no blob that is longer than so many bytes, until the work is done: there is an error instead, which
   * {@link isRefused} knows.
   */
  withinLength<T>(bytes: number, work: () => T): T {
    const { limits } = this.#database;
    limits.length = bytes;
    try {
      return work();
    } finally {
      limits.length = Number.POSITIVE_INFINITY;
    }
  }

  /** Whether it is open, and in a transaction. */
  get isTransaction(): boolean {
    return this.#database.isOpen && this.#database.isTransaction;
  }

  /** The rows of a query, one after the other. */
  *iterate(sql: string): Generator<SQLiteValue[]> {
    const statement = this.#guard(() => this.#statement(sql));
    // What is being read holds on to nothing: a statement that nobody knows any more is ended beneath it.
    this.#reading.add(statement);
    const rows = this.#guard(() => statement.iterate() as unknown as Iterator<SQLiteValue[]>);
    try {
      for (;;) {
        const next = this.#guard(() => rows.next());
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      rows.return?.();
      this.#reading.delete(statement);
    }
  }

  /** The columns of a query: its names, and how they were declared where they come from a table. */
  columns(sql: string): { readonly name: string; readonly declared: string | null }[] {
    return this.#guard(() =>
      this.#database
        .prepare(sql)
        .columns()
        .map(({ name, type }) => ({ name: String(name), declared: type ?? null })),
    );
  }

  /** What inserts a row. */
  inserter(sql: string): (values: readonly SQLiteValue[]) => void {
    const statement = this.#guard(() => this.#database.prepare(sql));
    return (values) => {
      this.#guard(() => statement.run(...values));
    };
  }

  /** Tries again while others have the file: DATABASE_LOCKED where that takes too long. */
  async patiently<T>(work: () => T): Promise<T> {
    const until = performance.now() + patience;
    for (;;) {
      try {
        return work();
      } catch (error) {
        const isLocked = error instanceof HyggeError && error.code === 'DATABASE_LOCKED';
        if (!isLocked || performance.now() > until) throw error;
        if (this.options.signal.aborted) throw fail('INTERRUPTED', { name: this.options.name });
        await pause(tryEvery);
      }
    }
  }

  /** Safe to call twice. */
  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #statement(sql: string): StatementSyncInstance {
    const statement = this.#database.prepare(sql);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    return statement;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw translate(error, this.options);
    }
  }
}

/** What SQLite says of some of them: of the rows of a statement the driver gives no number. */
const said: Readonly<Record<string, number>> = {
  'malformed JSON': codes.error,
  'database is locked': codes.busy,
  'database table is locked': codes.locked,
  'database or disk is full': codes.full,
  'string or blob too big': codes.tooBig,
};

/** The lower eight bits are the kind; those above say more of it. */
function kindOf(error: unknown): number {
  const { errcode, message } = error as { errcode?: number; message?: string };
  return (errcode ?? said[message ?? ''] ?? 0) & 0xff;
}

/** Whether an expression refused a value ("value"), or it was too long ("length"). null: something else went wrong. */
export function isRefused(error: unknown): 'value' | 'length' | null {
  const kind = error instanceof HyggeError ? kindOf(error.cause) : 0;
  if (kind === codes.tooBig) return 'length';
  return kind === codes.error ? 'value' : null;
}

function translate(error: unknown, { name, path }: SQLiteOptions): HyggeError {
  if (error instanceof HyggeError) return error;
  const { message: reason } = error as Error;
  const options = { cause: error };
  switch (kindOf(error)) {
    case codes.busy:
    case codes.locked:
      return fail('DATABASE_LOCKED', { path, holder: 'another program or flow' }, options);
    case codes.full:
      return fail('DISK_FULL', { what: 'the database', path }, options);
    case codes.cannotOpen:
      return fail('PATH_NOT_READABLE', { what: 'the database', path, reason }, options);
    case codes.constraint:
      return fail('CONSTRAINT_FAILED', { name, reason }, options);
    case codes.notADatabase:
      return fail('NOT_A_DATABASE', { path, what: 'SQLite database', reason }, options);
    default:
      return fail('DATABASE_FILE_FAILED', { name, path, reason }, options);
  }
}
