import type { DuckDBAppender, DuckDBMaterializedResult } from '@duckdb/node-api';
import type { Batch } from '../core/batch.js';
import type { EngineTable, Relation, StatementOptions } from '../core/engine.js';
import { type Schema, typeName, type Value } from '../core/types.js';
import { fail } from '../errors/index.js';
import type { OpenEngine } from './engine.js';
import type { Lease } from './lease.js';
import type { NativeLogicalType } from './native.js';
import { runPending } from './pending.js';
import { identifier } from './quoting.js';
import { type TranslateContext, translateEngineError } from './translate.js';
import { toEngine } from './types.js';
import { showType } from './unfit.js';
import { coercer, coerceWith } from './values-in.js';
import { writeVector } from './vectors-in.js';
import { watched } from './watch.js';
import { fromTable, tableType, whyNotIntoTable } from './wire.js';

/**
 * A table that batches are appended to, column by column. It lives in the engine under a name of its own, and has a
 * connection of its own, so that appending never waits for a statement of its session.
 */
export class AppendTable implements EngineTable {
  readonly #engine: OpenEngine;
  readonly #lease: Lease;
  readonly #schema: Schema;
  readonly #name: string;
  readonly #context: TranslateContext;
  readonly #types: readonly NativeLogicalType[];
  readonly #coercers;
  #appender: DuckDBAppender | null = null;
  #rows = 0;
  /** Rows appended so far, `clear` or not: what the rows in messages are counted by. */
  #appended = 0;
  #dropped = false;

  private constructor(engine: OpenEngine, lease: Lease, schema: Schema, context: TranslateContext) {
    this.#engine = engine;
    this.#lease = lease;
    this.#schema = schema;
    this.#name = engine.newName('table');
    this.#context = context;
    this.#types = schema.map(
      (column) => toEngine(tableType(column.type), engine.native).toLogicalType().logical_type,
    );
    this.#coercers = schema.map((column) => coercer(column.type));
  }

  static async create(engine: OpenEngine, schema: Schema, context: TranslateContext): Promise<AppendTable> {
    if (schema.length === 0) throw fail('NO_COLUMNS', { name: context.name });
    for (const column of schema) {
      const why = whyNotIntoTable(column.type);
      if (why === null) continue;
      const type = showType(column.type);
      throw fail('TYPE_UNSUPPORTED', { name: context.name, column: column.name, type, why });
    }
    const table = new AppendTable(engine, await engine.connect(context.name), schema, context);
    await table.clear();
    return table;
  }

  get rows(): number {
    return this.#rows;
  }

  async append(batch: Batch): Promise<void> {
    const { name } = this.#context;
    const place = { name, firstRow: this.#appended };
    const fits = batch.columns.length === this.#schema.length;
    if (!fits || batch.columns.some((values) => values.length !== batch.rows)) {
      const shape = `${batch.columns.length} columns for ${this.#schema.length}, of ${batch.rows} rows`;
      throw fail('INTERNAL', { reason: `a batch whose columns do not fit its table: ${shape}` });
    }
    const columns = this.#schema.map((column, i) => {
      const one = this.#coercers[i];
      return one === undefined ? [] : coerceWith(one, batch.columns[i] ?? [], column, place);
    });
    try {
      await this.#lease.use(async (connection) => {
        this.#appender ??= await connection.createAppender(this.#name);
        this.#appendColumns(this.#appender, columns, batch.rows);
      });
    } catch (error) {
      throw translateEngineError(error, this.#context);
    }
    this.#rows += batch.rows;
    this.#appended += batch.rows;
  }

  async appendSelect(select: string, options: Pick<StatementOptions, 'signal'> = {}): Promise<number> {
    await this.#flush();
    const { native } = this.#engine;
    const added = await this.#lease.use((connection) =>
      watched(connection, this.#context, options, async () => {
        const insert = `INSERT INTO ${this.#name} ${select}`;
        return (await runPending(connection, insert, native)).rowsChanged;
      }),
    );
    this.#rows += added;
    this.#appended += added;
    return added;
  }

  async relation(): Promise<Relation> {
    await this.#flush();
    await this.#checkGeometry();
    const columns = this.#schema.map(
      (column, i) => `${fromTable(`c${i}`, column.type)} AS ${identifier(column.name)}`,
    );
    return { sql: `SELECT ${columns.join(', ')} FROM ${this.#name}`, schema: this.#schema };
  }

  async clear(): Promise<void> {
    this.#closeAppender();
    const columns = this.#schema.map((column, i) => `c${i} ${typeName(tableType(column.type))}`);
    await this.#run(`CREATE OR REPLACE TABLE ${this.#name} (${columns.join(', ')})`);
    this.#rows = 0;
  }

  async drop(): Promise<void> {
    if (this.#dropped) return;
    this.#dropped = true;
    if (this.#lease.closed) return;
    this.#closeAppender();
    await this.#run(`DROP TABLE IF EXISTS ${this.#name}`);
    await this.#lease.close();
  }

  #appendColumns(appender: DuckDBAppender, columns: readonly (readonly Value[])[], rows: number): void {
    const { api, bindings } = this.#engine.native;
    const chunkRows = bindings.vector_size();
    for (let from = 0; from < rows; from += chunkRows) {
      const to = Math.min(rows, from + chunkRows);
      const chunk = bindings.create_data_chunk(this.#types);
      bindings.data_chunk_set_size(chunk, to - from);
      this.#schema.forEach((column, i) => {
        const values = columns[i] ?? [];
        const part = to - from === values.length ? values : values.slice(from, to);
        writeVector(bindings, bindings.data_chunk_get_vector(chunk, i), column.type, part);
      });
      appender.appendDataChunk(new api.DuckDBDataChunk(chunk));
    }
  }

  /** Only the engine can tell whether bytes are well-known binary. */
  async #checkGeometry(): Promise<void> {
    for (const [i, column] of this.#schema.entries()) {
      if (column.type.kind !== 'geometry') continue;
      const bad = `c${i} IS NOT NULL AND TRY(${fromTable(`c${i}`, column.type)}) IS NULL`;
      const found = await this.#run(`SELECT min(rowid) FROM ${this.#name} WHERE ${bad}`);
      const [[at]] = (await found.getRows()) as [[bigint | null]];
      if (at === null) continue;
      const { name } = this.#context;
      const row = this.#appended - this.#rows + Number(at) + 1;
      const value = 'bytes that are no well-known binary';
      throw fail('VALUE_UNFIT', { name, column: column.name, row, value, type: 'GEOMETRY' });
    }
  }

  async #run(sql: string): Promise<DuckDBMaterializedResult> {
    try {
      return await this.#lease.use((connection) => connection.run(sql));
    } catch (error) {
      throw translateEngineError(error, this.#context);
    }
  }

  async #flush(): Promise<void> {
    try {
      await this.#lease.use(async () => this.#appender?.flushSync());
    } catch (error) {
      throw translateEngineError(error, this.#context);
    }
  }

  /** Lets go of rows that have not reached the table yet, which is about to be emptied or dropped. */
  #closeAppender(): void {
    const appender = this.#appender;
    this.#appender = null;
    appender?.clear();
    appender?.closeSync();
  }
}
