import { expect, it } from 'vitest';
import { visible } from '../integration/workplace.js';
import type { Fault } from './support/fault.js';
import { saidUnexpected } from './support/life.js';
import { violationsAfterFailure, violationsAtRest } from './support/oracle.js';
import { hygge, type RunOptions } from './support/run.js';
import { type Place, scenario, Template } from './support/scenario.js';
import { stepsOf } from './support/steps.js';
import { expectNone, full, useTotals } from './support/totals.js';

const totals = useTotals('compactions');
const every = full ? 1 : 9;

/** The rows of a store are the same before and after it was compacted. */
const sameRows = { ...scenario('replace', 'splice'), expected: () => 'SELECT * FROM before' };

const compact = (place: Place, options: RunOptions = {}) => {
  totals.runs += 1;
  return hygge(place.project, ['compact', '--rows', '100000'], options);
};

async function faultsOf(template: Template): Promise<Fault[]> {
  const steps = await stepsOf(template, (place) => compact(place, { counted: true }), { every });
  return steps.flatMap(({ kind, at, isEach }): Fault[] => [
    { kind, at, how: kind === 'write' ? 'kill-half' : 'kill' },
    ...(full || (isEach && at % 2 === 0) ? [{ kind, at, how: 'EIO' } as const] : []),
  ]);
}

it('a compaction that fails at any step leaves the old files or the new, with the same rows', async () => {
  const template = await Template.make(sameRows);
  try {
    const faults = await faultsOf(template);
    expect(faults.length).toBeGreaterThan(20);
    for (const [i, fault] of faults.entries()) {
      const place = template.copy(`${i}`);
      const problems: string[] = [];
      const ended = await compact(place, { fault });
      if (ended.fired) totals.faults += 1;
      if (ended.signal !== 'SIGKILL') {
        problems.push(...saidUnexpected(ended));
        // of this it is said that the next start decides
        if (!/PUBLISH_UNFINISHED/.test(ended.said)) problems.push(...(await violationsAfterFailure(place)));
      }
      // either is enough to bring it to the one or the other
      const next = i % 2 === 0 ? await hygge(place.project, ['recover']) : await compact(place);
      if (next.code !== 0) problems.push(`the next one failed: ${next.said}`);
      problems.push(...(await violationsAtRest(place)));
      const left = visible(place.store).length;
      if (i % 2 === 1 && left !== 1) problems.push(`${left} files are left`);
      if (problems.length === 0 && ended.fired) totals.recoveries += 1;
      expectNone(totals, problems, JSON.stringify(fault));
      place.remove();
    }
  } finally {
    template.remove();
  }
}, 1_800_000);
