import type { EntityConfig } from '../core/entity-config.js';
import type { Compacted, CompactRequest } from '../core/store.js';
import { asHyggeError, fail, type HyggeError } from '../errors/index.js';
import { type FlowContext, LazySession } from '../flow/index.js';
import type { JournalRecorder } from './recorder.js';

/** What became of one store, or the error that stood in its way. */
export interface CompactOutcome {
  /** The entity's run name. */
  readonly name: string;
  readonly compacted: Compacted | null;
  readonly error: HyggeError | null;
}

/** Makes few files of many in the store of one entity. Never rejects. */
export async function compactEntity(
  config: EntityConfig,
  request: CompactRequest,
  context: FlowContext,
  recorder: JournalRecorder,
): Promise<CompactOutcome> {
  const { name, flow } = config;
  const session = new LazySession(context.engine, name);
  try {
    const { type, ...settings } = config.store;
    const definition = context.registry.findStore(type);
    if (definition.compact === undefined) throw fail('COMPACT_UNSUPPORTED', { name, type });
    const compacted = await definition.compact(
      settings,
      {
        name,
        flow,
        runId: context.runId,
        signal: context.signal ?? new AbortController().signal,
        engine: () => session.get(),
        notice: () => {},
      },
      request,
    );
    await recorder.compacted(config, compacted);
    return { name, compacted, error: null };
  } catch (thrown) {
    return { name, compacted: null, error: asHyggeError(thrown) };
  } finally {
    await session.close();
  }
}
