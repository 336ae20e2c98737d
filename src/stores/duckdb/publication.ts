import { isPlain, type KnownTable, qualified } from '../../connections/duckdb/index.js';
import type { Destination, RunsTable } from '../../connections/runs-table.js';
import type { WriteMode } from '../../core/capabilities.js';
import type { EngineSession } from '../../core/engine.js';
import type { Merged } from '../../core/store.js';
import { identifier } from '../../engine/index.js';
import { fail } from '../../errors/index.js';
import { alterSql, asHeld, type Match } from './columns.js';
import { mergeSql } from './merge.js';

export interface PublishRequest {
  readonly name: string;
  readonly path: string;
  readonly engine: EngineSession;
  readonly catalog: string;
  readonly destination: Destination;
  /** The table that is there; undefined where there is none. */
  readonly target: KnownTable | undefined;
  /** How the rows fit the table; null where the staged table takes its place. */
  readonly matches: readonly Match[] | null;
  /** The staging table's name; null where nothing was staged. */
  readonly staging: string | null;
  readonly mode: WriteMode;
  readonly key: readonly string[];
  /** Rows that were staged. */
  readonly rows: number;
  readonly merged: Merged | null;
  readonly runs: RunsTable;
  readonly commit: { readonly runId: string; readonly fence: number; readonly record: unknown };
}

/** Whether a table that is there is replaced by another, rather than emptied and filled. */
export async function isExchanged(
  engine: EngineSession,
  catalog: string,
  mode: WriteMode,
  target: KnownTable,
): Promise<boolean> {
  return mode === 'replace' && (await isPlain(engine, catalog, target));
}

/** The one transaction that makes the staged rows visible, with the record of the run. */
export async function publishStaged(request: PublishRequest): Promise<void> {
  const { engine, runs, commit, name, path } = request;
  await engine.run('BEGIN TRANSACTION');
  try {
    const [row] = await engine.rows(runs.lastFence());
    const last = Number(row?.[0] ?? 0);
    if (last !== commit.fence) {
      const holder = `a later run took it (number ${last} of the table, this one is ${commit.fence})`;
      throw fail('LOCK_LOST', { path, owner: name, holder });
    }
    if (request.staging !== null) await settle(request, request.staging);
    const changed = await engine.run(runs.publish({ ...commit, rows: request.rows }, new Date()));
    if (changed !== 1) throw fail('LOCK_LOST', { path, owner: name, holder: 'its row is gone' });
    await engine.run(runs.prune(commit.fence));
  } catch (error) {
    await engine.run('ROLLBACK').catch(() => {});
    throw error;
  }
  await commitOrTell(engine, path);
}

/** After an error of COMMIT nobody knows whether it took place: the next start reads it from the table of runs. */
async function commitOrTell(engine: EngineSession, path: string): Promise<void> {
  try {
    await engine.run('COMMIT');
  } catch (cause) {
    await engine.run('ROLLBACK').catch(() => {});
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw fail('PUBLISH_UNFINISHED', { path, reason }, { cause });
  }
}

async function settle(request: PublishRequest, staging: string): Promise<void> {
  const { engine, catalog, destination, target, matches, mode, key, rows } = request;
  const staged = qualified(catalog, { ...destination, table: staging });
  if (target === undefined || matches === null) {
    if (target !== undefined) await engine.run(`DROP TABLE ${qualified(catalog, target)}`);
    const name = target?.table ?? destination.table;
    // An append of nothing makes no table.
    if (rows === 0 && mode !== 'replace') await engine.run(`DROP TABLE ${staged}`);
    else await engine.run(`ALTER TABLE ${staged} RENAME TO ${identifier(name)}`);
    return;
  }
  const table = qualified(catalog, target);
  const count = async (): Promise<number> =>
    Number((await engine.rows(`SELECT count(*) FROM ${table}`))[0]?.[0]);
  if (mode === 'replace') await engine.run(`DELETE FROM ${table}`);
  for (const change of alterSql(table, matches)) await engine.run(change);
  const before = await count();
  if (mode === 'merge') await engine.run(mergeSql({ staged, target: table, matches, key }));
  else {
    const columns = matches.map(({ to }) => identifier(to)).join(', ');
    const values = matches.map((match) => asHeld(match)).join(', ');
    await engine.run(`INSERT INTO ${table} (${columns}) SELECT ${values} FROM ${staged} ORDER BY rowid`);
  }
  const expected = before + (request.merged?.inserted ?? rows);
  const found = await count();
  if (found !== expected) throw fail('ROWS_DIFFER', { name: request.name, read: expected, staged: found });
  await engine.run(`DROP TABLE ${staged}`);
}
