import type { EntityConfig } from '../core/entity-config.js';
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
  let end: StoreEnd | null = null;
  try {
    end = storeEnd(config, context);
    const { definition, settings, given } = end;
    if (definition.compact === undefined) throw fail('COMPACT_UNSUPPORTED', { name, type: definition.type });
    const compacted = await definition.compact(settings, given, request);
    await recorder.compacted(config, compacted);
    return { name, compacted, error: null };
  } catch (thrown) {
    return { name, compacted: null, error: asHyggeError(thrown) };
  } finally {
    await end?.close();
  }
}
