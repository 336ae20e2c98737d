import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { live } from '../support/life.js';
import { type ScenarioKind, scenario, Template } from '../support/scenario.js';
import { expectNone, useTotals } from '../support/totals.js';

const totals = useTotals('killed at system calls, by strace');
const found = spawnSync('strace', ['-V']).status === 0;

/** Calls of the whole process, those of the engine too. */
const calls = [
  ['fsync,fdatasync', 40, 1],
  ['rename,renameat,renameat2', 20, 1],
  ['unlink,unlinkat', 40, 1],
  ['link,linkat', 40, 1],
  ['write,pwrite64', 400, 17],
  ['openat', 1200, 71],
] as const;

describe.runIf(found)('a run that is killed at a system call', () => {
  it.each([
    ['replace', 'splice'],
    ['replace', 'engine'],
    ['incremental', null],
    ['merge', null],
  ] as const)(
    'is made good by the next one: %s, %s',
    async (kind: ScenarioKind, route) => {
      const template = await Template.make(scenario(kind, route));
      for (const [names, most, step] of calls) {
        for (let at = 1; at <= most; at += step) {
          const place = template.copy(`${names.slice(0, 4)}-${at}`);
          // libuv's calls on one thread, so that their numbers mean the same in every run.
          const inject = ['-e', `trace=${names}`, '-e', `inject=${names}:signal=SIGKILL:when=${at}`];
          const before = ['strace', '-f', '-qq', '-o', '/dev/null', ...inject];
          const faults = [{ before, env: { UV_THREADPOOL_SIZE: '1' } }];
          const past = totals.faults;
          const again = at % 5 === 0;
          const violations = await live(place, { faults, recoverFirst: at % 2 === 0, again }, totals);
          expectNone(totals, violations, `${kind} ${route}, ${names} number ${at}`);
          place.remove();
          // The run came to its end: there is no later call to be killed at.
          if (totals.faults === past) break;
        }
      }
      template.remove();
      expect(totals.faults).toBeGreaterThan(0);
    },
    3_600_000,
  );
});
