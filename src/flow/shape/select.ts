import type { Batch } from '../../core/batch.js';
import type { EngineSession, Relation } from '../../core/engine.js';
import type { AddedColumn, ColumnChoice } from '../../core/shaping.js';
import type { Schema } from '../../core/types.js';
import { identifier } from '../../engine/index.js';

/** What is done to the rows on their way. */
export interface Shape {
  /** The columns that are carried; null: all, under their own names. */
  readonly columns: readonly ColumnChoice[] | null;
  readonly added: readonly AddedColumn[];
  readonly where: string | null;
  /** The first rows alone, so many; null: all. */
  readonly limit: number | null;
  /** All columns as they settle, as expressions of the engine; null: they are `columns`, their values unchanged. */
  readonly values: readonly string[] | null;
  /** Columns of the home that `values` look at, besides those that are carried. */
  readonly reads: readonly string[];
  /** The columns as the store has them, as expressions over the shaped ones; null: they settle as they are shaped. */
  readonly settled: readonly string[] | null;
}

/** All rows and columns as they are. */
export const unshaped: Shape = {
  columns: null,
  added: [],
  where: null,
  limit: null,
  values: null,
  reads: [],
  settled: null,
};

/** The same relation, shaped. */
export function shapeRelation(relation: Relation, shape: Shape, output: Schema): Relation {
  return { sql: shapeSelect(relation.sql, shape), schema: output };
}

/** The SELECT of the wanted rows and columns out of another SELECT. */
export function shapeSelect(sql: string, shape: Shape): string {
  const { settled } = shape;
  if (settled === null) return shapedSelect(sql, shape);
  return `SELECT ${settled.join(', ')} FROM (${shapedSelect(sql, shape)}\n)`;
}

function shapedSelect(sql: string, { columns, where, limit, values }: Shape): string {
  if (columns === null && values === null && where === null && limit === null) return sql;
  const renamed = columns?.map(({ from, name }) => `${identifier(from)} AS ${identifier(name)}`);
  const chosen = (values ?? renamed)?.join(', ') ?? '*';
  const filter = where === null ? '' : ` WHERE (${where}\n)`;
  const first = limit === null ? '' : ` LIMIT ${limit}`;
  return `SELECT ${chosen} FROM (${sql})${filter}${first}`;
}

/** Some batches, shaped: by the engine, one batch at a time, where it takes more than choosing columns. */
export async function* shapeBatches(
  batches: AsyncIterable<Batch>,
  shape: Shape,
  output: Schema,
  home: { readonly schema: Schema; engine(): Promise<EngineSession> },
): AsyncGenerator<Batch> {
  let left = shape.limit ?? Number.POSITIVE_INFINITY;
  if (left <= 0) return;
  for await (const batch of shapedBatches(batches, shape, output, home)) {
    yield batch.rows <= left ? batch : firstRows(batch, left);
    left -= batch.rows;
    if (left <= 0) return;
  }
}

function firstRows(batch: Batch, rows: number): Batch {
  return { ...batch, rows, columns: batch.columns.map((values) => values.slice(0, rows)) };
}

async function* shapedBatches(
  batches: AsyncIterable<Batch>,
  shape: Shape,
  output: Schema,
  home: { readonly schema: Schema; engine(): Promise<EngineSession> },
): AsyncGenerator<Batch> {
  if (shape.where === null && shape.values === null && shape.settled === null) {
    for await (const batch of batches) yield chooseColumns(batch, shape, output);
    return;
  }
  const session = await home.engine();
  const table = await session.table(home.schema);
  for await (const batch of batches) {
    await table.append(batch);
    yield* session.batches(shapeRelation(await table.relation(), shape, output));
    await table.clear();
  }
  await table.drop();
}

function chooseColumns(batch: Batch, { columns }: Shape, output: Schema): Batch {
  if (columns === null) return batch;
  const index = new Map(batch.schema.map((column, i) => [column.name, i]));
  const chosen = columns.map(({ from }) => batch.columns[index.get(from) ?? -1] ?? []);
  return { schema: output, rows: batch.rows, columns: chosen, bytes: batch.bytes };
}
