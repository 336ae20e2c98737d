import type { HomePart } from '../core/home.js';
import type { StoreSession } from '../core/store.js';
import type { OnMove } from './move.js';
import type { Prepared } from './prepare.js';
import type { Given } from './verify.js';
import { wantedColumns } from './wanted.js';
import { everything, movedRelation, movesAll } from './window/moving.js';

/** Whether rows can be written while others are still on their way: each is then read once, and there only. */
export function hasParts({ plan, home, store, moving }: Prepared): boolean {
  if (home.parts === undefined || partsAtOnce(store) === 0 || store.writeRelation === undefined) return false;
  // A window looks at rows before it moves them, and fingerprints after.
  return (
    plan.limit === null && movesAll(moving) && moving.home === null && plan.settings.verify !== 'fingerprint'
  );
}

const partsAtOnce = (store: StoreSession): number => store.partsAtOnce ?? 0;

/** One statement of the engine for each part of the home. */
export async function moveParts(prepared: Prepared, onMove: OnMove): Promise<Given> {
  const { plan, home, store, shape, watchdog } = prepared;
  const parts = home.parts?.(wantedColumns(plan, shape.reads))[Symbol.asyncIterator]();
  let rows = 0;
  const total = plan.estimate.rows;
  const write = async (part: HomePart): Promise<void> => {
    watchdog.progress();
    try {
      const shaped = movedRelation(part, shape, everything, plan.output);
      await store.writeRelation?.(shaped, () => watchdog.progress());
    } finally {
      // The home may wait for it before it goes on, or ends.
      await part.done();
    }
    rows += part.rows ?? 0;
    onMove({ rows, fraction: total === null || total === 0 ? null : Math.min(1, rows / total) });
  };
  const writeAll = async (): Promise<void> => {
    for (let next = await parts?.next(); next?.done === false; next = await parts?.next())
      await write(next.value);
  };
  const writers = Array.from({ length: partsAtOnce(store) }, () => writeAll());
  // Those that are left when one has failed still write, and the home still has something to tidy up.
  const ended = Promise.allSettled(writers).then(async () => {
    await parts?.return?.();
  });
  await Promise.all([...writers, ended].map((work) => watchdog.hold(work)));
  return { rows: plan.where === null ? rows : null, values: null };
}
