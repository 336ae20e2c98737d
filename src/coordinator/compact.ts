import type { EntityConfig } from '../core/entity-config.js';
import type { EarlierRun } from '../core/run-record.js';
import type { Compacted, CompactRequest } from '../core/store.js';
import { asHyggeError, fail, type HyggeError } from '../errors/index.js';
import type { FlowContext } from '../flow/index.js';
import { type StoreEnd, storeEnd } from './open-store.js';
import type { JournalRecorder } from './recorder.js';

/** What became of one store, or the error that stood in its way. */
export interface CompactOutcome {
  /** The entity's run name. */
  readonly name: string;
  readonly compacted: Compacted | null;
  /** What dead runs had left, and what was done about it. */
  readonly runs: readonly EarlierRun[];
  readonly error: HyggeError | null;
}

/** Makes few files of many in the store of one entity. Never rejects. */
export async function compactEntity(
  config: EntityConfig,
  request: CompactRequest,
  context: FlowContext,
  recorder: JournalRecorder,
): Promise<CompactOutcome> {
  const { name } = config;
  const earlier: EarlierRun[] = [];
  let end: StoreEnd | null = null;
  try {
    end = storeEnd(config, context);
    const { definition, settings, given } = end;
    if (definition.compact === undefined) throw fail('COMPACT_UNSUPPORTED', { name, type: definition.type });
    const telling = { ...given, earlier: (run: EarlierRun) => earlier.push(run) };
    const compacted = await definition.compact(settings, telling, request).finally(async () => {
      await recorder.earlier(config, earlier);
    });
    await recorder.compacted(config, compacted);
    return { name, compacted, runs: earlier.filter(({ message }) => message !== null), error: null };
  } catch (thrown) {
    const runs = earlier.filter(({ message }) => message !== null);
    return { name, compacted: null, runs, error: asHyggeError(thrown) };
  } finally {
    await end?.close();
  }
}
