import type { ErrorReport } from '../errors/index.js';
import type { Route, RunType } from './capabilities.js';
import type { CheckResult } from './contract.js';
import type { SchemaChange } from './drift.js';
import type { Fingerprint } from './fingerprint.js';
import type { Merged } from './store.js';

export type EntityStatus = 'success' | 'fail' | 'skip';

/** What became of one entity: one element of `flows` in the JSON document, and one entry of the journal. */
export interface EntityResult {
  readonly name: string;
  readonly flow: string;
  readonly entity: string | null;
  readonly status: EntityStatus;
  readonly run_type: RunType;
  /** null where the run failed before a route was chosen. */
  readonly route: Route | null;
  readonly reason: string | null;
  /** Rows published; 0 unless status is "success", or all that failed was to record it (JOURNAL_BEHIND). */
  readonly rows: number;
  readonly bytes_read: number;
  readonly bytes_written: number;
  readonly duration_s: number;
  /** How many tries it took; 0 where it was not started. */
  readonly attempts: number;
  /** Paths of the files that were published. */
  readonly files: readonly string[];
  /** What the count of rows was proved by; null where nothing was published, or nothing compared (`verify: none`). */
  readonly verified: { readonly by: string; readonly rows: number } | null;
  /** With `verify: fingerprint`: of the rows that were published. */
  readonly fingerprint?: Fingerprint;
  /** The process's peak resident memory up to then. */
  readonly peak_memory_bytes: number;
  /** The store's watermark after the run, as text; null where it has none. */
  readonly watermark: string | null;
  /** The type of the watermark, as the engine spells it. */
  readonly watermark_type?: string;
  /** With a merge: what became of the rows. */
  readonly merged?: Merged;
  /** With a contract: what became of its checks; empty where they were not asked. */
  readonly checks?: readonly CheckResult[];
  /** With a contract: rows that were put aside, and not published. */
  readonly rows_quarantined?: number;
  /** The folder that holds them; null where there are none. */
  readonly quarantine?: string | null;
  /** Rows that could not be read and were put aside, where there were some. */
  readonly rows_unreadable?: number;
  /** In which the columns differed from those of the run before, where they did. */
  readonly schema_changes?: readonly SchemaChange[];
  readonly error: ErrorReport | null;
}

/** What became of a run: the JSON document of `hygge go --json`. Kept stable. */
export interface RunResult {
  readonly run_id: string;
  readonly status: 'success' | 'fail';
  readonly started_at: string;
  readonly finished_at: string;
  readonly duration_s: number;
  readonly rows: number;
  readonly flows: readonly EntityResult[];
}
