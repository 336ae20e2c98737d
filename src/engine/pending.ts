import { setTimeout as pause } from 'node:timers/promises';
import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api';
import type { PendingResult } from '@duckdb/node-bindings';
import type { Native } from './native.js';

/** Milliseconds between two looks at a statement, at most; in the beginning they are shorter. */
const mostBetween = 8;

/**
 * Runs one statement on the engine's own threads alone, and looks now and then whether it has ended. Where the thread
 * that asks takes part, as it does by itself, it has nothing to do while the others finish, and turns in circles until
 * then: time of a processor that a server on the same machine, or another entity, could use.
 */
export async function runPending(
  connection: DuckDBConnection,
  sql: string,
  { bindings }: Native,
): Promise<DuckDBResult> {
  const prepared = await connection.prepare(sql);
  try {
    const pending = prepared.start();
    const { pending_result: handle } = pending as unknown as { readonly pending_result: PendingResult };
    const { ERROR, RESULT_READY } = bindings.PendingState;
    const begun = performance.now();
    for (;;) {
      const state = bindings.pending_execute_check_state(handle);
      const reason = state === ERROR ? bindings.pending_error(handle) : '';
      if (reason !== '') throw new Error(reason);
      // An error without a reason is none: the statement has ended without a result, or waits for memory.
      if (state === ERROR || state === RESULT_READY) return await pending.getResult();
      await pause(Math.min(mostBetween, (performance.now() - begun) / 8));
    }
  } finally {
    prepared.destroySync();
  }
}
