import type { Batch } from '../core/batch.js';
import type { EngineSession, Relation } from '../core/engine.js';
import { nearest } from '../core/nearest.js';
import type { ColumnChoice } from '../core/plan.js';
import type { Column, Schema } from '../core/types.js';
import { identifier } from '../engine/index.js';
import { fail, HyggeError } from '../errors/index.js';

/** What is done to the rows on their way: columns chosen and renamed, rows filtered. */
export interface Shape {
  readonly columns: readonly ColumnChoice[] | null;
  readonly where: string | null;
}

/** The columns as they settle. A column that is not there, a clash of names, or none left is an error. */
export function shapeSchema(name: string, schema: Schema, shape: Shape): Schema {
  const byName = new Map(schema.map((column) => [column.name, column]));
  const known = schema.map((column) => column.name);
  const output = (shape.columns ?? known.map((from) => ({ from, name: from }))).map((choice): Column => {
    const column = byName.get(choice.from);
    if (column !== undefined) return { ...column, name: choice.name };
    throw fail('COLUMN_NOT_FOUND', {
      name,
      column: choice.from,
      known,
      nearest: nearest(choice.from, known),
    });
  });
  if (output.length === 0) throw fail('NO_COLUMNS', { name });
  const taken = new Set<string>();
  for (const column of output) {
    const folded = column.name.toLowerCase();
    if (taken.has(folded)) throw fail('COLUMN_CLASH', { name, column: column.name });
    taken.add(folded);
  }
  return output;
}

/** The same relation, shaped. */
export function shapeRelation(relation: Relation, shape: Shape, output: Schema): Relation {
  return { sql: shapeSelect(relation.sql, shape), schema: output };
}

/** The SELECT of the wanted rows and columns out of another SELECT. */
export function shapeSelect(sql: string, shape: Shape): string {
  if (shape.columns === null && shape.where === null) return sql;
  const chosen =
    shape.columns?.map(({ from, name }) => `${identifier(from)} AS ${identifier(name)}`).join(', ') ?? '*';
  const filter = shape.where === null ? '' : ` WHERE (${shape.where}\n)`;
  return `SELECT ${chosen} FROM (${sql})${filter}`;
}

/** The same rows with the columns chosen; a `where` needs {@link filterBatches}. */
export function shapeBatch(batch: Batch, shape: Shape, output: Schema): Batch {
  if (shape.columns === null) return batch;
  const index = new Map(batch.schema.map((column, i) => [column.name, i]));
  const columns = shape.columns.map(({ from }) => batch.columns[index.get(from) ?? -1] ?? []);
  return { schema: output, rows: batch.rows, columns, bytes: batch.bytes };
}

/** The rows of some batches that a condition holds for, shaped, by the engine, one batch at a time. */
export async function* filterBatches(
  batches: AsyncIterable<Batch>,
  session: EngineSession,
  schema: Schema,
  shape: Shape,
  output: Schema,
): AsyncGenerator<Batch> {
  const table = await session.table(schema);
  for await (const batch of batches) {
    await table.append(batch);
    yield* session.batches(shapeRelation(await table.relation(), shape, output));
    await table.clear();
  }
  await table.drop();
}

/** Asks the engine whether it understands the condition, before anything is moved. */
export async function checkFilter(
  name: string,
  session: EngineSession,
  schema: Schema,
  where: string,
): Promise<void> {
  const stray = strayIn(where);
  if (stray !== null)
    throw fail('FILTER_INVALID', { name, where, reason: `there is ${stray} that belongs to nothing` });
  const table = await session.table(schema);
  try {
    const relation = await table.relation();
    await session.describe(shapeRelation(relation, { columns: null, where }, schema).sql);
  } catch (cause) {
    const reason = cause instanceof HyggeError ? String(cause.facts.reason ?? cause.message) : String(cause);
    throw fail('FILTER_INVALID', { name, where, reason }, { cause });
  } finally {
    await table.drop();
  }
}

/** What would end the condition early, so that the rest of it became another statement; null where nothing does. */
function strayIn(where: string): string | null {
  const plain = where.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, '').replace(/--.*$/gm, '');
  let depth = 0;
  for (const char of plain) {
    if (char === ';') return 'a semicolon';
    if (char === '(') depth++;
    if (char === ')' && --depth < 0) return 'a closing parenthesis';
  }
  return null;
}
