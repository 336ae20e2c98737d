import type { Relation } from '../core/engine.js';
import { type Fingerprint, firstDifference, type VerifyLevel } from '../core/fingerprint.js';
import type { Staged, StoreSession } from '../core/store.js';
import type { Schema } from '../core/types.js';
import { fingerprintOf, identifier } from '../engine/index.js';
import { fail } from '../errors/index.js';
import type { LazySession } from './context.js';
import type { Prepared } from './prepare.js';
import { movesAll } from './window/moving.js';
import { constant } from './window/ordered.js';

/** What a move has given to the store, to hold what was staged against. */
export interface Given {
  /** Rows; null where the store's own count must do. */
  readonly rows: number | null;
  /** The rows that were not copied as files: where they are, or what they were; null where there are none. */
  readonly values: Relation | Fingerprint | null;
}

/** VERIFY_UNSUPPORTED where the store cannot be asked for what the flow wants. Before anything is moved. */
export function checkVerifiable(
  { name, level, type, schema }: { name: string; level: VerifyLevel; type: string; schema: Schema },
  store: StoreSession,
): void {
  if (level !== 'fingerprint') return;
  const reason =
    store.staged === undefined
      ? `a ${type} store does not read back what it has staged`
      : schema.map((column) => store.unverifiable?.(column) ?? null).find((one) => one !== null);
  if (reason !== undefined) throw fail('VERIFY_UNSUPPORTED', { name, reason });
}

/**
 * Holds what was staged against what was given, as closely as the flow asks. ROWS_DIFFER, FINGERPRINT_DIFFERS.
 * Gives the fingerprint of what was staged; null where none was asked for.
 */
export async function verifyStaged(
  prepared: Prepared,
  given: Given,
  staged: Staged,
): Promise<Fingerprint | null> {
  const { plan } = prepared;
  const level = plan.settings.verify;
  if (level === 'none') return null;
  const counted = staged.rows + (staged.merged?.unchanged ?? 0);
  if (given.rows !== null && given.rows !== counted) {
    throw fail('ROWS_DIFFER', { name: plan.name, read: given.rows, staged: staged.rows });
  }
  if (level === 'counts') return null;
  const values = given.values === null ? null : await compareValues(prepared, given.values);
  return staged.fingerprint ?? values;
}

async function compareValues(prepared: Prepared, given: Relation | Fingerprint): Promise<Fingerprint> {
  const { plan, store, homeSession, storeSession, watchdog } = prepared;
  const options = { signal: watchdog.signal, onProgress: () => watchdog.progress() };
  const print = async (session: LazySession, sql: string): Promise<Fingerprint> =>
    watchdog.race(fingerprintOf(await session.get(), sql, plan.output, options));
  const home = 'sql' in given ? await print(homeSession, given.sql) : given;
  const staged = (await watchdog.race(store.staged?.() ?? Promise.resolve(null)))?.sql;
  watchdog.progress();
  if (staged === undefined) {
    if (home.rows > 0) throw fail('ROWS_DIFFER', { name: plan.name, read: home.rows, staged: 0 });
    return home;
  }
  const there = await print(storeSession, staged);
  watchdog.progress();
  const difference = firstDifference(home, there);
  if (difference !== null) throw fail('FINGERPRINT_DIFFERS', { name: plan.name, ...difference });
  return there;
}

/**
 * Some work that reads the home through the engine, with the home's own checksums checked beside it. Where both fail,
 * the checksums tell more. `rows`: whether all rows are read that way, or the late ones of a window alone.
 */
export async function withHomeChecked(
  prepared: Prepared,
  rows: 'all' | 'late',
  work: Promise<void>,
): Promise<void> {
  const { plan, home, shape, moving, watchdog } = prepared;
  const conditions = conditionsOf(prepared, rows);
  // a condition, or a value that is made, may look at columns that are not moved
  const looksAround = conditions.length > 0 || shape.reads.length > 0 || !movesAll(moving);
  const all = plan.columns === null || looksAround;
  const columns = all ? null : (plan.columns?.map(({ from }) => from) ?? null);
  const onProgress = (): void => watchdog.progress();
  // of a sample the least part is read, and that the engine reads
  const check =
    plan.limit !== null
      ? undefined
      : home.check?.({ columns, conditions, signal: watchdog.signal, onProgress });
  const [checked, worked] = await Promise.allSettled([check, work]);
  if (checked.status === 'rejected') throw checked.reason;
  if (worked.status === 'rejected') throw worked.reason;
}

/** Conditions that hold for all rows that are read. */
function conditionsOf({ plan, moving }: Prepared, rows: 'all' | 'late'): string[] {
  const { fresh, late, merge, reach } = moving;
  const window = plan.watermark;
  const type = plan.schema.find(({ name }) => name === window?.column)?.type;
  // rows without a place in the order lie anywhere; where there are such, nothing reaches for less than everything
  const isBelow =
    rows === 'late' && reach !== null && window !== null && window.held_to !== null && type !== undefined
      ? `${identifier(window.column)} <= ${constant(window.held_to, type)}`
      : null;
  const isFresh = late === null && merge === null && typeof fresh === 'string' ? fresh : reach;
  return [plan.where, isFresh, isBelow].filter((condition) => condition !== null);
}
