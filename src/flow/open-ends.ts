import type { Batch, Row } from '../core/batch.js';
import type { RunType, WriteMode } from '../core/capabilities.js';
import { type EntityConfig, placedAt } from '../core/entity-config.js';
import type { HomeDefinition, HomeSession, HomeTrust } from '../core/home.js';
import type { TypedConfig } from '../core/plan.js';
import type { EarlierRun } from '../core/run-record.js';
import type { StoreDefinition, StoreSession } from '../core/store.js';
import type { Schema } from '../core/types.js';
import { inferSchema } from '../engine/index.js';
import { fail } from '../errors/index.js';
import { type FlowContext, LazySession } from './context.js';
import { batchesOfHome, isBatch, typeError } from './read.js';
import { atMost, leaveAfter, Watchdog } from './watchdog.js';
import { collected } from './window/collect.js';

const modes: Record<RunType, WriteMode> = { full_drop: 'replace', incremental: 'append', merge: 'merge' };

/** The two types of an entity, each with the settings that are its own, and what the store is asked to do. */
export interface EndTypes {
  readonly home: { readonly definition: HomeDefinition; readonly settings: Record<string, unknown> };
  readonly store: { readonly definition: StoreDefinition; readonly settings: Record<string, unknown> };
  readonly mode: WriteMode;
}

/** Finds both types. MODE_UNSUPPORTED where the store cannot do what is asked of it. */
export function endTypes(config: EntityConfig, { registry }: FlowContext): EndTypes {
  const home = typed(config.home, (type) => registry.findHome(type));
  const store = typed(config.store, (type) => registry.findStore(type));
  const mode = config.append === null ? modes[config.run_type] : config.append ? 'append' : 'replace';
  const { type, capabilities } = store.definition;
  if (capabilities.modes.includes(mode)) return { home, store, mode };
  const facts = { name: config.name, type, mode, modes: capabilities.modes };
  throw fail('MODE_UNSUPPORTED', facts, { at: config.store_at });
}

/** A definition with the settings that are its own: the configuration without `type`. */
function typed<D extends HomeDefinition | StoreDefinition>(
  config: TypedConfig,
  find: (type: string) => D,
): { definition: D; settings: Record<string, unknown> } {
  const { type, ...settings } = config;
  return { definition: find(type), settings };
}

/** A home that is open, and whose columns are known. */
export interface OpenHome {
  readonly home: HomeSession;
  readonly schema: Schema;
  /** What was read already to learn the types of a home that declares none. */
  readonly read: AsyncIterator<Batch | readonly Row[]> | null;
  readonly first: Batch | readonly Row[] | null;
}

/** Both ends of an entity, as far as they are open. Whoever made it closes it, whatever happens. */
export class OpenEnds {
  readonly watchdog: Watchdog;
  // Two sessions, because a statement of the store may run while the home's is still being read.
  readonly homeSession: LazySession;
  readonly storeSession: LazySession;
  /** What the store tells of earlier runs, once it has been begun. */
  readonly earlier: EarlierRun[] = [];
  readonly #config: EntityConfig;
  readonly #types: EndTypes;
  readonly #context: FlowContext;
  #home: HomeSession | null = null;
  #store: StoreSession | null = null;
  #read: AsyncIterator<Batch | readonly Row[]> | null = null;

  constructor(config: EntityConfig, types: EndTypes, context: FlowContext) {
    const { name, settings } = config;
    this.#config = config;
    this.#types = types;
    this.#context = context;
    this.watchdog = new Watchdog(name, settings.timeout, context.signal);
    this.homeSession = new LazySession(context.engine, name);
    this.storeSession = new LazySession(context.engine, name);
  }

  /** Opens the home and learns its columns, if need be from its first rows. `onHome`: it is open. */
  async openHome(
    trust?: HomeTrust,
    onHome: (home: HomeSession) => void = () => {},
    notice?: (message: string) => void,
  ): Promise<OpenHome> {
    const { watchdog } = this;
    const { name, flow, entity } = this.#config;
    const { definition, settings } = this.#types.home;
    const { runId, state, lastTypes, entitiesOf } = this.#context;
    const opening = definition
      .open(settings, {
        name,
        signal: watchdog.signal,
        onProgress: () => watchdog.progress(),
        notice,
        engine: () => this.homeSession.get(),
        connections: this.#context.connections,
        runId,
        flow: entity === null ? undefined : { name: flow, entities: entitiesOf?.(flow) ?? 1 },
        stateFolder: state,
        trust,
        remembered: async () => (await lastTypes?.(this.#config)) ?? null,
      })
      .catch((cause) => Promise.reject(typeError(name, 'home', definition.type, cause)));
    const home = await watchdog.race(opening);
    this.#home = home;
    onHome(home);
    const schema = await watchdog.race(home.schema());
    if (schema !== null) return { home, schema, read: null, first: null };
    const read = home.read?.({ signal: watchdog.signal })[Symbol.asyncIterator]() ?? null;
    this.#read = read;
    const first = (await watchdog.race(firstPiece(read))) ?? [];
    return { home, schema: isBatch(first) ? first.schema : inferSchema(first), read, first };
  }

  /** The same home with all its rows in a table of the engine, where they can only be had once. */
  async collect({ home, schema, read, first }: OpenHome): Promise<OpenHome> {
    const { watchdog } = this;
    const { type } = this.#types.home.definition;
    const reading = { name: this.#config.name, type, schema, read, first, signal: watchdog.signal };
    const batches = batchesOfHome(home, reading, () => watchdog.progress());
    const whole = await watchdog.race(collected(home, batches, await this.homeSession.get(), schema));
    this.#home = whole;
    this.#read = null;
    return { home: whole, schema, read: null, first: null };
  }

  async openStore(runId: string, notice: (message: string) => void): Promise<StoreSession> {
    const { name, flow } = this.#config;
    const { definition, settings } = this.#types.store;
    const store = await this.atStore(
      definition.open(settings, {
        name,
        flow,
        runId,
        signal: this.watchdog.signal,
        engine: () => this.storeSession.get(),
        connections: this.#context.connections,
        notice,
        onProgress: () => this.watchdog.progress(),
        earlier: (run) => this.earlier.push(run),
      }),
    );
    this.#store = store;
    return store;
  }

  /** What some work of the store gives; its errors have the place of the store in the YAML. */
  atStore<T>(work: Promise<T>): Promise<T> {
    return this.watchdog.race(work.catch((error) => Promise.reject(placedAt(error, this.#config.store_at))));
  }

  /** Closes both ends and the engine's sessions; whatever fails here is passed over. */
  async close(): Promise<void> {
    this.watchdog.end();
    const ends = [this.#home?.close(), this.#store?.close()];
    const sessions = [this.homeSession.close(), this.storeSession.close()];
    // A home that has been left in the middle of a read may never answer.
    void this.#read?.return?.().catch(() => {});
    await atMost(leaveAfter(this.#config.settings.timeout), Promise.allSettled([...ends, ...sessions]));
  }
}

async function firstPiece(
  read: AsyncIterator<Batch | readonly Row[]> | null,
): Promise<Batch | readonly Row[] | null> {
  for (;;) {
    const next = await read?.next();
    if (next === undefined || next.done === true) return null;
    if (isBatch(next.value) || next.value.length > 0) return next.value;
  }
}
