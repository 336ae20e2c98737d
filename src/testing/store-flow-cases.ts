import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Route, type RunType, type WriteMode, writeModes } from '../core/capabilities.js';
import { type ContractCase, caseInFolder } from './case.js';
import { feedFailure } from './feed.js';
import { bring, failure, holds, holdsNothing, listing, tagged } from './feeding.js';
import type { StoreOnTrial } from './store-contract.js';

const runTypes: Readonly<Record<WriteMode, RunType>> = {
  replace: 'full_drop',
  append: 'incremental',
  merge: 'merge',
};

/** What whole flows into a store must come to. */
export function flowCases(trial: StoreOnTrial, route: Route): ContractCase[] {
  const { modes } = trial.definition.capabilities;
  const one = tagged('one', 40);
  const two = tagged('two', 25);
  const none = tagged('none', 0);
  const append = { route, run_type: 'incremental' } as const;
  const ifReplaces = (...cases: ContractCase[]): ContractCase[] => (modes.includes('replace') ? cases : []);
  const ifAppends = (...cases: ContractCase[]): ContractCase[] => (modes.includes('append') ? cases : []);
  const first = modes.includes('replace') ? ({ route } as const) : append;
  const at = (name: string, run: (place: string) => Promise<void>): ContractCase =>
    caseInFolder(`${name} (${route})`, (folder) => run(join(folder, 'store')));

  return [
    at('a store holds what was brought, and counts truly', async (place) => {
      const result = await bring(trial, place, one, first);
      assert.equal(result.status, 'success');
      assert.equal(result.route, route);
      assert.deepEqual([result.rows, result.verified?.rows], [40, 40], 'rows told, and rows verified');
      await holds(trial, place, 'the first run', [one]);
    }),
    ...ifReplaces(
      at('a replace leaves exactly the second run, and a third run the third', async (place) => {
        for (const feed of [one, two, one]) {
          await bring(trial, place, feed, { route });
          await holds(trial, place, 'after a replace', [feed]);
        }
      }),
      at('a replace by no rows leaves no rows', async (place) => {
        await bring(trial, place, one, { route });
        assert.equal((await bring(trial, place, none, { route })).rows, 0);
        await holdsNothing(trial, place, 'no rows are left');
      }),
      at('a store that was replaced by no rows can be filled again', async (place) => {
        await bring(trial, place, none, { route });
        await bring(trial, place, two, { route });
        await holds(trial, place, 'after both', [two]);
      }),
    ),
    ...ifAppends(
      at('an append adds to what is there', async (place) => {
        await bring(trial, place, one, append);
        await bring(trial, place, two, append);
        await holds(trial, place, 'after two appends', [one, two]);
      }),
      at('an append of no rows changes nothing, and is told as such', async (place) => {
        await bring(trial, place, one, append);
        const before = await listing(place);
        const result = await bring(trial, place, none, append);
        assert.deepEqual([result.status, result.rows], ['skip', 0]);
        await holds(trial, place, 'after an append of nothing', [one]);
        assert.deepEqual(await listing(place), before, 'nothing was added or left behind');
      }),
    ),
    ...(modes.includes('append') && modes.includes('replace')
      ? [
          at('a replace takes away what appends have added', async (place) => {
            await bring(trial, place, one, { route });
            await bring(trial, place, two, append);
            await bring(trial, place, tagged('three', 5), { route });
            await holds(trial, place, 'after a replace', [tagged('three', 5)]);
          }),
        ]
      : []),
    at('more rows than a store keeps together arrive all the same', async (place) => {
      const many = tagged('many', trial.manyRows);
      assert.equal((await bring(trial, place, many, first)).rows, trial.manyRows);
      await holds(trial, place, 'many rows', [many]);
    }),
    at('a home that fails in the middle leaves what was there, and nothing else', async (place) => {
      await bring(trial, place, one, first);
      const before = await listing(place);
      const broken = { ...tagged('broken', 20_000), failsAt: 15_000 };
      const error = await failure(bring(trial, place, broken, first), 'a run with a broken home');
      assert.ok(error.message.includes(feedFailure), `the error tells what the home said: ${error.message}`);
      await holds(trial, place, 'after a run that failed', [one]);
      assert.deepEqual(await listing(place), before, 'nothing is left of the run that failed');
      await bring(trial, place, two, first);
      await holds(trial, place, 'the next run', modes.includes('replace') ? [two] : [one, two]);
    }),
    at('a first run that fails leaves nothing to be read', async (place) => {
      const broken = { ...tagged('broken', 20_000), failsAt: 15_000 };
      await failure(bring(trial, place, broken, first), 'a first run with a broken home');
      await holdsNothing(trial, place, 'nothing is there');
    }),
    ...writeModes
      .filter((mode) => !modes.includes(mode))
      .map((mode) =>
        at(`a store that does not ${mode} refuses to before anything is written`, async (place) => {
          const error = await failure(
            bring(trial, place, one, { route, run_type: runTypes[mode] }),
            `a run that would ${mode}`,
          );
          assert.equal(error.code, 'MODE_UNSUPPORTED');
          assert.deepEqual(await listing(place), []);
        }),
      ),
  ];
}
