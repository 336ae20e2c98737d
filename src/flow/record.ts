import { createHash } from 'node:crypto';
import type { EntityConfig } from '../core/entity-config.js';
import type { Fingerprint } from '../core/fingerprint.js';
import { keptColumns, withOrigins } from '../core/kept-schema.js';
import type { Plan } from '../core/plan.js';
import type { EntityResult } from '../core/result.js';
import type { EarlierRun, RunRecord } from '../core/run-record.js';
import { versions } from '../core/version.js';
import type { KeptWatermark } from '../core/watermark.js';

/** Which run of an entity something belongs to. */
export interface RunIdentity {
  readonly config: EntityConfig;
  readonly runId: string;
  /** A retry keeps it. */
  readonly entityRunId: string;
  /** The project; null for a flow without one. */
  readonly project: string | null;
  readonly startedAt: Date;
  /** From 1. */
  readonly attempt: number;
}

/** An entity's run that is over. */
export interface FinishedRun {
  readonly run: RunIdentity;
  readonly result: EntityResult;
  /** What was kept with the data; null where nothing was published. */
  readonly record: RunRecord | null;
  /** null where nothing was staged. */
  readonly rowsStaged: number | null;
}

/** Keeps the record of what ran. A flow of its own, without a project, has none. */
export interface Recorder {
  /** A store is held, and has told of earlier runs: what the record lacks of them is added. */
  earlier(config: EntityConfig, runs: readonly EarlierRun[]): Promise<unknown>;
  /** An entity's run is over. What was published is recorded before its store is let go. */
  finished(finished: FinishedRun): Promise<void>;
}

interface Counts {
  readonly rowsRead: number | null;
  readonly watermark: KeptWatermark | null;
  readonly fingerprint: Fingerprint | null;
  /** null: nothing was checked. */
  readonly quarantined: number | null;
  /** Rows that `where` left out; null: nobody knows. */
  readonly filtered: number | null;
  readonly staged: { readonly rows: number; readonly bytes: number; readonly files: number };
}

/** What is kept with the data, made just before it is published. */
export function runRecord(
  run: RunIdentity,
  plan: Plan,
  { rowsRead, staged, watermark, fingerprint, quarantined, filtered }: Counts,
): RunRecord {
  return {
    version: 1,
    run_id: run.runId,
    entity_run_id: run.entityRunId,
    project: run.project,
    name: plan.name,
    flow: plan.flow,
    entity: plan.entity,
    run_type: plan.run_type,
    mode: plan.mode,
    route: plan.route,
    rows_read: rowsRead,
    rows: staged.rows,
    ...(quarantined === null ? {} : { rows_quarantined: quarantined }),
    ...(filtered === null ? {} : { rows_filtered: filtered }),
    ...(run.config.retries === undefined ? {} : { retries: run.config.retries }),
    bytes_read: plan.estimate.bytes ?? 0,
    bytes_written: staged.bytes,
    files: staged.files,
    started_at: run.startedAt.toISOString(),
    published_at: new Date().toISOString(),
    attempts: run.attempt,
    watermark,
    primary_key: run.config.watermark?.primary_key ?? [],
    fingerprint,
    ...(plan.inferred === null ? {} : { inferred: plan.inferred }),
    schema: keptColumns(withOrigins(plan.output, plan)),
    config_digest: configDigest(run.config),
    ...versions(),
  };
}

/** Tells one configuration of an entity from another: 16 hexadecimal digits. */
export function configDigest(entity: EntityConfig): string {
  const { at: _, store_at: __, contract_places: ___, shape_places: ____, ...config } = entity;
  return createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 16);
}
