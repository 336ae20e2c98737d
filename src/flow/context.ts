import type { Route } from '../core/capabilities.js';
import type { Engine, EngineSession } from '../core/engine.js';
import type { Registry } from '../core/registry.js';

/** What a flow needs of its surroundings. */
export interface FlowContext {
  readonly registry: Registry;
  readonly runId: string;
  /** Opened when a flow first needs it; shared by all. */
  engine(): Promise<Engine>;
  /** Forces a route; an error where it cannot be taken. */
  readonly route?: Route | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An engine session that is opened when it is first asked for, and closed if it was. */
export class LazySession {
  readonly #engine: () => Promise<Engine>;
  readonly #name: string;
  #session: Promise<EngineSession> | null = null;

  /** `name` is the entity's, for the engine's errors. */
  constructor(engine: () => Promise<Engine>, name: string) {
    this.#engine = engine;
    this.#name = name;
  }

  get(): Promise<EngineSession> {
    this.#session ??= this.#engine().then((engine) => engine.session({ name: this.#name }));
    return this.#session;
  }

  async close(): Promise<void> {
    const session = await this.#session?.catch(() => null);
    await session?.close();
  }
}
