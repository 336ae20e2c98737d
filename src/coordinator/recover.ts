import type { EntityConfig } from '../core/entity-config.js';
import type { EarlierRun } from '../core/run-record.js';
import { asHyggeError, type HyggeError } from '../errors/index.js';
import type { FlowContext } from '../flow/index.js';
import type { JournalEntry } from '../journal/index.js';
import { openStore } from './open-store.js';
import type { JournalRecorder } from './recorder.js';

/** What was found, and done, in the store of one entity. */
export interface RecoverOutcome {
  /** The entity's run name. */
  readonly name: string;
  /** What dead runs had left, and what was done about it. */
  readonly runs: readonly EarlierRun[];
  /** The entries that the journal lacked. */
  readonly recorded: readonly JournalEntry[];
  readonly error: HyggeError | null;
}

/** Brings the store of an entity, and the journal, to what is true. Never rejects. */
export async function recoverEntity(
  config: EntityConfig,
  context: FlowContext,
  recorder: JournalRecorder,
): Promise<RecoverOutcome> {
  const { name } = config;
  let runs: readonly EarlierRun[] = [];
  let recorded: readonly JournalEntry[] = [];
  let error: HyggeError | null = null;
  try {
    const { store, close } = await openStore(config, context);
    try {
      const earlier = (await store.recover?.()) ?? [];
      runs = earlier.filter(({ message }) => message !== null);
      recorded = await recorder.earlier(config, earlier);
    } finally {
      await close();
    }
  } catch (thrown) {
    error = asHyggeError(thrown);
  }
  return { name, runs, recorded, error };
}
