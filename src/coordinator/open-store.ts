import type { EntityConfig } from '../core/entity-config.js';
import type { StoreSession } from '../core/store.js';
import { type FlowContext, LazySession } from '../flow/index.js';

export interface OpenStore {
  readonly store: StoreSession;
  /** Lets go of the store, and of the engine. Never fails. */
  close(): Promise<void>;
}

/** The store of an entity, without its home. */
export async function openStore(
  { name, flow, store: { type, ...settings } }: EntityConfig,
  context: FlowContext,
): Promise<OpenStore> {
  const session = new LazySession(context.engine, name);
  try {
    const store = await context.registry.findStore(type).open(settings, {
      name,
      flow,
      runId: context.runId,
      signal: context.signal ?? new AbortController().signal,
      engine: () => session.get(),
      notice: () => {},
    });
    return {
      store,
      close: async () => {
        await Promise.allSettled([store.close(), session.close()]);
      },
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}
