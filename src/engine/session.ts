import type { DuckDBConnection } from '@duckdb/node-api';
import type { Batch } from '../core/batch.js';
import type {
  AttachOptions,
  DatabaseFile,
  EngineSession,
  EngineTable,
  Relation,
  RunOptions,
  StatementOptions,
} from '../core/engine.js';
import type { Schema, Value } from '../core/types.js';
import { fail } from '../errors/index.js';
import { attachFile } from './database-file.js';
import type { OpenEngine } from './engine.js';
import type { Lease } from './lease.js';
import { runPending } from './pending.js';
import { type BatchesOptions, streamBatches } from './stream.js';
import { AppendTable } from './table.js';
import type { TranslateContext } from './translate.js';
import { fromEngine } from './types.js';
import { readVector } from './values-out.js';
import { watched } from './watch.js';

/**
 * One connection. Its statements run one after the other, in the order they were asked for. Those that are to run beside
 * the others, `batches` and the appends of `table` have connections of their own: they see the tables of the session, but
 * not what is TEMPORARY or SET in it.
 */
export class Session implements EngineSession {
  readonly #engine: OpenEngine;
  readonly #lease: Lease;
  readonly #context: TranslateContext;
  readonly #onClose: () => void;
  readonly #tables: AppendTable[] = [];
  readonly #files: DatabaseFile[] = [];
  /** Those of statements that run beside the others. */
  readonly #others = new Set<Lease>();
  #last: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | null = null;

  constructor(engine: OpenEngine, lease: Lease, context: TranslateContext, onClose: () => void) {
    this.#engine = engine;
    this.#lease = lease;
    this.#context = context;
    this.#onClose = onClose;
  }

  run(sql: string, options: RunOptions = {}): Promise<number> {
    const work = async (connection: DuckDBConnection): Promise<number> => {
      const isLong = options.onProgress !== undefined;
      const result = await (isLong ? runPending(connection, sql, this.#engine.native) : connection.run(sql));
      const { returnType } = result;
      return returnType === this.#engine.native.api.ResultReturnType.CHANGED_ROWS ? result.rowsChanged : 0;
    };
    return options.beside === true ? this.#beside(options, work) : this.#inTurn(options, work);
  }

  rows(sql: string, options: StatementOptions = {}): Promise<(string | null)[][]> {
    return this.#inTurn(options, async (connection) => {
      const { bindings } = this.#engine.native;
      const width = (await this.#describe(connection, sql)).length;
      const columns = Array.from({ length: width }, (_, i) => `CAST(c${i} AS VARCHAR)`);
      const names = columns.map((_, i) => `c${i}`);
      const result = await connection.run(
        `SELECT ${columns.join(', ')} FROM (${sql}\n) AS query(${names.join(', ')})`,
      );
      const rows: (string | null)[][] = [];
      for (const chunk of await result.fetchAllChunks()) {
        const texts = columns.map((_, i) =>
          readVector(
            bindings,
            bindings.data_chunk_get_vector(chunk.chunk, i),
            { kind: 'varchar' },
            chunk.rowCount,
          ),
        );
        for (let row = 0; row < chunk.rowCount; row++) {
          rows.push(texts.map((column) => textOf(column[row])));
        }
      }
      return rows;
    });
  }

  describe(select: string): Promise<Schema> {
    return this.#inTurn({}, (connection) => this.#describe(connection, select));
  }

  batches(relation: Relation, options: BatchesOptions = {}): AsyncIterable<Batch> {
    return streamBatches(this.#engine, relation, options, this.#context);
  }

  async table(schema: Schema): Promise<EngineTable> {
    const table = await AppendTable.create(this.#engine, schema, this.#context);
    this.#tables.push(table);
    return table;
  }

  async attach(path: string, options: AttachOptions): Promise<DatabaseFile> {
    const file = await attachFile(this.#engine, path, options, this.#context);
    this.#files.push(file);
    return file;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.all([this.#lease, ...this.#others].map((lease) => lease.close()));
    try {
      for (const table of this.#tables) await table.drop();
      for (const file of this.#files) await file.close();
    } finally {
      this.#onClose();
    }
  }

  async #describe(connection: DuckDBConnection, select: string): Promise<Schema> {
    const prepared = await connection.prepare(select);
    try {
      return Array.from({ length: prepared.columnCount }, (_, i) => ({
        name: prepared.columnName(i),
        type: fromEngine(prepared.columnType(i), this.#engine.native),
        nullable: true,
      }));
    } finally {
      prepared.destroySync();
    }
  }

  /** On a connection that is there for this alone. */
  async #beside<T>(
    options: StatementOptions,
    work: (connection: DuckDBConnection) => Promise<T>,
  ): Promise<T> {
    const lease = await this.#engine.connect(this.#context.name);
    this.#others.add(lease);
    try {
      if (this.#closed !== null) throw fail('INTERRUPTED', { name: this.#context.name });
      return await this.#use(lease, options, work);
    } finally {
      await lease.close();
      this.#others.delete(lease);
    }
  }

  #use<T>(
    lease: Lease,
    options: StatementOptions,
    work: (connection: DuckDBConnection) => Promise<T>,
  ): Promise<T> {
    return lease.use((connection) => watched(connection, this.#context, options, () => work(connection)));
  }

  /** Waits for the statements before this one, whatever becomes of them. */
  #inTurn<T>(options: StatementOptions, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#use(this.#lease, options, work));
    this.#last = turn.catch(() => {});
    return turn;
  }
}

const textOf = (value: Value | undefined): string | null => (typeof value === 'string' ? value : null);
