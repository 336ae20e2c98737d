import { setTimeout as pause } from 'node:timers/promises';
import type { PostgresConnection } from './connection.js';
import type { PostgresSession } from './session.js';

/** Milliseconds between two looks. */
const between = 2_000;

export interface Watched {
  readonly connection: PostgresConnection;
  /** Whose statements take their time. */
  readonly session: PostgresSession;
  /** The server works. */
  readonly onProgress: () => void;
}

/**
 * The result of some work that says nothing until it is done, such as one long statement. Another connection, where
 * there is one to spare, looks every now and then whether the server works at it, and that is told; to wait for a lock
 * of somebody else is no work.
 */
export async function withPulse<T>(watched: Watched, work: () => Promise<T>): Promise<T> {
  const end = new AbortController();
  const watching = watch(watched, end.signal).catch(() => {});
  try {
    return await work();
  } finally {
    end.abort(new Error('the work has ended'));
    await watching;
  }
}

async function watch({ connection, session, onProgress }: Watched, signal: AbortSignal): Promise<void> {
  let other: PostgresSession | null = null;
  try {
    for (;;) {
      await pause(between, undefined, { signal });
      other ??= await connection.spareSession({ role: 'store', runId: null, signal });
      if (other === null || session.pid === null) continue;
      const [row] = await other.rows(
        `SELECT state = 'active' AND wait_event_type IS DISTINCT FROM 'Lock' FROM pg_catalog.pg_stat_activity WHERE pid = ${session.pid}`,
      );
      if (row?.[0] === 't') onProgress();
    }
  } finally {
    await other?.close();
  }
}
