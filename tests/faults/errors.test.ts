import { describe, expect, it } from 'vitest';
import { Random } from '../files/support/random.js';
import { type Fault, type Kind, places } from './support/fault.js';
import { live } from './support/life.js';
import { type Scenario, type ScenarioKind, scenario, Template } from './support/scenario.js';
import { expectNone, full, useTotals } from './support/totals.js';

const totals = useTotals('errors of the disk');
const seed = Number(process.env.HYGGE_SEED ?? Date.now() % 1_000_000);

/** Enough to fail every call from one on. */
const fromThenOn = 1_000_000;

async function eachFault(template: Template, faults: readonly Fault[]): Promise<void> {
  for (const [i, fault] of faults.entries()) {
    const place = template.copy(`${i}`);
    const again = full || i % 6 === 0;
    const violations = await live(place, { faults: [fault], recoverFirst: i % 3 === 0, again }, totals);
    expectNone(totals, violations, `${template.scenario.name}, ${JSON.stringify(fault)}`);
    place.remove();
  }
}

/** How often a run that nothing goes wrong in makes a call. */
async function count(template: Template, kind: Kind, where = ''): Promise<number> {
  const place = template.copy('probe');
  const { calls, code, said } = await place.go({ counted: true });
  totals.runs += 1;
  expect(code, said).toBe(0);
  place.remove();
  return calls.filter((call) => call.kind === kind && new RegExp(where).test(call.path)).length;
}

async function within(
  kind: ScenarioKind,
  route: Scenario['route'],
  test: (template: Template) => Promise<void>,
): Promise<void> {
  const template = await Template.make(scenario(kind, route));
  try {
    await test(template);
  } finally {
    template.remove();
  }
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

const scenarios: readonly (readonly [ScenarioKind, Scenario['route']])[] = full
  ? [
      ['replace', 'splice'],
      ['replace', 'engine'],
      ['append', 'splice'],
      ['incremental', null],
      ['merge', null],
    ]
  : [
      ['replace', 'splice'],
      ['incremental', null],
    ];

describe.each(scenarios)('a store that is filled (%s, route %s)', (kind, route) => {
  it(
    'holds the old data or the new when the Nth fsync fails, for every N',
    () =>
      within(kind, route, async (template) => {
        const fsyncs = numbers(await count(template, 'fsync'));
        expect(fsyncs.length).toBeGreaterThan(5);
        const once = fsyncs.map((at): Fault => ({ kind: 'fsync', at, how: 'EIO' }));
        const on = fsyncs.map((at): Fault => ({ kind: 'fsync', at, how: 'EIO', times: fromThenOn }));
        await eachFault(template, [...once, ...on.filter(({ at }) => full || at % 4 === 0)]);
      }),
    1_800_000,
  );

  it.each(Object.entries(places))(
    'holds the old data or the new when the disk is full: %s',
    (_, where) =>
      within(kind, route, async (template) => {
        const writes = numbers(await count(template, 'write', where));
        await eachFault(
          template,
          writes.flatMap((at): Fault[] => {
            const fault: Fault = { kind: 'write', at, how: 'ENOSPC', where };
            return full ? [fault, { ...fault, times: fromThenOn }] : [{ ...fault, times: fromThenOn }];
          }),
        );
      }),
    1_800_000,
  );

  it(
    `holds the old data or the new when the disk is full now and then: HYGGE_SEED=${seed}`,
    () =>
      within(kind, route, async (template) => {
        const random = new Random(seed);
        const faults = numbers(full ? 60 : 4).map(
          (): Fault => ({
            kind: 'write',
            at: random.below(1_000_000),
            how: 'ENOSPC',
            share: random.pick([0.02, 0.1, 0.3]),
          }),
        );
        await eachFault(template, faults);
      }),
    1_800_000,
  );

  it(
    'holds the old data or the new when names cannot be changed',
    () =>
      within(kind, route, async (template) => {
        // Nothing can be taken out any more, and nothing that was put in place can be taken back.
        const faults: Fault[] = [{ kind: 'unlink', at: 2, how: 'EROFS', times: fromThenOn }];
        for (const name of ['rename', 'link', 'unlink', 'mkdir'] as const) {
          const every = full ? 1 : 3;
          for (const at of numbers(await count(template, name)).filter((i) => i % every === 1 % every)) {
            faults.push({ kind: name, at, how: 'EIO' });
            if (full) faults.push({ kind: name, at, how: 'EROFS', times: fromThenOn });
            if (full) faults.push({ kind: name, at, how: 'ENOSPC', times: 2 });
          }
        }
        await eachFault(template, faults);
      }),
    1_800_000,
  );

  it(
    'holds the old data or the new when no more files can be opened',
    () =>
      within(kind, route, async (template) => {
        const opens = numbers(await count(template, 'open'));
        const faults = opens
          .filter((at) => full || at % 7 === 0)
          .flatMap((at): Fault[] => [{ kind: 'open', at, how: 'EMFILE', times: at % 2 === 0 ? 3 : 1 }]);
        await eachFault(template, faults);
      }),
    1_800_000,
  );
});
