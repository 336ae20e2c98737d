import type { EntityConfig } from '../core/entity-config.js';
import type { EntityRef, Events } from '../core/events.js';
import type { Plan } from '../core/plan.js';
import type { EntityResult } from '../core/result.js';
import { asHyggeError, type HyggeError } from '../errors/index.js';
import type { FlowContext } from './context.js';
import { execute, type Outcome } from './execute.js';
import { type Prepared, prepare } from './prepare.js';

/** Milliseconds between two events of progress, at least. */
const progressPause = 100;

/** Runs one entity from its plan to its result. Never rejects: what went wrong is in the result and the event. */
export async function runEntity(
  config: EntityConfig,
  ref: EntityRef,
  context: FlowContext,
  events: Events,
): Promise<EntityResult> {
  const started = performance.now();
  let prepared: Prepared | null = null;
  let outcome: Outcome | null = null;
  let error: HyggeError | null = null;
  events.emit('flow.started', { ref });
  try {
    prepared = await prepare(config, context, (message) => events.emit('flow.notice', { ref, message }));
    const { plan } = prepared;
    events.emit('flow.planned', { ref, plan });
    for (const message of plan.warnings) events.emit('flow.notice', { ref, message });
    outcome = await execute(prepared, context.runId, {
      onProgress: throttledProgress(ref, plan, events),
      onStaged: ({ rows, bytes }) => events.emit('flow.staged', { ref, rows, bytes }),
      onPublished: ({ files, removed }) =>
        events.emit('flow.published', { ref, files: files.length, removed }),
    });
  } catch (thrown) {
    const caught = asHyggeError(thrown);
    error = caught.at === null && config.at !== null ? caught.placedAt(config.at) : caught;
  } finally {
    await prepared?.close();
  }
  const result = resultOf(
    config,
    prepared?.plan ?? null,
    outcome,
    error,
    (performance.now() - started) / 1000,
  );
  events.emit('flow.finished', { ref, result, error });
  return result;
}

/** The result of an entity that was not started, with the reason. */
export function skippedResult(config: EntityConfig, reason: string): EntityResult {
  return { ...resultOf(config, null, null, null, 0), status: 'skip', reason };
}

function resultOf(
  config: EntityConfig,
  plan: Plan | null,
  outcome: Outcome | null,
  error: HyggeError | null,
  seconds: number,
): EntityResult {
  const published = outcome?.published ?? null;
  return {
    name: config.name,
    flow: config.flow,
    entity: config.entity,
    status: error !== null ? 'fail' : published === null ? 'skip' : 'success',
    run_type: config.run_type,
    route: plan?.route ?? null,
    reason: outcome !== null && published === null ? 'there is nothing new' : (plan?.reason ?? null),
    rows: published === null ? 0 : (outcome?.rows ?? 0),
    bytes_read: outcome?.bytesRead ?? 0,
    bytes_written: published?.bytes ?? 0,
    duration_s: Math.round(seconds * 1000) / 1000,
    files: published?.files ?? [],
    verified:
      outcome === null || published === null ? null : { by: outcome.staged.by, rows: outcome.staged.rows },
    // Kilobytes on every platform: libuv's own unit.
    peak_memory_bytes: process.resourceUsage().maxRSS * 1024,
    watermark: null,
    error: error?.toJSON() ?? null,
  };
}

function throttledProgress(
  ref: EntityRef,
  plan: Plan,
  events: Events,
): (progress: { rows: number; fraction: number | null }) => void {
  const { rows: totalRows, bytes: totalBytes } = plan.estimate;
  let last = 0;
  return ({ rows, fraction }) => {
    const now = performance.now();
    if (now - last < progressPause) return;
    last = now;
    const share = fraction ?? (totalRows === null || totalRows === 0 ? null : rows / totalRows);
    const of = (total: number | null): number => Math.round(Math.min(1, share ?? 0) * (total ?? 0));
    events.emit('flow.progress', {
      ref,
      rows: fraction === null ? rows : of(totalRows),
      total_rows: totalRows,
      bytes: of(totalBytes),
      total_bytes: totalBytes,
    });
  };
}
