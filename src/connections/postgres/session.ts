import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import copyStreams from 'pg-copy-streams';
import type { HyggeError } from '../../errors/index.js';
import { CopyOut } from './copy-out.js';
import { type ErrorPlace, translatePostgresError } from './errors.js';
import type { SpoolWriter } from './spool-writer.js';

/** Milliseconds that a server has to say goodbye. */
const goodbye = 1_000;

/** Text comes as text, whatever its type. */
const asText = {
  getTypeParser: () => (value: string | Buffer) => String(value),
} as unknown as pg.CustomTypesConfig;

/** So that every value is text that can be read back exactly, on every server. */
const settings = [
  "TimeZone = 'UTC'",
  "DateStyle = 'ISO, YMD'",
  "IntervalStyle = 'postgres'",
  "bytea_output = 'hex'",
  'extra_float_digits = 1',
  'standard_conforming_strings = on',
  "client_encoding = 'UTF8'",
  'idle_in_transaction_session_timeout = 0',
  'lock_timeout = 0',
];

/** A column of a result, as the server describes it. */
export interface ResultColumn {
  readonly name: string;
  /** The object id of its type. */
  readonly type: number;
  /** What the type is declared with, such as precision and scale; -1 for nothing. */
  readonly modifier: number;
}

/** One connection to a server. Its statements run one after the other. */
export class PostgresSession {
  readonly #client: pg.Client;
  readonly #place: ErrorPlace;
  readonly #signal: AbortSignal;
  readonly #free: () => void;
  readonly #stop = (): void => this.#destroy();
  #lost: unknown = null;
  #closed: Promise<void> | null = null;

  constructor(client: pg.Client, place: ErrorPlace, signal: AbortSignal, free: () => void) {
    this.#client = client;
    this.#place = place;
    this.#signal = signal;
    this.#free = free;
    client.on('error', (error) => {
      this.#lost ??= error;
    });
    client.on('end', () => {
      this.#lost ??= new Error('the connection has ended');
    });
  }

  async connect(statementTimeout: number | null): Promise<void> {
    this.#signal.throwIfAborted();
    this.#signal.addEventListener('abort', this.#stop, { once: true });
    try {
      await this.#client.connect();
      const timeout =
        statementTimeout === null ? [] : [`statement_timeout = ${Math.ceil(statementTimeout * 1000)}`];
      await this.#client.query([...settings, ...timeout].map((setting) => `SET ${setting}`).join('; '));
    } catch (error) {
      this.#destroy();
      throw this.#signal.aborted ? this.#signal.reason : error;
    }
  }

  /** Whether the connection is known to be gone. */
  get lost(): boolean {
    return this.#lost !== null;
  }

  /** The number of the server's process for this connection. */
  get pid(): number | null {
    const { processID } = this.#client as pg.Client & { readonly processID?: number | null };
    return processID ?? null;
  }

  /** The rows of a query, or of the last of several statements, every value as text. */
  async rows(sql: string): Promise<(string | null)[][]> {
    const result: pg.QueryArrayResult | readonly pg.QueryArrayResult[] = await this.#query(sql);
    const last = Array.isArray(result) ? result.at(-1) : result;
    return last?.rows ?? [];
  }

  /** Runs a statement and gives the number of rows that it changed. */
  async run(sql: string): Promise<number> {
    return (await this.#query(sql)).rowCount ?? 0;
  }

  /** The columns of a SELECT, which is not run. */
  async describe(select: string): Promise<readonly ResultColumn[]> {
    const { fields } = await this.#query(`SELECT * FROM (${select}\n) AS hygge_described LIMIT 0`);
    return fields.map(({ name, dataTypeID, dataTypeModifier }) => ({
      name,
      type: dataTypeID,
      modifier: dataTypeModifier,
    }));
  }

  /** Brings the rows of SELECTs into files, one SELECT after the other, each asked for when it is its turn. */
  async copyRows(selects: Iterable<string>, into: SpoolWriter): Promise<void> {
    return this.#guard(async () => {
      try {
        for (const select of selects)
          await this.#client.query(new CopyOut(`COPY (${select}\n) TO STDOUT`, into)).done;
        await into.end();
      } catch (error) {
        await into.discard();
        throw error;
      }
    });
  }

  /** Sends a stream into a table, by a COPY … FROM STDIN. Gives the number of rows, by the server. */
  async copyIn(copy: string, from: Readable): Promise<number> {
    return this.#guard(async () => {
      const into = this.#client.query(copyStreams.from(copy));
      await pipeline(from, into, { signal: this.#signal });
      return into.rowCount;
    });
  }

  /** Ends the connection, and frees its place in the pool. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#signal.removeEventListener('abort', this.#stop);
    try {
      if (this.lost) return;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, goodbye);
      });
      await Promise.race([this.#client.end().catch(() => {}), late]);
      clearTimeout(timer);
    } finally {
      this.#destroy();
      this.#free();
    }
  }

  #query(sql: string): Promise<pg.QueryArrayResult> {
    return this.#guard(() =>
      this.#client.query({ text: sql, rowMode: 'array', types: asText } as pg.QueryArrayConfig),
    );
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    this.#signal.throwIfAborted();
    if (this.#lost !== null) throw this.#translate(this.#lost);
    try {
      return await work();
    } catch (error) {
      if (this.#signal.aborted) throw this.#signal.reason;
      throw this.#translate(error);
    }
  }

  #translate(error: unknown): HyggeError {
    const translated = translatePostgresError(error, this.#place);
    if (translated.code === 'CONNECTION_LOST') this.#lost ??= error;
    return translated;
  }

  /** Ends the connection without a word. The server stops what it does for it as soon as it notices. */
  #destroy(): void {
    this.#lost ??= new Error('the connection was given up');
    const { connection } = this.#client as pg.Client & {
      readonly connection?: { readonly stream?: { destroy(): void } };
    };
    connection?.stream?.destroy();
  }
}
