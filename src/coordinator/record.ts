import type { EntityConfig } from '../core/entity-config.js';
import type { EntityResult } from '../core/result.js';
import { newRunId } from '../core/run-id.js';
import type { EarlierRun, RunRecord } from '../core/run-record.js';
import type { Compacted } from '../core/store.js';
import { versions } from '../core/version.js';
import { type KeptWatermark, watermarkOf } from '../core/watermark.js';
import { configDigest, type FinishedRun } from '../flow/index.js';
import { type JournalEntry, journalVersion } from '../journal/index.js';

/** The journal's entry of an entity run that has just ended. */
export function journalEntry({ run, result, record, rowsStaged }: FinishedRun): JournalEntry {
  const { config, runId, startedAt, entityRunId } = run;
  return {
    ...blank(run.project ?? '', config, runId),
    entity_run_id: entityRunId,
    start_time: startedAt.toISOString(),
    finish_time: new Date().toISOString(),
    status: result.status,
    run_type: result.run_type,
    route: result.route,
    row_count: result.rows,
    rows_read: record?.rows_read ?? null,
    rows_quarantined: result.rows_quarantined ?? 0,
    rows_unreadable: result.rows_unreadable ?? 0,
    rows_filtered: record?.rows_filtered ?? null,
    rows_staged: rowsStaged,
    bytes_read: result.bytes_read,
    bytes_written: result.bytes_written,
    files: result.files.length,
    duration: result.duration_s,
    attempts: result.attempts,
    ...watermarkColumns(config, record),
    fingerprint: record?.fingerprint ?? null,
    inferred: record?.inferred ?? null,
    retries: config.retries ?? null,
    peak_memory_bytes: result.peak_memory_bytes,
    message: result.error?.message ?? (result.status === 'skip' ? result.reason : changesOf(result)),
    error_code: result.error?.code ?? null,
  };
}

/** In which its columns differed from those of the run before; null where they did not. */
function changesOf({ schema_changes: changes = [] }: EntityResult): string | null {
  return changes.length === 0 ? null : `schema: ${changes.map(({ message }) => message).join('; ')}`;
}

/** The entry of an entity that was not started. */
export function skippedEntry(
  project: string,
  config: EntityConfig,
  runId: string,
  result: EntityResult,
): JournalEntry {
  return { ...blank(project, config, runId), attempts: 0, message: result.reason };
}

/** The missing entry of a run whose data is in the store, from what it kept with the data. */
export function recoveredEntry(config: EntityConfig, record: RunRecord, run: EarlierRun): JournalEntry {
  const seconds = (Date.parse(record.published_at) - Date.parse(record.started_at)) / 1000;
  return {
    ...blank(record.project ?? '', config, record.run_id),
    action: 'recover',
    entity_run_id: record.entity_run_id,
    flow: record.flow,
    entity: record.entity,
    name: record.name,
    start_time: record.started_at,
    finish_time: record.published_at,
    status: 'success',
    run_type: record.run_type,
    route: record.route,
    row_count: record.rows,
    rows_read: record.rows_read,
    rows_quarantined: record.rows_quarantined ?? 0,
    rows_filtered: record.rows_filtered ?? null,
    rows_staged: record.rows,
    bytes_read: record.bytes_read,
    bytes_written: record.bytes_written,
    files: record.files,
    duration: Number.isFinite(seconds) ? Math.max(0, seconds) : 0,
    attempts: record.attempts,
    ...watermarkColumns(config, record),
    fingerprint: record.fingerprint,
    inferred: record.inferred ?? null,
    retries: record.retries ?? null,
    config_digest: record.config_digest,
    hygge_version: record.hygge_version,
    node_version: record.node_version,
    engine_version: record.engine_version,
    message: run.message ?? 'the run ended before it could be recorded; the store has kept this',
  };
}

/** The missing entry of a run of which nothing is in the store. */
export function lostEntry(project: string, config: EntityConfig, run: EarlierRun): JournalEntry {
  return {
    ...blank(project, config, run.runId ?? 'unknown'),
    action: 'recover',
    status: 'fail',
    message: run.message,
  };
}

/** That a run was taken back: `undoing` is the run that did so. */
export function undoneEntry(
  project: string,
  config: EntityConfig,
  undone: { readonly runId: string; readonly undoing: string; readonly record: unknown },
): JournalEntry {
  const { runId, undoing, record } = undone;
  return {
    ...blank(project, config, undoing),
    action: 'undo',
    status: 'success',
    ...watermarkColumns(config, record),
    undoes: runId,
    message: `run ${runId} was taken back`,
  };
}

/** That somebody set a watermark, or cleared it. */
export function watermarkEntry(
  project: string,
  config: EntityConfig,
  runId: string,
  watermark: KeptWatermark | null,
): JournalEntry {
  return {
    ...blank(project, config, runId),
    action: 'watermark',
    status: 'success',
    ...watermarkColumns(config, { watermark }),
    message: watermark === null ? 'the watermark was cleared' : `the watermark was set to ${watermark.value}`,
  };
}

/** That the files of a store were joined. */
export function compactEntry(
  project: string,
  config: EntityConfig,
  runId: string,
  { files_before, files_after, rows, bytes_before, bytes_after, reason }: Compacted,
): JournalEntry {
  return {
    ...blank(project, config, runId),
    action: 'compact',
    status: files_before === files_after ? 'skip' : 'success',
    row_count: rows,
    bytes_read: bytes_before,
    bytes_written: bytes_after,
    files: files_after,
    message: files_before === files_after ? reason : `${files_before} files became ${files_after}; ${reason}`,
  };
}

/** An entry in which nothing has happened yet. */
function blank(project: string, config: EntityConfig, runId: string): JournalEntry {
  const now = new Date().toISOString();
  return {
    schema_version: journalVersion,
    action: 'run',
    entity_run_id: newRunId(),
    coordinator_run_id: runId,
    flow_run_id: `${runId}.${config.flow}`,
    coordinator: project,
    flow: config.flow,
    entity: config.entity,
    name: config.name,
    start_time: now,
    finish_time: now,
    status: 'skip',
    run_type: config.run_type,
    route: null,
    row_count: 0,
    rows_read: null,
    rows_quarantined: 0,
    rows_unreadable: null,
    rows_filtered: null,
    rows_staged: null,
    bytes_read: 0,
    bytes_written: 0,
    files: 0,
    duration: 0,
    attempts: 1,
    ...watermarkColumns(config, null),
    fingerprint: null,
    inferred: null,
    peak_memory_bytes: process.resourceUsage().maxRSS * 1024,
    config_digest: configDigest(config),
    ...versions(),
    undoes: null,
    retries: null,
    message: null,
    error_code: null,
  };
}

function watermarkColumns(config: EntityConfig, record: unknown) {
  const kept = watermarkOf(record);
  return {
    primary_key: config.watermark?.primary_key.join(', ') ?? null,
    watermark_column: kept?.column ?? config.watermark?.watermark_column ?? null,
    watermark_type: kept?.type ?? null,
    watermark: kept?.value ?? null,
  };
}
