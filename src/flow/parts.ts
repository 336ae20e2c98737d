import type { OnMove } from './move.js';
import type { Prepared } from './prepare.js';
import type { Given } from './verify.js';
import { wantedColumns } from './wanted.js';
import { everything, movedRelation, movesAll } from './window/moving.js';

/** Whether rows can be written while others are still on their way: each is then read once, and there only. */
export function hasParts({ plan, home, store, moving }: Prepared): boolean {
  if (home.parts === undefined || store.takesParts !== true || store.writeRelation === undefined)
    return false;
  // A window looks at rows before it moves them, and fingerprints after.
  return (
    plan.limit === null && movesAll(moving) && moving.home === null && plan.settings.verify !== 'fingerprint'
  );
}

/** One statement of the engine for each part of the home. */
export async function moveParts(prepared: Prepared, onMove: OnMove): Promise<Given> {
  const { plan, home, store, shape, watchdog } = prepared;
  let rows = 0;
  const total = plan.estimate.rows;
  const move = async (): Promise<void> => {
    for await (const part of home.parts?.(wantedColumns(plan, shape.reads)) ?? []) {
      watchdog.progress();
      const shaped = movedRelation(part, shape, everything, plan.output);
      await store.writeRelation?.(shaped, () => watchdog.progress());
      rows += part.rows ?? 0;
      onMove({ rows, fraction: total === null || total === 0 ? null : Math.min(1, rows / total) });
    }
  };
  await watchdog.hold(move());
  return { rows: plan.where === null ? rows : null, values: null };
}
