import type { Route } from '../core/capabilities.js';
import type { Commit, Published, Staged } from '../core/store.js';
import { fail } from '../errors/index.js';
import { type Moved, moveByBatches, moveByEngine, moveBySplice, type OnMove } from './move.js';
import { type Prepared, typeError } from './prepare.js';

/** What a plan's execution has proved and published. */
export interface Outcome {
  readonly rows: number;
  readonly bytesRead: number;
  /** null where there was nothing to publish. */
  readonly published: Published | null;
  readonly staged: Staged;
}

export interface ExecuteListeners {
  readonly onProgress: (progress: { rows: number; fraction: number | null }) => void;
  readonly onStaged: (staged: Staged) => void;
  readonly onPublished: (published: Published) => void;
}

const moves: Record<Route, (prepared: Prepared, onMove: OnMove) => Promise<Moved>> = {
  splice: moveBySplice,
  engine: moveByEngine,
  batches: moveByBatches,
};

/** Stages, verifies and publishes a prepared flow. Whatever fails, what was staged is gone afterwards. */
export async function execute(
  prepared: Prepared,
  runId: string,
  listeners: ExecuteListeners,
): Promise<Outcome> {
  const { plan, store, watchdog } = prepared;
  const guard = <T>(work: Promise<T>): Promise<T> =>
    watchdog.race(
      work.catch((error) => Promise.reject(typeError(plan.name, 'store', plan.store.type, error))),
    );
  let published: Published | null = null;
  try {
    await guard(store.begin({ mode: plan.mode, schema: plan.output, rows: expectedRows(prepared) }));
    const onMove: OnMove = (progress) => {
      watchdog.progress();
      listeners.onProgress(progress);
    };
    const moved = await moves[plan.route](prepared, onMove);
    const staged = await guard(store.finish());
    listeners.onStaged(staged);
    if (moved.rows !== null && moved.rows !== staged.rows) {
      throw fail('ROWS_DIFFER', { name: plan.name, read: moved.rows, staged: staged.rows });
    }
    const nothingNew = staged.rows === 0 && plan.mode !== 'replace';
    if (nothingNew) {
      await guard(store.discard());
    } else {
      const commit: Commit = { runId, rows: staged.rows, record: { name: plan.name, rows: staged.rows } };
      published = await publish(prepared, commit);
      listeners.onPublished(published);
    }
    return { rows: staged.rows, bytesRead: plan.estimate.bytes ?? 0, published, staged };
  } catch (error) {
    if (published === null) await store.discard().catch(() => {});
    throw error;
  }
}

/** Publishing is never left in the middle for a signal: it is short, and it ends with the old or the new. */
async function publish(prepared: Prepared, commit: Commit): Promise<Published> {
  const { plan, store, watchdog } = prepared;
  if (watchdog.signal.aborted) throw watchdog.signal.reason;
  try {
    return await store.publish(commit);
  } catch (error) {
    throw typeError(plan.name, 'store', plan.store.type, error);
  }
}

function expectedRows({ plan }: Prepared): number | null {
  return plan.where === null && plan.estimate.exact ? plan.estimate.rows : null;
}
