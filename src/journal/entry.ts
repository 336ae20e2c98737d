import type { EntityResult } from '../core/result.js';

/** The version of the journal's columns. Raised when one of them changes its meaning. */
export const journalVersion = 2;

/**
 * What an entry is about.
 * - `run`: an entity was run.
 * - `recover`: an entity's run that had died; the entry is made from what it left in the store.
 * - `undo`: a run was taken back.
 * - `watermark`: somebody set or cleared a watermark.
 * - `compact`: the files of a store were joined.
 */
export type JournalAction = 'run' | 'recover' | 'undo' | 'watermark' | 'compact';

/** One finished entity run, flat: the columns that the earlier tool's journal had, and more. Times in ISO 8601, UTC. */
export interface JournalEntry {
  readonly schema_version: number;
  readonly action: JournalAction;
  readonly entity_run_id: string;
  readonly coordinator_run_id: string;
  readonly flow_run_id: string;
  readonly coordinator: string;
  readonly flow: string;
  readonly entity: string | null;
  readonly name: string;
  readonly start_time: string;
  readonly finish_time: string;
  readonly status: EntityResult['status'];
  readonly run_type: EntityResult['run_type'];
  readonly route: EntityResult['route'];
  /** Rows published. */
  readonly row_count: number;
  /** Rows that came from the home; null where the store's own count had to do, or nothing was read. */
  readonly rows_read: number | null;
  /** Rows that broke the contract and were put aside. */
  readonly rows_quarantined: number;
  /** Rows that could not be read and were put aside; null where nobody counted them. */
  readonly rows_unreadable: number | null;
  /** Rows of the home that `where` left out; null where nobody counted them. */
  readonly rows_filtered: number | null;
  /** Rows counted in what was staged; null where nothing was. */
  readonly rows_staged: number | null;
  readonly bytes_read: number;
  readonly bytes_written: number;
  readonly files: number;
  /** Seconds. */
  readonly duration: number;
  /** How many tries it took. */
  readonly attempts: number;
  readonly primary_key: string | null;
  readonly watermark_column: string | null;
  readonly watermark_type: string | null;
  readonly watermark: string | null;
  /** What the data was verified by, where it was fingerprinted. */
  readonly fingerprint: unknown;
  /** The types that the home found out from its data, by column; null where it had none to find. */
  readonly inferred: Readonly<Record<string, string>> | null;
  readonly peak_memory_bytes: number;
  /** Tells one configuration of the entity from another. */
  readonly config_digest: string | null;
  readonly hygge_version: string;
  readonly node_version: string | null;
  readonly engine_version: string | null;
  /** The run that was taken back; null unless `action` is "undo". */
  readonly undoes: string | null;
  /** The runs whose rows were put aside, and moved again by this one; null for every other run. */
  readonly retries: readonly string[] | null;
  /** Why it failed or was skipped, or what was done; of a run that succeeded: in which its columns had changed, or null. */
  readonly message: string | null;
  readonly error_code: string | null;
}

/** The columns that an older journal does not have. */
export const laterColumns = {
  action: 'run',
  rows_read: null,
  rows_quarantined: 0,
  rows_unreadable: null,
  rows_filtered: null,
  rows_staged: null,
  attempts: 1,
  fingerprint: null,
  inferred: null,
  config_digest: null,
  node_version: null,
  engine_version: null,
  undoes: null,
  retries: null,
} as const satisfies Partial<JournalEntry>;

/** The entries of runs whose data was published and has not been taken back since, oldest first. */
export function standing(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  const undone = new Set(
    entries
      .filter(({ action, status }) => action === 'undo' && status === 'success')
      .map(({ undoes, name }) => `${undoes} ${name}`),
  );
  return entries.filter(
    ({ action, status, coordinator_run_id: runId, name }) =>
      (action === 'run' || action === 'recover') && status === 'success' && !undone.has(`${runId} ${name}`),
  );
}
