import type { RunCommit, RunsTable } from '../../connections/runs-table.js';
import { findSQLiteTable, type SQLiteDatabase, sqliteTables } from '../../connections/sqlite/index.js';
import type { WriteMode } from '../../core/capabilities.js';
import type { Merged } from '../../core/store.js';
import type { Column, Schema } from '../../core/types.js';
import { identifier } from '../../engine/index.js';
import { fail } from '../../errors/index.js';
import { type Match, orderedBy, tableOf } from './columns.js';

/** The staging table: of this connection alone, so a run that dies leaves nothing. */
export const staged = 'temp.hygge_stage';
/** The staged rows that meet one of the table's, and whether that stays as it is. */
const hits = 'temp.hygge_hits';

interface Target {
  readonly name: string;
  readonly matches: readonly Match[];
}

export interface PublishRequest {
  /** The table of runs, by the name of what the file's tables are in. */
  runs(schema: string): RunsTable;
  readonly table: string;
  readonly target: Target | null;
  readonly schema: Schema;
  readonly mode: WriteMode;
  readonly key: readonly string[];
  readonly rows: number;
  readonly merged: Merged | null;
  readonly commit: Omit<RunCommit, 'rows'>;
}

/** The one transaction that makes the staged rows visible, with the record of the run. */
export async function publishInto(database: SQLiteDatabase, request: PublishRequest): Promise<void> {
  await database.patiently(() => database.run('BEGIN IMMEDIATE'));
  try {
    settle(database, request);
    record(database, request);
    // Readers are waited for, ours too; the transaction stays as it is until they have gone.
    await database.patiently(() => database.run('COMMIT'));
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

function rollBack(database: SQLiteDatabase): void {
  try {
    database.run('ROLLBACK');
  } catch {
    // Some errors have ended the transaction already.
  }
}

/** Says that the run has published: one number above that of the run before it, which must still be the last. */
function record(database: SQLiteDatabase, { mode, rows, commit, ...request }: PublishRequest): void {
  const runs = request.runs(database.schema);
  const { runId, record: kept } = commit;
  database.run(runs.create());
  const [row] = database.rows(runs.lastFence());
  const last = Number(row?.[0] ?? 0);
  if (last !== commit.fence) {
    const { path, name } = database.options;
    throw fail('LOCK_LOST', {
      path,
      owner: name,
      holder: `another run has published meanwhile (number ${last})`,
    });
  }
  const at = new Date();
  const fence = last + 1;
  database.run(runs.begin({ runId, fence, mode, staging: '', at }));
  database.run(runs.publish({ runId, fence, rows, record: kept }, at));
  database.run(runs.prune(fence));
}

function settle(database: SQLiteDatabase, request: PublishRequest): void {
  const { table, schema, mode, rows, key } = request;
  // Nothing was staged: the record alone is changed.
  if (schema.length === 0) return;
  let { target } = request;
  const { name } = database.options;
  if (target === null) {
    if (rows === 0 && mode !== 'replace') return;
    if (findSQLiteTable(sqliteTables(database), table) !== undefined)
      throw fail('TABLE_UNFIT', { name, table, reason: 'somebody has made it meanwhile' });
    database.run(`CREATE TABLE ${database.schema}.${identifier(table)} ${tableOf(schema)}`);
    target = {
      name: table,
      matches: schema.map(({ name: column }) => ({ from: column, to: column, add: null })),
    };
  }
  const into = `${database.schema}.${identifier(target.name)}`;
  const { matches } = target;
  if (mode === 'replace') database.run(`DELETE FROM ${into}`);
  for (const { to, add } of matches)
    if (add !== null) database.run(`ALTER TABLE ${into} ADD COLUMN ${identifier(to)} ${add}`);
  const before = count(database, into);
  const columns = matches.map(({ to }) => identifier(to)).join(', ');
  const values = matches.map(({ from }) => `s.${identifier(from)}`).join(', ');
  const isMerge = mode === 'merge';
  const fresh = isMerge ? `WHERE NOT EXISTS (SELECT 1 FROM ${into} AS t WHERE ${sameKey(matches, key)})` : '';
  const others = matches.filter(({ from }) => !key.includes(from));
  // Into a table that is just made, all rows are new.
  if (isMerge && request.target !== null && others.length > 0) {
    const set = others.map(({ from, to }) => `${identifier(to)} = s.${identifier(from)}`).join(', ');
    database.run(
      `UPDATE ${into} AS t SET ${set} FROM ${staged} AS s WHERE ${sameKey(matches, key)} AND s.rowid NOT IN (SELECT place FROM ${hits} WHERE stays)`,
    );
  }
  database.run(
    `INSERT INTO ${into} (${columns}) SELECT ${values} FROM ${staged} AS s ${fresh} ORDER BY s.rowid`,
  );
  const expected = before + (request.merged?.inserted ?? rows);
  const found = count(database, into);
  if (found !== expected) throw fail('ROWS_DIFFER', { name, read: expected, staged: found });
}

/**
 * Compares the staged rows with the table's, and notes those that change nothing: the table has them just so, or has a
 * later one. The others are inserted or updated.
 */
export function compareStaged(
  database: SQLiteDatabase,
  { name, matches, key, order }: Target & { readonly key: readonly string[]; readonly order: Column | null },
): Merged {
  const same = matches
    .map(({ from, to, add }) => `${add === null ? `t.${identifier(to)}` : 'NULL'} IS s.${identifier(from)}`)
    .join(' AND ');
  const later = order === null ? 'false' : laterThan(database, matches, order);
  database.run(`DROP TABLE IF EXISTS ${hits}`);
  database.run(
    `CREATE TABLE ${hits} AS SELECT s.rowid AS place, max(${later}) OR min(${same}) AS stays FROM main.${identifier(name)} AS t JOIN ${staged} AS s ON ${sameKey(matches, key)} GROUP BY s.rowid`,
  );
  const total = count(database, staged);
  const [row] = database.rows(
    `SELECT count(*) FILTER (WHERE stays), count(*) FILTER (WHERE NOT stays) FROM ${hits}`,
  );
  const [unchanged = 0, updated = 0] = (row ?? []).map(Number);
  return { inserted: total - unchanged - updated, updated, unchanged };
}

/** Whether the row of the table `t` is the later one. A value without a place in the order comes before all others. */
function laterThan(database: SQLiteDatabase, matches: readonly Match[], order: Column): string {
  const match = matches.find(({ from }) => from === order.name);
  if (match === undefined || match.add !== null) return 'false';
  const ordered = orderedBy(database.options.name, order);
  const [there, given] = [ordered(`t.${identifier(match.to)}`), ordered(`s.${identifier(match.from)}`)];
  return `(${there}) IS NOT NULL AND coalesce((${there}) > (${given}), true)`;
}

/** The condition that a row of the table `t` has the key of a staged row `s`. */
const sameKey = (matches: readonly Match[], key: readonly string[]): string =>
  matches
    .filter(({ from }) => key.includes(from))
    .map(({ from, to }) => `t.${identifier(to)} = s.${identifier(from)}`)
    .join(' AND ');

const count = (database: SQLiteDatabase, table: string): number =>
  Number(database.rows(`SELECT count(*) FROM ${table}`)[0]?.[0]);
