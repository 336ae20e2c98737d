import type { PostgresConnection, PostgresSession } from '../../connections/postgres/index.js';
import type { Destination } from '../../connections/runs-table.js';
import { fail } from '../../errors/index.js';
import { Runs } from './runs.js';

/** A run whose connection is gone. */
interface LeftRun {
  readonly connection: PostgresConnection;
  readonly destination: Destination;
  readonly runId: string;
  readonly fence: number;
}

/** Seconds to ask the server what became of a transaction. */
const patience = 30;

/**
 * Commits, and resolves where that took place. Where the connection is gone before the answer came, whoever ended it
 * (the network, a time limit, somebody who stopped the run), the table of runs is asked.
 */
export async function commit(session: PostgresSession, run: LeftRun): Promise<void> {
  try {
    await session.run('COMMIT');
  } catch (error) {
    if (!session.lost) throw error;
    // Its place in the pool is needed for the question.
    await session.close();
    await outcomeOfCommit(run, error);
  }
}

/** The lock is taken first: as long as the old connection lives on the server, it may still commit. */
async function outcomeOfCommit(run: LeftRun, cause: unknown): Promise<void> {
  const { connection, destination, runId, fence } = run;
  const signal = AbortSignal.timeout(patience * 1000);
  const unknown = (error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    return fail('PUBLISH_UNFINISHED', { path: connection.where, reason }, { cause });
  };
  const session = await connection.session({ role: 'store', runId, signal }).catch((error: unknown) => {
    throw unknown(error);
  });
  try {
    const runs = new Runs(session, connection, destination);
    await runs.lock(runId);
    const own = (await runs.known()).find((run) => run.fence === fence && run.runId === runId);
    if (own?.state === 'published') return;
    if (own !== undefined) await runs.release(fence, own.staging);
  } catch (error) {
    throw unknown(error);
  } finally {
    await session.close();
  }
  throw cause;
}

/** Milliseconds to remove what was staged over a new connection; what is left then, the next run removes. */
const tidyingTime = 5_000;

/** Takes back what a run has begun, over a new connection: its own is gone. */
export async function releaseAnew({
  connection,
  destination,
  runId,
  fence,
  staging,
}: LeftRun & { readonly staging: string }): Promise<void> {
  const signal = AbortSignal.timeout(tidyingTime);
  const session = await connection.session({ role: 'store', runId, signal });
  try {
    const runs = new Runs(session, connection, destination);
    await runs.lock(runId);
    await runs.release(fence, staging);
  } finally {
    await session.close();
  }
}
