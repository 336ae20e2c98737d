import type { EntityConfig } from '../core/entity-config.js';
import type { StoreContext, StoreDefinition, StoreSession } from '../core/store.js';
import { type FlowContext, LazySession } from '../flow/index.js';

/** The type of an entity's store, with what its functions are given. */
export interface StoreEnd {
  readonly definition: StoreDefinition;
  readonly settings: Record<string, unknown>;
  readonly given: StoreContext;
  /** Closes the engine's session, where one was opened. */
  close(): Promise<void>;
}

/** The store of an entity, without its home; nothing is opened yet. */
export function storeEnd(
  { name, flow, store: { type, ...settings } }: EntityConfig,
  { registry, engine, connections, runId, signal = new AbortController().signal }: FlowContext,
): StoreEnd {
  const session = new LazySession(engine, name);
  const given = { name, flow, runId, signal, engine: () => session.get(), connections, notice: () => {} };
  return { definition: registry.findStore(type), settings, given, close: () => session.close() };
}

export interface OpenStore {
  readonly store: StoreSession;
  /** Lets go of the store, and of the engine. Never fails. */
  close(): Promise<void>;
}

/** Opens the store of an entity. */
export async function openStore(config: EntityConfig, context: FlowContext): Promise<OpenStore> {
  const { definition, settings, given, close } = storeEnd(config, context);
  try {
    const store = await definition.open(settings, given);
    return {
      store,
      close: async () => {
        await Promise.allSettled([store.close(), close()]);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
