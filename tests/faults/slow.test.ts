import { expect, it } from 'vitest';
import type { Fault } from './support/fault.js';
import { live } from './support/life.js';
import { scenario, Template } from './support/scenario.js';
import { stepsOf } from './support/steps.js';
import { expectNone, full, useTotals } from './support/totals.js';

const totals = useTotals('on a slow file system');

/** Nothing but slowness. */
const slow: Fault = { kind: 'any', at: Number.MAX_SAFE_INTEGER, how: 'EIO', slow: true };

it('a run on a slow file system leaves its calls to other threads, and is made good after a kill or a failure', async () => {
  const template = await Template.make(scenario('replace', 'splice'));
  try {
    const place = template.copy('place');
    const { calls } = await place.go({ fault: slow });
    expect(calls.filter(({ inPlace }) => inPlace).length).toBeLessThan(calls.length / 8);
    place.remove();
    const steps = await stepsOf(template, (probe) => probe.go({ fault: slow }), { every: full ? 1 : 3 });
    const chosen = steps.filter((_, i) => full || i % 2 === 0);
    for (const [i, { kind, at }] of chosen.entries()) {
      const how =
        kind === 'write' ? (['kill-half', 'ENOSPC'] as const)[i % 2] : (['kill', 'EIO'] as const)[i % 2];
      const faults: Fault[] = [{ kind, at, how: how ?? 'kill', slow: true }];
      const spot = template.copy(`${i}`);
      const violations = await live(spot, { faults, recoverFirst: false, again: false }, totals);
      expectNone(totals, violations, JSON.stringify(faults));
      spot.remove();
    }
  } finally {
    template.remove();
  }
}, 1_800_000);
