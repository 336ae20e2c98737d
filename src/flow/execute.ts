import type { Route } from '../core/capabilities.js';
import { asRunRecord, type EarlierRun, type RunRecord } from '../core/run-record.js';
import type { Commit, Published, Staged } from '../core/store.js';
import { HyggeError } from '../errors/index.js';
import { type CheckedRows, checkStaged } from './checks/gate.js';
import { moveByBatches, moveByEngine, moveBySplice, type OnMove } from './move.js';
import type { Prepared } from './prepare.js';
import { typeError } from './read.js';
import { type RunIdentity, runRecord } from './record.js';
import { type Given, verifyStaged } from './verify.js';
import { leaveAfter } from './watchdog.js';
import { movesAll } from './window/moving.js';

/** What a plan's execution has proved and published. */
export interface Outcome {
  readonly rows: number;
  readonly bytesRead: number;
  /** What was kept with the data; null where there was nothing to publish. */
  readonly record: RunRecord | null;
  /** null where there was nothing to publish. */
  readonly published: Published | null;
  readonly staged: Staged;
  /** null where nothing was checked. */
  readonly checked: CheckedRows | null;
  /** Rows that could not be read and were put aside; null where nobody looked for any. */
  readonly unreadable: number | null;
}

export interface ExecuteListeners {
  /** The store is held, and has told of earlier runs. Waited for. */
  readonly onEarlier: (runs: readonly EarlierRun[]) => Promise<unknown>;
  readonly onProgress: (progress: { rows: number; fraction: number | null }) => void;
  /** Something that a person should know. */
  readonly onNotice: (message: string) => void;
  readonly onStaged: (staged: Staged) => void;
  readonly onPublished: (published: Published) => void;
}

const moves: Record<Route, (prepared: Prepared, onMove: OnMove) => Promise<Given>> = {
  splice: moveBySplice,
  engine: moveByEngine,
  batches: moveByBatches,
};

/** Stages, verifies and publishes a prepared flow. Whatever fails, what was staged is gone afterwards. */
export async function execute(
  prepared: Prepared,
  run: RunIdentity,
  listeners: ExecuteListeners,
): Promise<Outcome> {
  const { plan, store, watchdog } = prepared;
  const guard = <T>(work: Promise<T>): Promise<T> =>
    watchdog.hold(
      work.catch((error) => Promise.reject(typeError(plan.name, 'store', plan.store.type, error))),
    );
  let published: Published | null = null;
  try {
    const { mode, output: schema, settings } = plan;
    const request = { mode, schema, verify: settings.verify, alter: prepared.alter };
    if (!prepared.begun) {
      await guard(store.begin({ ...request, rows: expectedRows(prepared) }));
      await guard(listeners.onEarlier(prepared.earlier));
    }
    const before = publishedBefore(prepared, run);
    if (before !== null) {
      published = await publish(prepared, { runId: run.runId, rows: before.rows, record: before });
      listeners.onPublished(published);
      return outcomeBefore(before, published);
    }
    const onMove: OnMove = (progress) => {
      watchdog.progress();
      listeners.onProgress(progress);
    };
    // A sample looks at no more rows than it has.
    const whole = plan.limit === null ? prepared.home : null;
    const aside = await guard(whole?.setAside?.() ?? Promise.resolve(null));
    if (aside !== null) listeners.onNotice(aside.message);
    const unreadable = whole?.setAside === undefined ? null : (aside?.rows ?? 0);
    const proof = whole?.prove?.(() => watchdog.progress()) ?? Promise.resolve();
    // What has failed need not be moved to its end.
    const failed = proof.then(() => new Promise<never>(() => {}));
    const moved = await Promise.race([explained(prepared, moves[plan.route](prepared, onMove)), failed]);
    await watchdog.race(proof);
    const given = await guard(store.finish(() => watchdog.progress()));
    listeners.onStaged(given);
    const proved = await verifyStaged(prepared, moved, given);
    const checked = await checkStaged(prepared, run, { staged: given, fingerprint: proved });
    const { staged, fingerprint, quarantined } = checked;
    let record: RunRecord | null = null;
    const nothingNew = staged.rows === 0 && (quarantined ?? 0) === 0 && plan.mode !== 'replace';
    if (nothingNew) {
      await guard(store.discard());
    } else {
      const filtered = filteredRows(prepared, given);
      const counts = { staged, fingerprint, quarantined, filtered };
      record = runRecord(run, plan, { rowsRead: moved.rows, watermark: prepared.keep, ...counts });
      published = await publish(prepared, { runId: run.runId, rows: staged.rows, record });
      listeners.onPublished(published);
    }
    const bytesRead = plan.estimate.bytes ?? 0;
    return { rows: staged.rows, bytesRead, record, published, staged, checked, unreadable };
  } catch (error) {
    if (published === null) {
      // What still writes would leave files behind those that are swept.
      await watchdog.stop(error, leaveAfter(plan.settings.timeout));
      await store.discard().catch(() => {});
      await prepared.checks?.discard(run);
    }
    throw error;
  }
}

/** A failure as the home tells it, where it knows better what is wrong with its data. */
async function explained<T>({ home, watchdog }: Prepared, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof HyggeError) || home.explain === undefined) throw error;
    const better = await watchdog.race(home.explain(error)).catch(() => null);
    throw better ?? error;
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

/**
 * What this very run has published already: a try before this one failed so late that only the store could say what
 * became of it. It is not moved twice.
 */
function publishedBefore({ earlier }: Prepared, { runId }: RunIdentity): RunRecord | null {
  const own = earlier.find(
    ({ what, runId: theirs }) => theirs === runId && (what === 'published' || what === 'rolled-forward'),
  );
  return asRunRecord(own?.record);
}

function outcomeBefore(record: RunRecord, published: Published): Outcome {
  const { rows, files, bytes_written: bytes, bytes_read: bytesRead } = record;
  const staged = { rows, bytes, files, by: "the store's record" };
  return { rows, bytesRead, record, published, staged, checked: null, unreadable: null };
}

/** Rows of the home that `where` left out, where the home has counted all. */
function filteredRows({ plan, moving }: Prepared, { rows, merged }: Staged): number | null {
  const { exact, rows: all } = plan.estimate;
  if (plan.where === null || !movesAll(moving) || !exact || all === null) return null;
  return all - rows - (merged?.unchanged ?? 0);
}

function expectedRows({ plan, moving }: Prepared): number | null {
  return plan.where === null && movesAll(moving) && plan.estimate.exact ? plan.estimate.rows : null;
}
