import type { EntityResult } from '../core/result.js';

/** The version of the journal's columns. Raised when one of them changes its meaning. */
export const journalVersion = 1;

/** One finished entity run, flat: the columns that the earlier tool's journal had, and more. Times in ISO 8601, UTC. */
export interface JournalEntry {
  readonly schema_version: number;
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
  readonly row_count: number;
  readonly bytes_read: number;
  readonly bytes_written: number;
  readonly files: number;
  /** Seconds. */
  readonly duration: number;
  readonly primary_key: string | null;
  readonly watermark_column: string | null;
  readonly watermark_type: string | null;
  readonly watermark: string | null;
  readonly peak_memory_bytes: number;
  readonly hygge_version: string;
  /** Why it failed or was skipped; null for a success. */
  readonly message: string | null;
  readonly error_code: string | null;
}
