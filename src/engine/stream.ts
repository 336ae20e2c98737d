import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api';
import type { Batch } from '../core/batch.js';
import type { Relation, StatementOptions } from '../core/engine.js';
import { type Schema, sameType, typeName, type Value } from '../core/types.js';
import { fail } from '../errors/index.js';
import { bytesOf } from './bytes.js';
import type { OpenEngine } from './engine.js';
import { type TranslateContext, translateEngineError } from './translate.js';
import { fromEngine } from './types.js';
import { readVector } from './values-out.js';
import { progressOf, watched } from './watch.js';
import { isCast, toWire, wireType } from './wire.js';

export interface BatchesOptions extends StatementOptions {
  /** Rows in a batch, at most; default 10,000. A batch has fewer where its values are long, and the last one. */
  readonly rowsPerBatch?: number;
}

const defaultRows = 10_000;
/** A batch is handed over when it takes about this much memory, in bytes. */
const maxBytes = 8 * 1024 * 1024;
const progressEvery = 200;

/** The coordinate system of geometry that names none, in the engine as in parquet. */
const defaultCrs = 'OGC:CRS84';

/** The columns of a relation by their place, whatever they are called. */
const columnAt = (index: number): string => `c${index}`;
const columnsOf = (schema: Schema): string => schema.map((_, i) => columnAt(i)).join(', ');

/**
 * Streams a relation as batches, on a connection of its own: any other statement on the same connection would end the
 * stream.
 *
 * The bindings tell the end of a stream and an error in the middle of it apart in no way: both are "no more chunks".
 * So every stream ends with a row of its own that says so, and a stream without it has failed.
 */
export async function* streamBatches(
  engine: OpenEngine,
  relation: Relation,
  options: BatchesOptions,
  context: TranslateContext,
): AsyncGenerator<Batch> {
  const { signal, onProgress, rowsPerBatch = defaultRows } = options;
  if (relation.schema.length === 0) throw fail('NO_COLUMNS', { name: context.name });
  const lease = await engine.connect(context.name);
  const step = <T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> =>
    lease.use((connection) => watched(connection, context, { signal }, () => work(connection)));
  try {
    const result = await step((connection) => connection.stream(markedSql(relation)));
    checkTypes(engine, result, relation.schema, context);
    const builder = new BatchBuilder(engine, relation.schema, rowsPerBatch);
    let rows = 0;
    let told = performance.now();
    for (;;) {
      const chunk = await step(() => result.fetchChunk());
      if (chunk === null || chunk.rowCount === 0) break;
      for (const batch of builder.add(chunk)) {
        rows += batch.rows;
        if (onProgress !== undefined && performance.now() - told >= progressEvery) {
          told = performance.now();
          onProgress({ fraction: await step(async (connection) => progressOf(connection).fraction), rows });
        }
        yield batch;
      }
    }
    if (!builder.ended) await explainEnd(engine, relation, signal, context);
    yield* builder.rest();
  } catch (error) {
    throw translateEngineError(error, context);
  } finally {
    await lease.close();
  }
}

/** A relation's columns in their wire types. */
function wireSql({ sql, schema }: Relation): string {
  if (!schema.some((column) => isCast(column.type))) return sql;
  const values = schema.map((column, i) => `${toWire(columnAt(i), column.type)} AS ${columnAt(i)}`);
  return `SELECT ${values.join(', ')} FROM (${sql}\n) AS relation(${columnsOf(schema)})`;
}

/** As {@link wireSql}, and behind the last row one that marks the end. */
function markedSql(relation: Relation): string {
  const blanks = relation.schema.map(() => 'NULL').join(', ');
  return `SELECT *, false FROM (${wireSql(relation)}\n) UNION ALL SELECT ${blanks}, true`;
}

/** Reading a vector as another type than its own would read foreign memory. */
function checkTypes(
  { native }: OpenEngine,
  result: DuckDBResult,
  schema: Schema,
  { name }: TranslateContext,
): void {
  schema.forEach((column, i) => {
    const found = result.columnType(i);
    const type = fromEngine(found, native);
    if ('crs' in found && found.crs !== undefined && found.crs !== defaultCrs) {
      const why = `batches cannot carry its coordinate system ${found.crs}`;
      throw fail('TYPE_UNSUPPORTED', { name, column: column.name, type: 'GEOMETRY', why });
    }
    if (!sameType(type, wireType(column.type))) {
      const reason = `column "${column.name}" is ${typeName(type)}, and not ${typeName(column.type)} as was planned`;
      throw fail('ENGINE_FAILED', { name, reason });
    }
  });
}

/** Finds out why a stream ended too early, by doing its work again without keeping anything. Always throws. */
async function explainEnd(
  engine: OpenEngine,
  relation: Relation,
  signal: AbortSignal | undefined,
  context: TranslateContext,
): Promise<never> {
  const lease = await engine.connect(context.name);
  const all = columnsOf(relation.schema);
  try {
    await lease.use((connection) =>
      watched(connection, context, { signal }, () =>
        connection.run(`SELECT bit_xor(hash(${all})) FROM (${wireSql(relation)}\n) AS relation(${all})`),
      ),
    );
  } finally {
    await lease.close();
  }
  const reason = 'it ended before the last row and did not say why; the memory limit may be too low';
  throw fail('ENGINE_FAILED', { name: context.name, reason }, { retryable: true });
}

/** Gathers chunks into batches. */
class BatchBuilder {
  /** Whether the row that marks the end has come. */
  ended = false;
  readonly #engine: OpenEngine;
  readonly #schema: Schema;
  readonly #rowsPerBatch: number;
  #columns: Value[][];
  #rows = 0;
  #bytes = 0;

  constructor(engine: OpenEngine, schema: Schema, rowsPerBatch: number) {
    this.#engine = engine;
    this.#schema = schema;
    this.#rowsPerBatch = Math.max(1, Math.floor(rowsPerBatch));
    this.#columns = schema.map(() => []);
  }

  /** Adds a chunk's rows, and gives the batches that are full. */
  *add(chunk: DuckDBDataChunk): Generator<Batch> {
    const { bindings } = this.#engine.native;
    const rows = chunk.rowCount;
    const vectorAt = (i: number) => bindings.data_chunk_get_vector(chunk.chunk, i);
    const marks = readVector(bindings, vectorAt(this.#schema.length), { kind: 'boolean' }, rows);
    const mark = marks.indexOf(true);
    if (this.ended || (mark !== -1 && mark !== rows - 1)) throw new Error('rows came behind the last one');
    this.ended = mark !== -1;
    const count = this.ended ? rows - 1 : rows;
    const values = this.#schema.map((column, i) => readVector(bindings, vectorAt(i), column.type, rows));
    for (let from = 0; from < count; ) {
      const to = Math.min(count, from + this.#rowsPerBatch - this.#rows);
      this.#take(values, from, to);
      from = to;
      if (this.#rows >= this.#rowsPerBatch || this.#bytes >= maxBytes) yield this.#hand();
    }
  }

  /** The last batch, if rows are left. */
  *rest(): Generator<Batch> {
    if (this.#rows > 0) yield this.#hand();
  }

  #take(values: readonly Value[][], from: number, to: number): void {
    this.#schema.forEach((column, i) => {
      const all = values[i] ?? [];
      const part = from === 0 && to === all.length ? all : all.slice(from, to);
      const kept = this.#columns[i] ?? [];
      this.#bytes += bytesOf(part, column.type);
      for (const value of part) kept.push(value);
    });
    this.#rows += to - from;
  }

  #hand(): Batch {
    const batch: Batch = {
      schema: this.#schema,
      rows: this.#rows,
      columns: this.#columns,
      bytes: this.#bytes,
    };
    this.#columns = this.#schema.map(() => []);
    this.#rows = 0;
    this.#bytes = 0;
    return batch;
  }
}
