import { type PostgresSession, qualified, quoteName, shownTable } from '../../connections/postgres/index.js';
import type { Destination } from '../../connections/runs-table.js';
import type { WriteMode } from '../../core/capabilities.js';
import { fail } from '../../errors/index.js';
import { alterSql } from './alter.js';
import { insertSql, replaceInPlace } from './merge.js';
import { replacementOf } from './references.js';
import type { Runs } from './runs.js';
import type { TargetColumn } from './target.js';

export interface Publication {
  /** The entity's name. */
  readonly name: string;
  /** What the database is called. */
  readonly where: string;
  readonly session: PostgresSession;
  readonly runs: Runs;
  readonly destination: Destination;
  /** The staging table's name; null where nothing was staged. */
  readonly staging: string | null;
  readonly columns: readonly TargetColumn[];
  /** Whether the table is there; otherwise the staging table takes its place. */
  readonly isThere: boolean;
  readonly mode: WriteMode;
  /** Rows that were staged. */
  readonly rows: number;
  readonly runId: string;
  readonly fence: number;
  readonly record: unknown;
  /** Whether a transaction is open already, in which the rows were merged. */
  readonly isOpen: boolean;
}

/** Everything up to COMMIT, which is left to the caller: from there on nobody knows at once what became of it. */
export async function preparePublication(publication: Publication): Promise<void> {
  const { session, runs, fence, runId, record, rows, name, where } = publication;
  // What a constraint allows until COMMIT is not asked for sooner.
  const begin = publication.isOpen ? '' : 'BEGIN; SET CONSTRAINTS ALL DEFERRED; ';
  try {
    const [row] = await session.rows(begin + runs.table.lastFence());
    const last = Number(row?.[0] ?? 0);
    if (last !== fence) {
      const holder = `a later run took it (number ${last} of the table, this one is ${fence})`;
      throw fail('LOCK_LOST', { path: where, owner: name, holder });
    }
    if (publication.staging !== null && !publication.isOpen) await settle(publication, publication.staging);
    else if (publication.staging !== null) await dropStaged(publication, publication.staging);
    const changed = await session.run(runs.table.publish({ runId, fence, rows, record }, new Date()));
    if (changed !== 1) throw fail('LOCK_LOST', { path: where, owner: name, holder: 'its row is gone' });
    await session.run(runs.table.prune(fence));
  } catch (error) {
    await session.run('ROLLBACK').catch(() => {});
    throw error;
  }
}

async function settle(publication: Publication, staging: string): Promise<void> {
  const { session, destination, columns, isThere, mode, rows, name } = publication;
  const staged = qualified({ ...destination, table: staging });
  if (!isThere) {
    // An append of nothing makes no table.
    if (rows === 0 && mode !== 'replace') return dropStaged(publication, staging);
    await session.run(`ALTER TABLE ${staged} RENAME TO ${quoteName(destination.table)}`);
    return;
  }
  const target = qualified(destination);
  const given = { session, target, staged, columns, rows, name };
  const key = mode === 'replace' ? (await replacementOf(publication)).key : null;
  if (key !== null) await replaceInPlace({ ...given, key });
  else {
    const alter = alterSql(target, columns);
    if (alter !== null) await session.run(alter);
    // Rows are deleted rather than the table emptied at once: who reads it sees the old rows until COMMIT, and what
    // hangs on it (rights, views, indexes, keys) stays.
    if (mode === 'replace') await session.run(`DELETE FROM ${target}`);
    const inserted = await session.run(insertSql(target, staged, columns));
    if (inserted !== rows) throw fail('ROWS_DIFFER', { name, read: rows, staged: inserted });
  }
  await dropStaged(publication, staging);
}

async function dropStaged({ session, destination }: Publication, staging: string): Promise<void> {
  await session.run(`DROP TABLE ${qualified({ ...destination, table: staging })}`);
}

/** So that the server plans with what is there now. What it says to this changes nothing of what was published. */
export async function refreshStatistics(
  session: PostgresSession,
  destination: Destination,
  notice: (message: string) => void,
): Promise<void> {
  if (session.lost) return;
  await session.run(`ANALYZE ${qualified(destination)}`).catch((error: unknown) => {
    notice(`the statistics of ${shownTable(destination)} were not refreshed: ${String(error)}`);
  });
}
