import type { CheckResult } from '../core/contract.js';
import type { EntityConfig } from '../core/entity-config.js';
import type { EntityRef, Events } from '../core/events.js';
import type { HomeSession, HomeTrust } from '../core/home.js';
import { withOrigins } from '../core/kept-schema.js';
import type { Plan } from '../core/plan.js';
import type { EntityResult } from '../core/result.js';
import { newRunId } from '../core/run-id.js';
import type { RunRecord } from '../core/run-record.js';
import { asHyggeError, fail, type HyggeError } from '../errors/index.js';
import type { FlowContext } from './context.js';
import { execute, type Outcome } from './execute.js';
import { type Prepared, prepare } from './prepare.js';
import type { RunIdentity } from './record.js';
import { pauseAfter, triesAgain, wait } from './retry.js';
import { placedInFlow } from './shape/index.js';
import { tryTrusting } from './trust.js';

/** Milliseconds between two events of progress, at least. */
const progressPause = 100;

/**
 * Runs one entity from its plan to its result, again where an error may pass. Never rejects: what went wrong is in the
 * result and the event.
 */
export async function runEntity(
  config: EntityConfig,
  ref: EntityRef,
  context: FlowContext,
  events: Events,
): Promise<EntityResult> {
  const { runId, project = null, signal, drain } = context;
  const run = { config, runId, entityRunId: newRunId(), project, startedAt: new Date(), attempt: 1 };
  const start = performance.now();
  const { retry } = config.settings;
  events.emit('flow.started', { ref });
  const attempt = (): Promise<Tried> => {
    const once = (trust: HomeTrust | undefined): Promise<Tried> =>
      tryOnce(run, ref, context, events, start, trust);
    const notice = (message: string): void => events.emit('flow.notice', { ref, message });
    return tryTrusting(config, once, notice, () => signal?.aborted === true || drain?.aborted === true);
  };
  let tried = await attempt();
  while (tried.error !== null && tried.record === null) {
    const { error } = tried;
    if (signal?.aborted || drain?.aborted || !triesAgain(error, run.attempt, retry)) break;
    const pause = pauseAfter(run.attempt, retry);
    events.emit('flow.retrying', {
      ref,
      attempt: run.attempt,
      attempts: retry.attempts,
      pause_s: pause,
      error,
    });
    if (!(await wait(pause, [signal, drain]))) break;
    run.attempt++;
    tried = await attempt();
  }
  if (tried.record === null) {
    // The store is let go, and nothing of the run is in it: what cannot be recorded can be told.
    const recorded = context.recorder?.finished({ run, ...tried });
    await recorded?.catch((error) => {
      const message = `the journal has no entry of this: ${asHyggeError(error).message}`;
      if (tried.error !== null) events.emit('flow.notice', { ref, message });
      else tried = failed(tried, asHyggeError(error));
    });
  }
  const { result, error } = tried;
  events.emit('flow.finished', { ref, result, error });
  return result;
}

interface Tried {
  readonly result: EntityResult;
  readonly error: HyggeError | null;
  /** What was kept with the data, where any was published. */
  readonly record: RunRecord | null;
  readonly rowsStaged: number | null;
  /** The trust with which the home is worth being opened anew, where it had trusted in too much; null where it is not. */
  readonly distrust: HomeTrust | null;
}

/** One try, with sessions of its own. What it publishes is recorded while its store is still held. */
async function tryOnce(
  run: RunIdentity,
  ref: EntityRef,
  context: FlowContext,
  events: Events,
  start: number,
  trust: HomeTrust | undefined,
): Promise<Tried> {
  const { config } = run;
  let prepared: Prepared | null = null;
  let outcome: Outcome | null = null;
  let error: HyggeError | null = null;
  let home: HomeSession | null = null as HomeSession | null;
  try {
    prepared = await prepare(config, context, (message) => events.emit('flow.notice', { ref, message }), {
      carryOut: true,
      trust,
      onHome: (open) => {
        home = open;
      },
    });
    const { plan } = prepared;
    events.emit('flow.planned', { ref, plan });
    for (const { message } of plan.schema_changes) events.emit('flow.notice', { ref, message });
    outcome = await execute(prepared, run, {
      onEarlier: async (runs) => context.recorder?.earlier(config, runs),
      onProgress: throttledProgress(ref, plan, events),
      onNotice: (message) => events.emit('flow.notice', { ref, message }),
      onStaged: ({ rows, bytes }) => events.emit('flow.staged', { ref, rows, bytes }),
      onPublished: ({ files, removed }) =>
        events.emit('flow.published', { ref, files: files.length, removed }),
    });
  } catch (thrown) {
    error = placedInFlow(asHyggeError(thrown), config);
  }
  const seconds = (performance.now() - start) / 1000;
  const result = resultOf(run, prepared?.plan ?? null, outcome, error, seconds);
  const record = outcome?.record ?? null;
  const distrust = error === null ? null : (home?.distrusts?.(error) ?? null);
  let tried: Tried = { result, error, record, rowsStaged: outcome?.staged.rows ?? null, distrust };
  try {
    if (record !== null) await context.recorder?.finished({ run, ...tried });
    if (record !== null && prepared !== null) await keepSchema(prepared.plan, config, ref, context, events);
  } catch (thrown) {
    const { message } = asHyggeError(thrown);
    const facts = { name: config.name, rows: result.rows, reason: message };
    tried = failed(tried, fail('JOURNAL_BEHIND', facts, { cause: thrown }));
  } finally {
    await prepared?.close();
  }
  return tried;
}

/** What settled is what the next run is compared with. Where it cannot be kept, the store's own record has it too. */
async function keepSchema(
  plan: Plan,
  config: EntityConfig,
  ref: EntityRef,
  { schemas }: FlowContext,
  events: Events,
): Promise<void> {
  // Rows that were put aside have no home that could tell what columns are made of.
  if (config.limit != null || config.retries !== undefined) return;
  await schemas?.write(config, withOrigins(plan.output, plan)).catch((error) => {
    const message = `the columns could not be kept for the next run: ${asHyggeError(error).message}`;
    events.emit('flow.notice', { ref, message });
  });
}

function failed(tried: Tried, error: HyggeError): Tried {
  return { ...tried, error, result: { ...tried.result, status: 'fail', error: error.toJSON() } };
}

/** The result of an entity that was not started, with the reason. */
export function skippedResult(config: EntityConfig, reason: string): EntityResult {
  return { ...resultOf({ config, attempt: 0 }, null, null, null, 0), status: 'skip', reason };
}

function resultOf(
  { config, attempt }: Pick<RunIdentity, 'config' | 'attempt'>,
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
    attempts: attempt,
    files: published?.files ?? [],
    ...proofOf(config, published === null ? null : outcome),
    // Kilobytes on every platform: libuv's own unit.
    peak_memory_bytes: process.resourceUsage().maxRSS * 1024,
    ...watermarkOfResult(plan, published !== null),
    ...checksOf(config, outcome, error),
    ...(outcome?.unreadable ? { rows_unreadable: outcome.unreadable } : {}),
    ...(plan === null || plan.schema_changes.length === 0 ? {} : { schema_changes: plan.schema_changes }),
    ...(published !== null && outcome?.staged.merged !== undefined ? { merged: outcome.staged.merged } : {}),
    error: error?.toJSON() ?? null,
  };
}

/** What became of the contract. */
function checksOf(
  { contract }: EntityConfig,
  outcome: Outcome | null,
  error: HyggeError | null,
): Pick<EntityResult, 'checks' | 'rows_quarantined' | 'quarantine'> {
  if (contract == null) return {};
  const { results, quarantined, folder } = outcome?.checked ?? { results: [], quarantined: 0, folder: null };
  const checks = error?.code === 'CHECKS_FAILED' ? (error.facts.checks as readonly CheckResult[]) : results;
  return {
    checks,
    rows_quarantined: quarantined ?? outcome?.record?.rows_quarantined ?? 0,
    quarantine: folder,
  };
}

/** What the published rows were verified by. */
function proofOf(
  { settings }: EntityConfig,
  outcome: Outcome | null,
): Pick<EntityResult, 'verified' | 'fingerprint'> {
  if (outcome === null || settings.verify === 'none') return { verified: null };
  const { by, rows } = outcome.staged;
  const fingerprint = outcome.record?.fingerprint ?? null;
  if (fingerprint === null) return { verified: { by, rows } };
  return { verified: { by: `${by} and fingerprints of ${fingerprint.by}`, rows }, fingerprint };
}

/** The store's watermark as the run has left it. */
function watermarkOfResult(
  plan: Plan | null,
  isPublished: boolean,
): Pick<EntityResult, 'watermark' | 'watermark_type'> {
  const window = plan?.watermark ?? null;
  if (window === null) return { watermark: null };
  return { watermark: isPublished ? window.after : window.before, watermark_type: window.type };
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
