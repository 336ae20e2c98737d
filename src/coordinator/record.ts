import type { EntityConfig } from '../core/entity-config.js';
import type { EntityResult } from '../core/result.js';
import { newRunId } from '../core/run-id.js';
import { hyggeVersion } from '../core/version.js';
import { type JournalEntry, journalVersion } from '../journal/index.js';

interface Finished {
  readonly workspace: string;
  readonly runId: string;
  readonly config: EntityConfig;
  readonly result: EntityResult;
  readonly start: Date;
}

const version = hyggeVersion();

/** The journal's entry of an entity run that has just ended. */
export function journalEntry({ workspace, runId, config, result, start }: Finished): JournalEntry {
  return {
    schema_version: journalVersion,
    entity_run_id: newRunId(start.getTime()),
    coordinator_run_id: runId,
    flow_run_id: `${runId}.${config.flow}`,
    coordinator: workspace,
    flow: config.flow,
    entity: config.entity,
    name: config.name,
    start_time: start.toISOString(),
    finish_time: new Date().toISOString(),
    status: result.status,
    run_type: result.run_type,
    route: result.route,
    row_count: result.rows,
    bytes_read: result.bytes_read,
    bytes_written: result.bytes_written,
    files: result.files.length,
    duration: result.duration_s,
    primary_key: config.watermark?.primary_key.join(', ') ?? null,
    watermark_column: config.watermark?.watermark_column ?? null,
    watermark_type: null,
    watermark: result.watermark,
    peak_memory_bytes: result.peak_memory_bytes,
    hygge_version: version,
    message: result.error?.message ?? (result.status === 'skip' ? result.reason : null),
    error_code: result.error?.code ?? null,
  };
}
