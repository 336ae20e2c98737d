import { describe, it } from 'vitest';
import { Random } from '../files/support/random.js';
import { live } from './support/life.js';
import type { RunOptions } from './support/run.js';
import { type ScenarioKind, scenario, Template } from './support/scenario.js';
import { expectNone, full, useTotals } from './support/totals.js';

const totals = useTotals('killed at random times');
const seed = Number(process.env.HYGGE_SEED ?? Date.now() % 1_000_000);
const kills = Number(process.env.HYGGE_KILLS ?? (full ? 2000 : 300));
/** Places at which runs are killed at the same time. */
const lanes = 2;
const kinds: readonly ScenarioKind[] = ['replace', 'incremental', 'merge', 'append'];

/** Kills a run so many milliseconds after its start. */
const killAfter = (milliseconds: number): Pick<RunOptions, 'watch'> => ({
  watch: (child) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
    child.once('exit', () => clearTimeout(timer));
  },
});

/** Lives one after the other, until there have been enough kills. */
async function lane(number: number): Promise<void> {
  const templates: Template[] = [];
  for (const kind of kinds) {
    const route = kind === 'replace' ? 'engine' : null;
    templates.push(await Template.make(scenario(kind, route)));
  }
  try {
    for (let i = number; totals.faults < kills && totals.violations === 0; i += lanes) {
      const random = new Random(seed * 10_000 + i);
      const template = random.pick(templates);
      const place = template.copy(`${i}`);
      // Most of a run of this size is its start; what is of interest comes after that.
      const times = Array.from({ length: 2 + random.below(4) }, () => 0.25 + random.next() * 0.8);
      const faults = times.map((share) => killAfter(share * template.milliseconds));
      const recoverFirst = random.chance(full ? 0.5 : 0.3);
      const again = full || (template.scenario.settles && random.chance(0.5));
      const violations = await live(place, { faults, recoverFirst, again }, totals);
      const shares = times.map((share) => share.toFixed(3)).join(', ');
      const how = `HYGGE_SEED=${seed}, life ${i}, ${template.scenario.name}, killed after ${shares} of a run`;
      expectNone(totals, violations, how);
      place.remove();
    }
  } finally {
    for (const template of templates) template.remove();
  }
}

describe('a run that is killed at any time', () => {
  it(
    `is made good by the next one: ${kills} kills, HYGGE_SEED=${seed}`,
    async () => {
      console.log(`HYGGE_SEED=${seed}`);
      const ends = await Promise.allSettled(Array.from({ length: lanes }, (_, i) => lane(i)));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    },
    full ? 14_400_000 : 1_800_000,
  );
});
