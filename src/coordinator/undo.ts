import type { RunType } from '../core/capabilities.js';
import type { EntityConfig } from '../core/entity-config.js';
import { type KeptWatermark, watermarkOf } from '../core/watermark.js';
import { asHyggeError, fail, type HyggeError } from '../errors/index.js';
import type { FlowContext } from '../flow/index.js';
import { type Journal, type JournalEntry, runIdOf, standing } from '../journal/index.js';
import { type OpenStore, openStore } from './open-store.js';
import type { JournalRecorder } from './recorder.js';

/** A run, and what of it is to be taken back. */
export interface PublishedRun {
  readonly runId: string;
  /** What it published, by entity. */
  readonly entries: readonly JournalEntry[];
}

/** What became of the run in one store. */
export interface UndoOutcome {
  /** The entity's run name. */
  readonly name: string;
  /** Whether it was taken back now. */
  readonly undone: boolean;
  /** Whether it had been taken back before. */
  readonly already: boolean;
  /** The store's watermark now; null where it has none. */
  readonly watermark: KeptWatermark | null;
  /** Why it could not be taken back, or what went wrong after it was. */
  readonly error: HyggeError | null;
}

/**
 * The run that an id, or the beginning of one, names.
 * @throws RUN_NOT_FOUND, RUN_AMBIGUOUS
 */
export async function findRun(journal: Journal, run: string): Promise<PublishedRun> {
  const all = await journal.entries();
  const published = all.filter(
    ({ action, status }) => (action === 'run' || action === 'recover') && status === 'success',
  );
  const runId = runIdOf(published, run, journal.where);
  const of = (entries: readonly JournalEntry[]) =>
    entries.filter((entry) => entry.coordinator_run_id === runId);
  const left = of(standing(all));
  // Where nothing is left of it, the stores say why it cannot be taken back.
  return { runId, entries: left.length > 0 ? left : of(published) };
}

/**
 * Takes a run back in the stores of these entities. All stores are taken and asked before the first is changed; where
 * one cannot take it back, none does. Never rejects.
 */
export async function undoRun(
  { runId, entries }: PublishedRun,
  entities: readonly EntityConfig[],
  context: FlowContext,
  recorder: JournalRecorder,
): Promise<readonly UndoOutcome[]> {
  const known = entities.map(({ name }) => name);
  const gone = entries.filter(({ name }) => !known.includes(name));
  const outcomes = gone.map(({ name }): UndoOutcome => {
    const error = fail('NOT_SELECTED', { what: 'entity', name, known });
    return { name, undone: false, already: false, watermark: null, error };
  });
  const undos = entities.map((config) => {
    const entry = entries.find(({ name }) => name === config.name);
    return new Undo(config, { runId, runType: entry?.run_type ?? config.run_type }, context, recorder);
  });
  try {
    for (const undo of undos) await undo.prepare();
    if (outcomes.length === 0 && undos.every(({ error }) => error === null)) {
      for (const undo of undos) await undo.carryOut();
    }
    return [...outcomes, ...undos.map(({ outcome }) => outcome)];
  } finally {
    for (const undo of undos) await undo.close();
  }
}

/** Taking a run back in one store. */
class Undo {
  error: HyggeError | null = null;
  readonly #config: EntityConfig;
  readonly #runId: string;
  readonly #runType: RunType;
  readonly #context: FlowContext;
  readonly #recorder: JournalRecorder;
  #open: OpenStore | null = null;
  #undone = false;
  #already = false;
  #watermark: KeptWatermark | null = null;

  constructor(
    config: EntityConfig,
    { runId, runType }: { readonly runId: string; readonly runType: RunType },
    context: FlowContext,
    recorder: JournalRecorder,
  ) {
    this.#config = config;
    this.#runId = runId;
    this.#runType = runType;
    this.#context = context;
    this.#recorder = recorder;
  }

  get outcome(): UndoOutcome {
    const { name } = this.#config;
    return {
      name,
      undone: this.#undone,
      already: this.#already,
      watermark: this.#watermark,
      error: this.error,
    };
  }

  /** Takes the store, and asks whether the run can be taken back. */
  prepare(): Promise<void> {
    return this.#try(async () => {
      const { name, store: settings } = this.#config;
      this.#open = await openStore(this.#config, this.#context);
      const { store } = this.#open;
      if (store.recover === undefined || store.checkUndo === undefined || store.undo === undefined)
        throw fail('UNDO_UNSUPPORTED', { name, type: settings.type, runType: this.#runType });
      const earlier = await store.recover();
      await this.#recorder.earlier(this.#config, earlier);
      // An undo that died half way through its stores is gone on with.
      this.#already = earlier.some(({ what, runId }) => what === 'undone' && runId === this.#runId);
      if (!this.#already) await store.checkUndo(this.#runId);
    });
  }

  async carryOut(): Promise<void> {
    if (this.#already) return;
    await this.#try(async () => {
      const done = await this.#open?.store.undo?.(this.#runId);
      this.#undone = true;
      this.#watermark = watermarkOf(done?.record);
      await this.#recorder.undone(this.#config, this.#runId, done?.record ?? null);
    });
  }

  async close(): Promise<void> {
    await this.#open?.close();
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.error = asHyggeError(thrown);
    }
  }
}
