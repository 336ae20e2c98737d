import assert from 'node:assert/strict';
import { join } from 'node:path';
import { asRunRecord, type EarlierRun } from '../core/run-record.js';
import type { StoreSession } from '../core/store.js';
import { type ContractCase, caseInFolder } from './case.js';
import { bring, failure, holds, listing, tagged } from './feeding.js';
import type { StoreOnTrial } from './store-contract.js';
import { atWorkbench, withStore } from './workbench.js';

/** What is asked of a store that can recover, or take a run back. Others pass: both are optional. */
export function recoveryCases(trial: StoreOnTrial): ContractCase[] {
  const { modes } = trial.definition.capabilities;
  const adds = modes.includes('append');
  const [one, two] = [tagged('one', 30), tagged('two', 20)];
  const at = (name: string, run: (place: string) => Promise<void>): ContractCase =>
    caseInFolder(name, (folder) => run(join(folder, 'store')));
  const open = <T>(place: string, work: (session: StoreSession) => Promise<T>): Promise<T> =>
    atWorkbench((bench) => withStore(trial.store(place), bench.store, work), undefined, trial.connections);
  const twice = async (place: string): Promise<void> => {
    const how = { run_type: adds ? 'incremental' : 'full_drop' } as const;
    await bring(trial, place, one, how);
    await bring(trial, place, two, how);
  };
  const both = adds ? [one, two] : [two];

  return [
    at('recovering where there is nothing makes nothing', async (place) => {
      assert.deepEqual((await open(place, async (session) => session.recover?.())) ?? [], []);
      assert.deepEqual(await listing(place), []);
    }),
    at('recovering after a run that lived changes nothing, and tells what it kept', async (place) => {
      await twice(place);
      const told = await open(place, async (session) => session.recover?.());
      await holds(trial, place, 'after recovering', both);
      if (told === undefined) return;
      assert.deepEqual(
        told.filter(({ message }) => message !== null),
        [],
        'nothing had to be done',
      );
      const last = published(told);
      assert.equal(asRunRecord(last.record)?.run_id, last.runId, 'the record is that of the last run');
      assert.equal(asRunRecord(last.record)?.rows, 20);
    }),
    at('the last run can be taken back, once, and no other', async (place) => {
      await twice(place);
      const undone = await open(place, async (session) => {
        if (session.checkUndo === undefined || session.undo === undefined) return null;
        const { runId } = published((await session.recover?.()) ?? []);
        assert.ok(runId !== null, 'a run that published has an id');
        const other = await failure(session.checkUndo('another'), 'taking back a run that is not the last');
        assert.equal(other.code, 'NOTHING_TO_UNDO');
        await session.checkUndo(runId);
        const { record } = await session.undo(runId);
        assert.equal(asRunRecord(record)?.rows, 30, 'what the run before kept is back');
        return runId;
      });
      await holds(trial, place, 'after taking the last run back', undone === null ? both : [one]);
      if (undone === null) return;
      await open(place, async (session) => {
        const told = (await session.recover?.()) ?? [];
        assert.ok(
          told.some(({ what, runId }) => what === 'undone' && runId === undone),
          'it tells that the run was taken back',
        );
        const again = await failure(session.checkUndo?.(undone) ?? Promise.resolve(), 'taking it back again');
        assert.equal(again.code, 'NOTHING_TO_UNDO');
      });
      await holds(trial, place, 'after trying again', [one]);
    }),
  ];
}

function published(told: readonly EarlierRun[]): EarlierRun {
  const last = told.find(({ what }) => what === 'published');
  assert.ok(last !== undefined, 'it tells which run published last');
  return last;
}
