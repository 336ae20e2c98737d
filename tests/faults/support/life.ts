import type { Fault } from './fault.js';
import { readManifest, violationsAfterFailure, violationsAtRest, violationsOfSuccess } from './oracle.js';
import { Reader } from './reader.js';
import { type Ended, hygge, type RunOptions } from './run.js';
import type { Place } from './scenario.js';
import type { Totals } from './totals.js';

/** What happens to a store, run by run. */
export interface Life {
  /** What goes wrong in one run after the other; recovery from one is what the next is injected into. */
  readonly faults: readonly (Fault | Pick<RunOptions, 'watch' | 'before'>)[];
  /** Whether the store is recovered by itself before it is run again, and looked at in between. */
  readonly recoverFirst: boolean;
  /** Whether one more run follows the one that makes all good. */
  readonly again: boolean;
}

/** Goes through faults and recovery, and holds what comes out against all that is promised. */
export async function live(place: Place, life: Life, totals: Totals): Promise<string[]> {
  const violations: string[] = [];
  const reader = new Reader(place.store, place.scenario.seen.during);
  let faults = 0;
  const note = (problems: readonly string[], when: string): void => {
    for (const problem of problems) violations.push(`${when}: ${problem}`);
  };
  for (const [i, fault] of life.faults.entries()) {
    const ended = await place.go('kind' in fault ? { fault } : fault);
    totals.runs += 1;
    if (ended.fired) faults += 1;
    note(await problemsOf(ended, place, fault), `run ${i + 1}`);
  }
  await reader.stop();
  note(reader.violations.slice(0, 3), 'during the faults');
  totals.faults += faults;
  if (life.recoverFirst) {
    const ended = await hygge(place.project, ['recover']);
    totals.runs += 1;
    const recovered = ended.code === 0 ? await violationsAtRest(place) : [`it failed: ${ended.said}`];
    note([...saidUnexpected(ended), ...recovered, ...(await seenBy(place))], 'after hygge recover');
  }
  note(await rerun(place, totals), 'the rerun');
  if (life.again) note(await again(place, totals), 'the run after the rerun');
  if (violations.length === 0 && faults > 0) totals.recoveries += 1;
  return violations;
}

/** A run that lived to speak, whatever went wrong in it, has said the truth. */
async function problemsOf(
  ended: Ended,
  place: Place,
  fault: Life['faults'][number],
): Promise<readonly string[]> {
  if (ended.signal === 'SIGKILL') return [];
  const unexpected = saidUnexpected(ended);
  if (unexpected.length > 0) return unexpected;
  // Of these two it is said that the next start decides.
  if (/PUBLISH_UNFINISHED|LOCK_LOST/.test(ended.said)) return [];
  const nothingGoes = 'kind' in fault && fault.kind === 'unlink' && fault.how !== 'kill';
  if (ended.code === 0) return nothingGoes ? violationsOfSuccess(place) : violationsAtRest(place);
  return ended.code === 1 ? violationsAfterFailure(place) : [`it ended with ${ended.code}: ${ended.said}`];
}

/** One look of a reader when nothing is going on. */
async function seenBy(place: Place): Promise<readonly string[]> {
  const reader = new Reader(place.store, place.scenario.seen.after);
  await reader.stop();
  return reader.violations;
}

async function rerun(place: Place, totals: Totals): Promise<string[]> {
  const reader = new Reader(place.store, place.scenario.seen.during);
  const ended = await place.go();
  totals.runs += 1;
  await reader.stop();
  if (ended.code !== 0) return [`it failed (${ended.code ?? ended.signal}): ${ended.said}`];
  const rest = await violationsAtRest(place);
  return [...reader.violations.slice(0, 3), ...rest, ...(await seenBy(place))];
}

/** A further run moves nothing where there is nothing new, and brings the same where it brings all. */
async function again(place: Place, totals: Totals): Promise<string[]> {
  const before = readManifest(place);
  const ended = await place.go();
  totals.runs += 1;
  if (ended.code !== 0) return [`it failed (${ended.code ?? ended.signal}): ${ended.said}`];
  const after = readManifest(place);
  const moved = place.scenario.settles && JSON.stringify(after) !== JSON.stringify(before);
  return [...(moved ? ['it moved something'] : []), ...(await violationsAtRest(place))];
}

/** Errors are told as such; a process that breaks down, or that hangs until it is stopped, is not meant to. */
export function saidUnexpected(ended: Ended): string[] {
  const { signal, said, milliseconds } = ended;
  if (signal !== null && signal !== 'SIGKILL')
    return [`it ended with ${signal} after ${Math.round(milliseconds)} ms: ${said}`];
  return /\bINTERNAL\b|UnhandledPromise|triggerUncaughtException/.test(said) ? [`it said: ${said}`] : [];
}
