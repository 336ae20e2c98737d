import { builtinRegistry } from '../builtin.js';
import type { Route } from '../core/capabilities.js';
import type { EntityConfig } from '../core/entity-config.js';
import { type EntityRef, Events } from '../core/events.js';
import type { Plan } from '../core/plan.js';
import type { Registry } from '../core/registry.js';
import type { EntityResult, RunResult } from '../core/result.js';
import { newRunId } from '../core/run-id.js';
import type { CompactRequest } from '../core/store.js';
import type { WorkspaceConfig } from '../core/workspace.js';
import { asHyggeError, type HyggeError } from '../errors/index.js';
import { type FlowContext, type Preview, prepare, preview, runEntity, skippedResult } from '../flow/index.js';
import { openJournal } from '../journal/index.js';
import { type CheckOutcome, checkConnections, checkEntity } from './check.js';
import { checkStore, needContract, type StoreCheckOutcome } from './check-store.js';
import { type CompactOutcome, compactEntity } from './compact.js';
import { sweepDead, withContext } from './context.js';
import { JournalRecorder } from './recorder.js';
import { type RecoverOutcome, recoverEntity } from './recover.js';
import { sampleOfEntity, scratchOf } from './sample.js';
import { type SchemaAsk, type SchemaOutcome, schemaOf } from './schemas.js';
import { type Selection, select } from './select.js';
import { sideBySide } from './side-by-side.js';
import { findRun, type PublishedRun, type UndoOutcome, undoRun } from './undo.js';
import { type VerifyOutcome, verifyEntity } from './verify.js';
import { changeWatermark, readWatermark, type WatermarkOutcome } from './watermark.js';

export interface CoordinatorOptions {
  readonly workspace: WorkspaceConfig;
  /** Default: the built-in types. */
  readonly registry?: Registry;
}

/** What to run, and how. */
export interface RunRequest extends Selection {
  /** Forces a route. */
  readonly route?: Route | undefined;
  /** Entities side by side; default: the workspace's. */
  readonly concurrency?: number | undefined;
  /** Whether to go on after a failure; default: the workspace's. */
  readonly continueOnError?: boolean | undefined;
  /** Rows from here on, and up to there, whatever the watermark is. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Aborted: what runs is stopped, and cleans up after itself. */
  readonly signal?: AbortSignal | undefined;
  /** Aborted: what runs may end, but nothing more is begun. */
  readonly drain?: AbortSignal | undefined;
}

/** The plan of one entity, or the error that stands in its way. */
export interface PlanOutcome {
  readonly name: string;
  readonly flow: string;
  readonly entity: string | null;
  readonly plan: Plan | null;
  readonly error: HyggeError | null;
}

/** The first rows of one entity, or the error that stands in their way. */
export interface PreviewOutcome {
  readonly name: string;
  readonly flow: string;
  readonly entity: string | null;
  readonly preview: Preview | null;
  readonly error: HyggeError | null;
}

/** Runs the entities of a workspace, so many at once, and reports. */
export class Coordinator {
  readonly events = new Events();
  readonly #workspace: WorkspaceConfig;
  readonly #registry: Registry;

  constructor(options: CoordinatorOptions) {
    this.#workspace = options.workspace;
    this.#registry = options.registry ?? builtinRegistry();
  }

  /**
   * Runs what was asked for. A flow that fails is told in the result and does not reject; a selection that names
   * what is not there does.
   */
  async start(request: RunRequest = {}): Promise<RunResult> {
    const entities = select(this.#workspace.entities, request);
    const runId = newRunId();
    const startedAt = new Date();
    const journal = openJournal(this.#workspace.state);
    // Nothing is moved that could not be recorded.
    await journal.checkWritable();
    const recorder = new JournalRecorder(journal, this.#workspace.name, runId);
    const continueOnError = request.continueOnError ?? this.#workspace.options.continue_on_error;
    let failed: EntityResult | null = null;
    let stopped = false;
    this.events.emit('run.started', {
      run_id: runId,
      project: this.#workspace.name,
      entities: entities.length,
    });
    await sweepDead(this.#workspace, this.events);
    const results = await this.#withContext(runId, request, recorder, (context) =>
      this.#eachEntity(entities, request.concurrency, async (config, ref) => {
        stopped ||= request.signal?.aborted === true || request.drain?.aborted === true;
        const reason = stopped ? 'the run was stopped' : `${failed?.name} failed before`;
        const result =
          stopped || (failed !== null && !continueOnError)
            ? await this.#skip(config, ref, reason, recorder)
            : await runEntity(config, ref, context, this.events);
        if (result.status === 'fail') failed ??= result;
        return result;
      }),
    ).finally(() => journal.close());
    const finishedAt = new Date();
    const result: RunResult = {
      run_id: runId,
      status: failed === null && !stopped && !request.signal?.aborted ? 'success' : 'fail',
      started_at: startedAt.toISOString(),
      finished_at: finishedAt.toISOString(),
      duration_s: (finishedAt.getTime() - startedAt.getTime()) / 1000,
      rows: results.reduce((sum, { rows }) => sum + rows, 0),
      flows: results,
    };
    this.events.emit('run.finished', { result });
    return result;
  }

  /** What `start` would do. Nothing is written. */
  plan(request: RunRequest = {}): Promise<readonly PlanOutcome[]> {
    return this.#collect(request, async (config, context) => {
      const { name, flow, entity } = config;
      try {
        const prepared = await prepare(config, context, () => {});
        await prepared.close();
        return { name, flow, entity, plan: prepared.plan, error: null };
      } catch (thrown) {
        return { name, flow, entity, plan: null, error: asHyggeError(thrown) };
      }
    });
  }

  /** The first rows of what was asked for, as they would settle. Nothing is written. */
  preview(request: RunRequest & { readonly rows: number }): Promise<readonly PreviewOutcome[]> {
    const folder = scratchOf(this.#workspace);
    return this.#collect(request, async (config, context) => {
      const { name, flow, entity } = config;
      try {
        const sample = sampleOfEntity(config, this.#registry, folder, request.rows);
        return { name, flow, entity, preview: await preview(sample, context), error: null };
      } catch (thrown) {
        return { name, flow, entity, preview: null, error: asHyggeError(thrown) };
      }
    });
  }

  /** Makes few files of many in the stores of what was asked for. */
  compact(request: RunRequest & { readonly compact: CompactRequest }): Promise<readonly CompactOutcome[]> {
    return this.#record(request, (config, context, recorder) =>
      compactEntity(config, request.compact, context, recorder),
    );
  }

  /** Tries every connection, home and store for real, without moving anything. */
  async check(request: RunRequest = {}): Promise<readonly CheckOutcome[]> {
    const connections = (context: FlowContext) => checkConnections(this.#workspace, context);
    const tried = await this.#withContext(newRunId(), request, undefined, connections);
    return [...tried, ...(await this.#collect(request, checkEntity)).flat()];
  }

  /** Whether the stores still hold what their records and the journal say. Writes nothing. */
  async verify(request: RunRequest = {}): Promise<readonly VerifyOutcome[]> {
    const entries = await openJournal(this.#workspace.state).entries();
    return this.#collect(request, (config, context) => verifyEntity(config, context, entries));
  }

  /** Whether what the stores hold is as the contracts say. Writes nothing. CONTRACT_NEEDED where there is none. */
  async checkStores(request: RunRequest = {}): Promise<readonly StoreCheckOutcome[]> {
    needContract(select(this.#workspace.entities, request));
    return this.#collect(request, checkStore);
  }

  /**
   * Finishes or sweeps what dead runs left in the stores of what was asked for, and records it. A store that a living
   * run holds is told in its outcome; what dead runs have spilled, in an event.
   */
  async recover(request: RunRequest = {}): Promise<readonly RecoverOutcome[]> {
    await sweepDead(this.#workspace, this.events);
    return this.#record(request, recoverEntity);
  }

  /**
   * Takes back a run: in every store that it published to, its rows go, and what was there before comes back, with
   * the watermark. Where one of them cannot, none does.
   * @param run as {@link findRun} gives it
   */
  undo(run: PublishedRun, request: RunRequest = {}): Promise<readonly UndoOutcome[]> {
    const names = new Set(run.entries.map(({ name }) => name));
    const entities = this.#workspace.entities.filter(({ name }) => names.has(name));
    return this.#recording(request, (context, recorder) => undoRun(run, entities, context, recorder));
  }

  /** The columns that the entities settled with the last time; with `diff` and `accept` held against those of now. */
  schemas(ask: SchemaAsk, request: RunRequest = {}): Promise<readonly SchemaOutcome[]> {
    return this.#collect(request, (config, context) => schemaOf(config, context, ask));
  }

  /** The watermarks that the entities would go on from. */
  watermarks(request: RunRequest = {}): Promise<readonly WatermarkOutcome[]> {
    return this.#collect(request, readWatermark);
  }

  /** Sets the watermarks of what was asked for, and records it; `value` null clears them. */
  async setWatermark(
    request: RunRequest & { readonly value: string | null },
  ): Promise<readonly WatermarkOutcome[]> {
    const entities = select(this.#workspace.entities, request);
    const outcomes: WatermarkOutcome[] = [];
    await this.#recording(request, async (context, recorder) => {
      for (const config of entities)
        outcomes.push(await changeWatermark(config, request.value, context, recorder));
    });
    return outcomes;
  }

  /** A run of the journal by its id or the beginning of it: what of it can be taken back. */
  async findRun(run: string): Promise<PublishedRun> {
    return findRun(openJournal(this.#workspace.state), run);
  }

  /** What some work gives for each entity, in their order. Nothing is recorded. */
  #collect<T>(
    request: RunRequest,
    work: (config: EntityConfig, context: FlowContext) => Promise<T>,
  ): Promise<readonly T[]> {
    const entities = select(this.#workspace.entities, request);
    return this.#withContext(newRunId(), request, undefined, (context) =>
      this.#eachEntity(entities, request.concurrency, (config) => work(config, context)),
    );
  }

  /** As {@link #collect}, with a journal to record in. */
  #record<T>(
    request: RunRequest,
    work: (config: EntityConfig, context: FlowContext, recorder: JournalRecorder) => Promise<T>,
  ): Promise<readonly T[]> {
    const entities = select(this.#workspace.entities, request);
    return this.#recording(request, (context, recorder) =>
      this.#eachEntity(entities, request.concurrency, (config) => work(config, context, recorder)),
    );
  }

  async #recording<T>(
    request: RunRequest,
    work: (context: FlowContext, recorder: JournalRecorder) => Promise<T>,
  ): Promise<T> {
    const journal = openJournal(this.#workspace.state);
    await journal.checkWritable();
    const runId = newRunId();
    const recorder = new JournalRecorder(journal, this.#workspace.name, runId);
    return this.#withContext(runId, request, recorder, (context) => work(context, recorder)).finally(() =>
      journal.close(),
    );
  }

  async #skip(
    config: EntityConfig,
    ref: EntityRef,
    reason: string,
    recorder: JournalRecorder,
  ): Promise<EntityResult> {
    const result = skippedResult(config, reason);
    this.events.emit('flow.finished', { ref, result, error: null });
    // What was not even begun needs no record: where the journal cannot be written, something else has failed already.
    await recorder.skipped(config, result).catch(() => {});
    return result;
  }

  #withContext<T>(
    runId: string,
    request: RunRequest,
    recorder: JournalRecorder | undefined,
    work: (context: FlowContext) => Promise<T>,
  ): Promise<T> {
    return withContext(this.#workspace, this.#registry, runId, request, recorder, work);
  }

  #eachEntity<T>(
    entities: readonly EntityConfig[],
    concurrency: number = this.#workspace.options.concurrency,
    work: (config: EntityConfig, ref: EntityRef) => Promise<T>,
  ): Promise<T[]> {
    return sideBySide(entities, concurrency, work);
  }
}
