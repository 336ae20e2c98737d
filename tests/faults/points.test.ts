import { describe, it } from 'vitest';
import { Random } from '../files/support/random.js';
import type { Fault } from './support/fault.js';
import { live } from './support/life.js';
import { type Scenario, type ScenarioKind, scenario, Template } from './support/scenario.js';
import { stepsOf } from './support/steps.js';
import { expectNone, full, useTotals } from './support/totals.js';

const totals = useTotals('killed at every step');
const seed = Number(process.env.HYGGE_SEED ?? 1);

const every = full ? 1 : 9;

/** The points of one run: before every call of a kind, after it, and in the middle of what can be cut in two. */
async function pointsOf(template: Template): Promise<Fault[]> {
  const steps = await stepsOf(template, (place) => place.go({ counted: true }), { every, seed });
  return steps.flatMap(({ kind, at }): Fault[] => [
    { kind, at, how: kind === 'write' ? 'kill-half' : 'kill' },
    ...(full ? [{ kind, at, how: 'kill-after' } as const] : []),
  ]);
}

/** Kills during recovery: at any call of a run that finds what the one before it left. */
function deeper(random: Random): Fault[] {
  const depth = full ? random.below(6) : Math.max(0, random.below(12) - 7);
  return Array.from({ length: Math.min(5, depth) }, () => ({
    kind: random.pick(['fsync', 'rename', 'unlink', 'link', 'write', 'open', 'any'] as const),
    at: 1 + random.below(random.pick([4, 15])),
    how: random.pick(['kill', 'kill', 'kill-after', 'kill-half'] as const),
  }));
}

const all: readonly (readonly [ScenarioKind, Scenario['route']])[] = [
  ['replace', 'splice'],
  ['append', 'engine'],
  ['incremental', null],
  ['merge', null],
];
const more: typeof all = [
  ['replace', 'engine'],
  ['append', 'splice'],
  ['incremental', 'engine'],
];

describe('a run that is killed at any step of its own', () => {
  it.each(full ? [...all, ...more] : all)(
    'is made good by the next one: %s, %s',
    async (kind, route) => {
      const template = await Template.make(scenario(kind, route));
      try {
        for (const [i, fault] of (await pointsOf(template)).entries()) {
          const random = new Random(seed * 1000 + i);
          const place = template.copy(`${i}`);
          const faults = [fault, ...deeper(random)];
          const recoverFirst = random.chance(full ? 0.5 : 0.3);
          const again = full || (template.scenario.settles ? i % 3 === 0 : i % 12 === 0);
          const violations = await live(place, { faults, recoverFirst, again }, totals);
          const how = `HYGGE_SEED=${seed}, ${kind} ${route}, ${JSON.stringify(faults)}`;
          expectNone(totals, violations, how);
          place.remove();
        }
      } finally {
        template.remove();
      }
    },
    full ? 7_200_000 : 1_200_000,
  );
});
