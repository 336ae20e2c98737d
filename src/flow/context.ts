import type { Route } from '../core/capabilities.js';
import type { Connections } from '../core/connection.js';
import type { Engine, EngineSession } from '../core/engine.js';
import type { EntityConfig } from '../core/entity-config.js';
import type { Registry } from '../core/registry.js';
import type { KeptWatermark } from '../core/watermark.js';
import type { Recorder } from './record.js';
import type { KeptSchemas } from './schema/compare.js';

/** What a flow needs of its surroundings. */
export interface FlowContext {
  readonly registry: Registry;
  readonly runId: string;
  /** Opened when a flow first needs it; shared by all. */
  engine(): Promise<Engine>;
  readonly connections: Connections;
  /** The project's name, for the record. */
  readonly project?: string | undefined;
  /** The folder of the journal and of what hygge keeps for itself; left out for a flow without a project. */
  readonly state?: string | undefined;
  /** How many entities of a flow this run is about. Default: one. */
  readonly entitiesOf?: ((flow: string) => number) | undefined;
  /** The types that the last run of an entity found out from its data: from the journal. */
  readonly lastTypes?:
    | ((config: EntityConfig) => Promise<Readonly<Record<string, string>> | null>)
    | undefined;
  /** All entities of the project: what checks may refer to. */
  readonly entities?: readonly EntityConfig[] | undefined;
  /** The rows that the last run of an entity published, from the journal; null where there was none. */
  readonly lastRows?: ((config: EntityConfig) => Promise<number | null>) | undefined;
  /** The runs of an entity whose rows were put aside, and moved by no other run since; from the journal. */
  readonly runsAside?: ((config: EntityConfig) => Promise<readonly string[]>) | undefined;
  /** The columns that each entity settled with the last time; left out for a flow without a project. */
  readonly schemas?: KeptSchemas | undefined;
  /** Where what ran is recorded. */
  readonly recorder?: Recorder | undefined;
  /** Forces a route; an error where it cannot be taken. */
  readonly route?: Route | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Aborted: what runs may end, but nothing is begun any more, nor tried again. */
  readonly drain?: AbortSignal | undefined;
  /** The rows that are asked for, whatever the watermark is: `--from` and `--to`. */
  readonly backfill?: { readonly from?: string | undefined; readonly to?: string | undefined } | undefined;
  /**
   * The last watermark of an entity where its store has none: from the journal, where the store keeps no records at
   * all, and from that of the earlier tool.
   */
  readonly lastWatermark?:
    | ((config: EntityConfig, storeKeepsRecords: boolean) => Promise<KeptWatermark | null>)
    | undefined;
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
