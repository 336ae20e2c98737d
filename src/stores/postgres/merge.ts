import { type PostgresSession, quoteName } from '../../connections/postgres/index.js';
import type { Merged } from '../../core/store.js';
import { alterSql } from './alter.js';
import { insertSql } from './publication.js';
import type { TargetColumn } from './target.js';

export interface MergeRequest {
  readonly session: PostgresSession;
  /** Both in SQL. */
  readonly target: string;
  readonly staged: string;
  readonly columns: readonly TargetColumn[];
  readonly key: readonly string[];
  /** Of two rows with one key, that with the greater value here is the later; null: the staged one. */
  readonly order: string | null;
  /** Rows that were staged; each key once. */
  readonly rows: number;
}

/**
 * Updates and inserts within the transaction that is open. Nobody else writes into the table meanwhile; whoever reads
 * it sees the old rows.
 */
export async function mergeRows(request: MergeRequest): Promise<Merged> {
  const { session, target, staged, columns, key, rows } = request;
  const alter = alterSql(target, columns);
  await session.run(alter ?? `LOCK TABLE ${target} IN SHARE ROW EXCLUSIVE MODE`);
  const match = key.map((name) => `t.${quoteName(name)} = s.${quoteName(name)}`).join(' AND ');
  const others = columns.filter(({ name }) => !key.includes(name));
  let updated = 0;
  if (others.length > 0) {
    const set = others.map(({ name }) => `${quoteName(name)} = s.${quoteName(name)}`).join(', ');
    const differs = others.map(differ).join(' OR ');
    updated = await session.run(
      `UPDATE ${target} AS t SET ${set} FROM ${staged} AS s WHERE ${match} AND (${differs})${notLater(request)}`,
    );
  }
  const inserted = await session.run(
    insertSql(target, staged, columns, ` WHERE NOT EXISTS (SELECT 1 FROM ${target} AS t WHERE ${match})`),
  );
  return { inserted, updated, unchanged: rows - inserted - updated };
}

/** Types that have no "=" of their own. */
const withoutEquality = /^(json|xml|point|box|polygon|path|line|lseg|circle)(\[\])?$/;

function differ({ name, declared }: TargetColumn): string {
  const column = quoteName(name);
  const as = withoutEquality.test(declared) ? '::text' : '';
  return `t.${column}${as} IS DISTINCT FROM s.${column}${as}`;
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
