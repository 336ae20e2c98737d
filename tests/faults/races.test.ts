import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Random } from '../files/support/random.js';
import { saidUnexpected } from './support/life.js';
import { readManifest, violationsAtRest } from './support/oracle.js';
import type { Ended } from './support/run.js';
import { type Place, type ScenarioKind, scenario, Template } from './support/scenario.js';
import { expectNone, full, useTotals } from './support/totals.js';

const totals = useTotals('two runs at one store');
const seed = Number(process.env.HYGGE_SEED ?? 1);
const rounds = full ? 50 : 8;

const lockOf = (place: Place): string => join(place.store, '.hygge', 'lock.json');

describe.each(['append', 'replace', 'incremental'] as const)(
  'two runs at one store (%s)',
  (kind: ScenarioKind) => {
    it(`one after the other or one alone, ${rounds} rounds`, async () => {
      const template = await Template.make(scenario(kind, null));
      const place = template.copy('place');
      const random = new Random(seed);
      let succeeded = 0;
      for (let round = 0; round < rounds; round++) {
        const late = async (): Promise<Ended> => {
          await pause(random.below(200));
          return place.go();
        };
        const ends = await Promise.all([place.go(), late()]);
        totals.runs += 2;
        totals.faults += 1;
        const wrong = ends.flatMap((ended) => {
          if (ended.code === 0 || /STORE_LOCKED/.test(ended.said)) return saidUnexpected(ended);
          return [`it ended with ${ended.code}: ${ended.said}`];
        });
        const passed = ends.filter(({ code }) => code === 0).length;
        if (passed === 0) wrong.push('neither of the two came through');
        succeeded += passed;
        wrong.push(...(await violationsAtRest(place)));
        expectNone(totals, wrong, `HYGGE_SEED=${seed}, ${kind}, round ${round}`);
      }
      const runs = new Set(readManifest(place).files.map((file) => file.run_id));
      if (kind === 'append') expect(runs.size).toBe(1 + succeeded);
      template.remove();
    }, 900_000);
  },
);

describe('a store that is held', () => {
  it('is told of by name, and taken over when its holder was killed in the middle', async () => {
    const template = await Template.make(scenario('replace', 'engine'));
    const place = template.copy('place');
    let stopped = false;
    let kill = (): void => {};
    const held = place.go({
      watch: (child) => {
        kill = () => void child.kill('SIGKILL');
        const timer = setInterval(() => {
          if (!existsSync(lockOf(place))) return;
          stopped = child.kill('SIGSTOP');
          clearInterval(timer);
        }, 1);
        child.once('exit', () => clearInterval(timer));
      },
    });
    while (!stopped) await pause(1);
    const refused = await place.go();
    expect(refused.code).toBe(1);
    expect(refused.said).toMatch(/STORE_LOCKED.*f \(run [0-9a-z]+, process \d+/);
    kill();
    expect((await held).signal).toBe('SIGKILL');
    const taken = await place.go();
    expect(taken.said).not.toContain('STORE_LOCKED');
    expect(taken.code).toBe(0);
    totals.runs += 3;
    totals.faults += 1;
    expectNone(totals, await violationsAtRest(place), 'a holder that was stopped, then killed');
    totals.recoveries += 1;
    template.remove();
  });
});
