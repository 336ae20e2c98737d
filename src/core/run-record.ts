import type { Route, RunType, WriteMode } from './capabilities.js';
import type { Fingerprint } from './fingerprint.js';
import type { HeldRows } from './held.js';
import { type KeptColumn, type KeptSchema, schemaOf } from './kept-schema.js';
import type { Compacted } from './store.js';

/**
 * What a run keeps durably with the data that it publishes: enough to write its entry in the journal when it did
 * not live to do so, and to go on from its watermark. JSON, in the store's own record.
 */
export interface RunRecord {
  readonly version: 1;
  /** Of the whole run. */
  readonly run_id: string;
  /** Of this entity's run alone; a retry keeps it. */
  readonly entity_run_id: string;
  /** The project; null for a flow that was run without one. */
  readonly project: string | null;
  readonly name: string;
  readonly flow: string;
  readonly entity: string | null;
  readonly run_type: RunType;
  readonly mode: WriteMode;
  readonly route: Route;
  /** Rows that came from the home; null where the store's own count must do. */
  readonly rows_read: number | null;
  /** Rows staged, counted, and published. */
  readonly rows: number;
  /** With a contract: rows that were put aside. */
  readonly rows_quarantined?: number;
  /** Rows of the home that `where` left out, where somebody counted them. */
  readonly rows_filtered?: number;
  /** The runs whose rows had been put aside, and were moved again by this one. */
  readonly retries?: readonly string[];
  readonly bytes_read: number;
  readonly bytes_written: number;
  readonly files: number;
  /** Times in ISO 8601, UTC. */
  readonly started_at: string;
  /** Just before the data became visible. */
  readonly published_at: string;
  /** How many tries it took. */
  readonly attempts: number;
  /** The store's watermark after the run, as `watermarkOf` reads it; null where it has none. */
  readonly watermark: unknown;
  /** The columns that name a row. */
  readonly primary_key: readonly string[];
  /** What the data was verified by, where it was fingerprinted; null otherwise. */
  readonly fingerprint: Fingerprint | null;
  /**
   * What the table holds after the run, where its mode is not `replace`; left out where nobody knows, and by stores
   * that are no tables.
   */
  readonly held?: HeldRows;
  /** The types that the home found out from its data, as the engine spells them; left out where it had none to find. */
  readonly inferred?: Readonly<Record<string, string>>;
  /** The columns as they settled; left out by earlier versions. */
  readonly schema?: readonly KeptColumn[];
  /** The compaction of the files that has followed the run; left out where none has. */
  readonly compacted?: Compacted & { readonly run_id: string };
  /** Tells one configuration of the entity from another. */
  readonly config_digest: string;
  readonly hygge_version: string;
  readonly node_version: string;
  readonly engine_version: string;
}

/** What a store kept, as a RunRecord; null for anything else, such as a record of another program. */
export function asRunRecord(value: unknown): RunRecord | null {
  if (typeof value !== 'object' || value === null) return null;
  const { version, run_id: runId, name, rows } = value as Partial<RunRecord>;
  const fits =
    version === 1 && typeof runId === 'string' && typeof name === 'string' && typeof rows === 'number';
  return fits ? (value as RunRecord) : null;
}

/** The columns that a run settled with; null where its record does not tell. */
export function keptSchemaOf({ schema }: RunRecord): KeptSchema | null {
  if (!Array.isArray(schema) || schema.length === 0) return null;
  const columns = schemaOf(schema);
  return 'unknown' in columns ? null : columns;
}

/**
 * What a store knows of an earlier run when it is begun or recovered.
 * - `published`: it published last, and left nothing to do. Told so that a journal that lacks it can be completed.
 * - `rolled-forward`: it died while it published; that has been finished.
 * - `rolled-back`: its publication failed half way and was taken back; that has been finished.
 * - `undone`: it was taken back (`hygge undo`); nothing of it is there any more.
 * - `swept`: it died before it published anything; what it had staged was removed.
 */
export interface EarlierRun {
  readonly what: 'published' | 'rolled-forward' | 'rolled-back' | 'undone' | 'swept';
  /** null for leftovers that bear no run id. */
  readonly runId: string | null;
  /** What that run kept with its data; null unless published or rolled forward. */
  readonly record: unknown;
  /** In a sentence, for people; null where nothing had to be done. */
  readonly message: string | null;
}
