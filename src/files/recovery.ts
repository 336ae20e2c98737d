import { join } from 'node:path';
import { carryOut } from './carry-out.js';
import { forEach } from './durable.js';
import { unless } from './file-system.js';
import type { StoreRecord } from './record.js';
import { runOf, type StoreFolder } from './store-folder.js';

/** Something that a dead run left, and what was done about it. */
export interface Recovered {
  /**
   * - `rolled-forward`: its publication had begun, and was finished.
   * - `rolled-back`: it was being taken back (an undo, or a publication that failed), and that was finished.
   * - `swept`: it had published nothing; what it had staged was removed.
   */
  readonly what: 'rolled-forward' | 'rolled-back' | 'swept';
  /** With `rolled-back`: whether it was an undo. */
  readonly undo?: true;
  /** null for leftovers that bear no run id. */
  readonly runId: string | null;
  /** What that run kept with its data; null unless rolled forward. */
  readonly record: unknown;
}

/**
 * Brings a store to what its records say, whatever a dead run left. For the holder of the lock alone.
 * Gives the state that the store is in then.
 */
export async function settle(
  folder: StoreFolder,
  token: string,
  stillOurs: () => Promise<void>,
): Promise<{ readonly state: StoreRecord; readonly recovered: readonly Recovered[] }> {
  const { fileSystem } = folder;
  let state = await folder.readManifest();
  const recovered: Recovered[] = [];
  const intents = await folder.readIntents();
  // The dead run may not have come as far as this; nothing may change before its intent is durable.
  if (intents.length > 0) await fileSystem.syncFolder(folder.hidden);
  for (const { path, record } of intents) {
    if (record.fence <= state.fence) {
      // Written by a run that had been taken for dead, woke up, and found the store moved on.
      await fileSystem.unlink(path);
      continue;
    }
    await carryOut(folder, record, path, stillOurs);
    if (!record.abandons) state = record;
    recovered.push(
      record.undoes === null
        ? { what: 'rolled-forward', runId: record.run_id, record: record.record }
        : {
            what: 'rolled-back',
            runId: record.undoes,
            record: null,
            ...(record.abandons ? {} : { undo: true }),
          },
    );
  }
  const told = new Set([state.run_id, ...recovered.map(({ runId }) => runId)]);
  const swept = (await sweep(folder, state)).filter((runId) => runId === null || !told.has(runId));
  await removeDrafts(folder, token);
  return {
    state,
    recovered: [...recovered, ...swept.map((runId) => ({ what: 'swept' as const, runId, record: null }))],
  };
}

/**
 * Removes staged and kept files that no record speaks of. Nothing of an unfinished change is touched.
 * Gives the runs that they belonged to.
 */
export async function sweep(folder: StoreFolder, state: StoreRecord): Promise<(string | null)[]> {
  const names = await folder.leftovers(state, await folder.readIntents());
  await forEach(names, (name) => unless('ENOENT', folder.fileSystem.unlink(folder.part(name))));
  return [...new Set(names.map(runOf))];
}

/** Removes half-written records, and what other runs left while they reached for the lock. */
async function removeDrafts(folder: StoreFolder, token: string): Promise<void> {
  for (const { name } of await folder.list(folder.hidden)) {
    const draft = name.endsWith('.tmp') || (name.startsWith('lock-') && !name.startsWith(`lock-${token}`));
    if (draft) await unless('ENOENT', folder.fileSystem.unlink(join(folder.hidden, name)));
  }
}
