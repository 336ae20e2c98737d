import { existsSync } from 'node:fs';
import type { EntityConfig } from '../core/entity-config.js';
import type { WorkspaceConfig } from '../core/workspace.js';
import { fail } from '../errors/index.js';
import { type QuarantineFolder, type QuarantineNote, quarantineFolders } from '../files/index.js';
import { type JournalEntry, openJournal, standing } from '../journal/index.js';
import { type Selection, select } from './select.js';

/**
 * The runs of an entity whose rows lie in the quarantine, the oldest first: they published, no other run moved those rows,
 * and none has replaced since what the store holds, and looked at all rows anew.
 */
export function runsAside(entries: readonly JournalEntry[], config: EntityConfig): readonly string[] {
  const own = standing(entries).filter(({ name }) => name === config.name);
  const last = own.findLastIndex((entry) => replaces(entry, config));
  const retried = new Set(own.flatMap(({ retries }) => retries ?? []));
  return own
    .slice(Math.max(0, last))
    .filter(({ rows_quarantined: rows, coordinator_run_id: run }) => rows > 0 && !retried.has(run))
    .map(({ coordinator_run_id: run }) => run);
}

/** Whether a run took out what the store held before. */
const replaces = ({ run_type, retries }: JournalEntry, { append }: EntityConfig): boolean =>
  retries === null && (append === null ? run_type === 'full_drop' : !append);

/**
 * What lies in the quarantine of a run.
 * - `waiting`: it published the others; these wait to be mended.
 * - `retried`: another run has moved them since; this is a copy.
 * - `replaced`: another run has replaced since what the store held, and looked at all rows anew.
 * - `unpublished`: it published nothing, or was taken back; its rows are still where they come from.
 */
export type QuarantineState = 'waiting' | 'retried' | 'replaced' | 'unpublished';

/** What one run of an entity put aside. */
export interface QuarantinedRun {
  readonly config: EntityConfig;
  readonly folder: QuarantineFolder;
  /** null where no row broke the contract. */
  readonly note: QuarantineNote | null;
  /** Rows of text that could not be read. */
  readonly unreadable: number;
  readonly state: QuarantineState;
}

/** What runs of the entities that are meant put aside, the oldest of each first. */
export async function quarantinedRuns(
  { state, entities }: WorkspaceConfig,
  selection: Selection = {},
): Promise<readonly QuarantinedRun[]> {
  const entries = await openJournal(state).entries();
  const found: QuarantinedRun[] = [];
  for (const config of select(entities, selection)) {
    const waiting = new Set(runsAside(entries, config));
    const own = standing(entries).filter(({ name }) => name === config.name);
    const published = new Set(own.map(({ coordinator_run_id: run }) => run));
    const retried = new Set(own.flatMap(({ retries }) => retries ?? []));
    for (const folder of await quarantineFolders(state, config.name)) {
      const note = await folder.note();
      const unreadable = await folder.unreadableRows();
      if (note === null && unreadable === 0) continue;
      const { runId } = folder;
      const isWaiting = waiting.has(runId) || (note === null && published.has(runId));
      const done = retried.has(runId) ? 'retried' : 'replaced';
      const left = published.has(runId) ? done : 'unpublished';
      found.push({ config, folder, note, unreadable, state: isWaiting ? 'waiting' : left });
    }
  }
  return found;
}

/**
 * Those of some runs that a run id, or the beginning of one, names; all of them without one.
 * @throws QUARANTINE_EMPTY where there is none
 */
export function chosenRuns(
  runs: readonly QuarantinedRun[],
  run: string | undefined,
  name: string,
): readonly QuarantinedRun[] {
  const chosen = run === undefined ? runs : runs.filter(({ folder }) => folder.runId.startsWith(run));
  if (chosen.length > 0) return chosen;
  throw fail('QUARANTINE_EMPTY', { name, run, runs: runs.map(({ folder }) => folder.runId) });
}

/** Those whose rows can be moved again: they broke the contract, and wait. */
export const canRetry = ({ note, state, folder }: QuarantinedRun): boolean =>
  note !== null && state === 'waiting' && existsSync(folder.rows);
