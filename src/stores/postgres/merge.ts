import { type PostgresSession, quoteName, quoteText } from '../../connections/postgres/index.js';
import type { Merged } from '../../core/store.js';
import { fail } from '../../errors/index.js';
import { alterSql } from './alter.js';
import type { TargetColumn } from './target.js';

/** Rows that lie in a staging table, and the table that they are brought into, both in SQL. */
interface Bringing {
  /** The entity's name. */
  readonly name: string;
  readonly session: PostgresSession;
  readonly target: string;
  readonly staged: string;
  readonly columns: readonly TargetColumn[];
  readonly key: readonly string[];
  /** Rows that were staged. */
  readonly rows: number;
}

export interface MergeRequest extends Bringing {
  /** Of two rows with one key, that with the greater value here is the later; null: the staged one. */
  readonly order: string | null;
}

/**
 * Updates and inserts within the transaction that is open; each key was staged once. Nobody else writes into the table
 * meanwhile; whoever reads it sees the old rows.
 */
export async function mergeRows(request: MergeRequest): Promise<Merged> {
  await lock(request);
  const merged = await bring(request);
  await checkArrived(request);
  return merged;
}

/** ROWS_DIFFER where a trigger has kept rows out: the server does not say so, and they would count as unchanged. */
async function checkArrived(request: MergeRequest): Promise<void> {
  const { session, target, staged, rows, name } = request;
  const relation = `${quoteText(target)}::regclass`;
  const [row] = await session.rows(
    `SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_trigger WHERE tgtype & 3 = 3 AND tgrelid IN (SELECT ${relation} UNION SELECT relid FROM pg_catalog.pg_partition_tree(${relation})))`,
  );
  if (row?.[0] !== 't') return;
  const [missing] = await session.rows(
    `SELECT count(*) FROM ${staged} AS s WHERE NOT EXISTS (SELECT 1 FROM ${target} AS t WHERE ${matching(request)})`,
  );
  const lost = Number(missing?.[0]);
  if (lost > 0) throw fail('ROWS_DIFFER', { name, read: rows, staged: rows - lost });
}

/**
 * As {@link mergeRows}, and deletes what was not staged: the table then has the staged rows and no others, and rows
 * that are there still were there all the time, for whatever points at them. ROWS_DIFFER where it has not.
 */
export async function replaceInPlace(request: Bringing): Promise<void> {
  const { session, target, staged, rows, name } = request;
  await lock(request);
  // First, since a new row may have what only one of them may have.
  await session.run(
    `DELETE FROM ${target} AS t WHERE NOT EXISTS (SELECT 1 FROM ${staged} AS s WHERE ${matching(request)})`,
  );
  await bring({ ...request, order: null });
  const [row] = await session.rows(`SELECT count(*) FROM ${target}`);
  if (Number(row?.[0]) === rows) return;
  const key = request.key.map((column) => `"${column}"`).join(', ');
  const [twice] = await session.rows(
    `SELECT 1 FROM ${staged} AS s GROUP BY ${request.key.map((column) => `s.${quoteName(column)}`).join(', ')} HAVING count(*) > 1 LIMIT 1`,
  );
  if (twice !== undefined)
    throw fail('CONSTRAINT_FAILED', { name, reason: `there are rows with the same ${key}` });
  throw fail('ROWS_DIFFER', { name, read: rows, staged: Number(row?.[0]) });
}

async function lock({ session, target, columns }: Bringing): Promise<void> {
  const alter = alterSql(target, columns);
  await session.run(alter ?? `LOCK TABLE ${target} IN SHARE ROW EXCLUSIVE MODE`);
}

const matching = ({ key }: Bringing): string =>
  key.map((name) => `t.${quoteName(name)} = s.${quoteName(name)}`).join(' AND ');

async function bring(request: MergeRequest): Promise<Merged> {
  const { session, target, staged, columns, key, rows } = request;
  const match = matching(request);
  const others = columns.filter(({ name }) => !key.includes(name));
  let updated = 0;
  if (others.length > 0) {
    const set = others.map(({ name }) => `${quoteName(name)} = s.${quoteName(name)}`).join(', ');
    updated = await session.run(
      `UPDATE ${target} AS t SET ${set} FROM ${staged} AS s WHERE ${match} AND ${differ(others)}${notLater(request)}`,
    );
  }
  const inserted = await session.run(
    insertSql(target, staged, columns, ` WHERE NOT EXISTS (SELECT 1 FROM ${target} AS t WHERE ${match})`),
  );
  return { inserted, updated, unchanged: rows - inserted - updated };
}

/**
 * Compares values by their bytes. What is equal to the server may be another value: 1.10 and 1.1, "Ada" and "ada" of a
 * text that does not tell them apart, a month and thirty days. And some types have no "=" at all.
 */
function differ(columns: readonly TargetColumn[]): string {
  const [there, given] = ['t', 's'].map(
    (row) => `ROW(${columns.map(({ name }) => `${row}.${quoteName(name)}`).join(', ')})::record`,
  );
  return `${there} *<> ${given}`;
}

/** Leaves out rows of which the table has a later one. A value without a place in the order comes before all others. */
function notLater({ order, columns }: MergeRequest): string {
  const column = columns.find(({ name }) => name === order);
  if (column === undefined) return '';
  const { kind } = column.type;
  const open: Readonly<Record<string, string>> = {
    float: "'NaN', 'Infinity', '-Infinity'",
    double: "'NaN', 'Infinity', '-Infinity'",
    date: "'infinity', '-infinity'",
    timestamp: "'infinity', '-infinity'",
    timestamptz: "'infinity', '-infinity'",
  };
  const values = open[kind];
  const [there, given] = ['t', 's'].map((row) => {
    const value = `${row}.${quoteName(column.name)}`;
    const placed = values === undefined ? value : `CASE WHEN ${value} NOT IN (${values}) THEN ${value} END`;
    return kind === 'varchar' ? `${placed} COLLATE "C"` : placed;
  });
  return ` AND NOT (${there} IS NOT NULL AND coalesce(${there} > ${given}, true))`;
}

/** Rows of the staging table as new rows of the table, also where the server would number them itself. */
export function insertSql(
  target: string,
  staged: string,
  columns: readonly TargetColumn[],
  where = '',
): string {
  const names = columns.map(({ name }) => quoteName(name)).join(', ');
  const values = columns.map(({ name }) => `s.${quoteName(name)}`).join(', ');
  return `INSERT INTO ${target} (${names}) OVERRIDING SYSTEM VALUE SELECT ${values} FROM ${staged} AS s${where}`;
}
