import type { ErrorReport } from '../errors/index.js';
import type { Route, RunType } from './capabilities.js';

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
  /** Rows published; 0 unless status is "success". */
  readonly rows: number;
  readonly bytes_read: number;
  readonly bytes_written: number;
  readonly duration_s: number;
  /** Paths of the files that were published. */
  readonly files: readonly string[];
  /** What the count of rows was proved by; null where nothing was published. */
  readonly verified: { readonly by: string; readonly rows: number } | null;
  /** The process's peak resident memory up to then. */
  readonly peak_memory_bytes: number;
  readonly watermark: string | null;
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
