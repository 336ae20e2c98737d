import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtinRegistry } from '../builtin.js';
import {
  type ColumnsInput,
  type ContractInput,
  type MaskInput,
  type PolishInput,
  parseConnections,
  parseContract,
  parseShaping,
} from '../config/index.js';
import type { Route, RunType } from '../core/capabilities.js';
import type { EntityConfig, NullsRule, WatermarkConfig } from '../core/entity-config.js';
import { Events } from '../core/events.js';
import type { VerifyLevel } from '../core/fingerprint.js';
import { runTypeFrom } from '../core/if-exists.js';
import { defaultRetry, type Plan, type RetrySettings, type TypedConfig } from '../core/plan.js';
import type { Registry } from '../core/registry.js';
import type { EntityResult } from '../core/result.js';
import { newRunId } from '../core/run-id.js';
import { defaultSchemaSettings } from '../core/schema-rules.js';
import { fail, HyggeError } from '../errors/index.js';
import { ConnectionTable } from './connections.js';
import type { FlowContext } from './context.js';
import { Home, type HomeInput, Store, type StoreInput } from './ends.js';
import { prepare } from './prepare.js';
import { runEntity } from './run.js';
import { RunEngine, sweepSpilled } from './run-engine.js';

/** What the names of the folders begin with that runs of flows spill into. */
const spillPrefix = 'hygge-spill-';

/** A flow as a program writes it. The keys are those of `flow.yml`. */
export interface FlowOptions {
  readonly name: string;
  readonly home: HomeInput | Home;
  readonly store: StoreInput | Store;
  /** Default: what `if_exists` of the store says; else `full_drop`. */
  readonly run_type?: RunType;
  /** The columns to move: names, or new name → old name, or → `{ from, as }`. Default: all. */
  readonly columns?: ColumnsInput;
  /** How values that nobody should read are hidden. Default: they are not. */
  readonly mask?: MaskInput;
  /** Names of columns made alike, and columns added; as `polish` of a store. */
  readonly polish?: PolishInput;
  /** An SQL condition over the home's columns. */
  readonly where?: string;
  /** How new rows are told from old ones. Default: they are not. */
  readonly watermark?: WatermarkOptions;
  /** What the rows have to be before they are published: the keys of `contract` in `flow.yml`. Default: anything. */
  readonly contract?: ContractInput;
  /** Batches between reader and writer; default 10. */
  readonly queue_size?: number;
  /** Seconds without progress before the flow is stopped; default 300. */
  readonly timeout?: number;
  /** How staged rows are held against the home's before they are published; default `counts`. */
  readonly verify?: VerifyLevel;
  /** Tries in all (default 3), and seconds before the second one (default 2). For errors that may pass alone. */
  readonly retry?: Partial<RetrySettings>;
  /** As `connections` of hygge.yml: what `connection` of a home or store names. */
  readonly connections?: Readonly<
    Record<string, { readonly type: string } & Readonly<Record<string, unknown>>>
  >;
  /** Default: the built-in types. */
  readonly registry?: Registry;
  /** Bytes that the engine may use; default: half of what the machine has. */
  readonly memory_limit?: number;
  /** Threads of the engine; default: as many as the machine has. */
  readonly threads?: number;
}

/** As `watermark` of `flow.yml`. */
export interface WatermarkOptions {
  /** As the home names it. Only a merge can do without. */
  readonly watermark_column?: string;
  readonly primary_key?: string | readonly string[];
  /** How far below the last value to look again: "2h", or a number. Default: not at all. */
  readonly lag?: string | number;
  /** Default: `include`. */
  readonly nulls?: NullsRule;
  /** Rows below `start` or above `end` are never moved. Default: no limit. */
  readonly start?: string;
  readonly end?: string;
}

export interface StartOptions {
  /** Rows from here on, whatever the watermark is. */
  readonly from?: string;
  /** Rows up to here. */
  readonly to?: string;
  readonly route?: Route;
  readonly signal?: AbortSignal;
}

/**
 * One journey from a home to a store, without a workspace and without a journal.
 * @example const result = await new Flow({ name: 'numbers', home: 'data/in', store: 'data/out' }).start();
 */
export class Flow {
  /** What happens, as it happens. */
  readonly events = new Events();
  readonly #config: EntityConfig;
  readonly #options: FlowOptions;
  readonly #registry: Registry;
  readonly #connections: Readonly<Record<string, TypedConfig>>;

  /** Validates; everything that is wrong is thrown together as HyggeErrors. */
  constructor(options: FlowOptions) {
    const registry = (options.registry ?? builtinRegistry()).copy();
    const home = options.home instanceof Home ? options.home : Home.create(options.home, registry);
    const store = options.store instanceof Store ? options.store : Store.create(options.store, registry);
    if (!registry.homes.some(({ type }) => type === home.definition.type)) registry.home(home.definition);
    if (!registry.stores.some(({ type }) => type === store.definition.type)) registry.store(store.definition);
    this.#registry = registry;
    this.#connections = parseConnections(registry, options.connections ?? {});
    this.#options = options;
    this.#config = {
      name: options.name,
      flow: options.name,
      entity: null,
      home: home.config,
      store: store.config,
      run_type: runTypeOf(options, store),
      append: null,
      ...parseShaping(options),
      where: options.where ?? null,
      limit: null,
      watermark: watermarkConfig(options.watermark),
      settings: {
        queue_size: options.queue_size ?? 10,
        timeout: options.timeout ?? 300,
        verify: options.verify ?? 'counts',
        retry: { ...defaultRetry, ...options.retry },
      },
      contract: options.contract === undefined ? null : parseContract(options.contract),
      schema: defaultSchemaSettings,
      at: null,
      store_at: null,
    };
  }

  /** Moves the rows. Resolves with what became of it; rejects with the HyggeError where it failed. */
  async start(options: StartOptions = {}): Promise<EntityResult> {
    const { name } = this.#config;
    let failure: HyggeError | null = null;
    const stopListening = this.events.on('flow.finished', ({ error }) => {
      failure = error;
    });
    const ref = { name, flow: name, entity: null, index: 1, total: 1 };
    for (const message of await sweepSpilled(tmpdir(), spillPrefix))
      this.events.emit('run.notice', { message });
    const result = await this.#withContext(options, (context) =>
      runEntity(this.#config, ref, context, this.events),
    );
    stopListening();
    if ((failure as unknown) instanceof HyggeError) throw failure;
    return result;
  }

  /** What `start` would do. Nothing is written. */
  async plan(options: StartOptions = {}): Promise<Plan> {
    return this.#withContext(options, async (context) => {
      const prepared = await prepare(this.#config, context, () => {});
      await prepared.close();
      return prepared.plan;
    });
  }

  async #withContext<T>(options: StartOptions, work: (context: FlowContext) => Promise<T>): Promise<T> {
    const { memory_limit: memoryLimit = null, threads = null } = this.#options;
    const runId = newRunId();
    const folder = join(tmpdir(), spillPrefix + runId);
    const engine = new RunEngine({ memoryLimit, threads, folder });
    const connections = new ConnectionTable(this.#connections);
    try {
      return await work({
        registry: this.#registry,
        runId,
        engine: () => engine.get(),
        connections,
        route: options.route,
        backfill: { from: options.from, to: options.to },
        signal: options.signal,
      });
    } finally {
      await connections.close();
      await engine.close();
    }
  }
}

function runTypeOf({ run_type = null as RunType | null }, { definition, config }: Store): RunType {
  const ifExists = definition.ifExists?.(config) ?? null;
  const found = runTypeFrom({ ifExists, runType: run_type, append: null });
  if (typeof found !== 'object') return found;
  throw fail('INVALID_VALUE', { key: 'store.if_exists', reason: found.reason });
}

function watermarkConfig(options: WatermarkOptions | undefined): WatermarkConfig | null {
  if (options === undefined) return null;
  const {
    watermark_column = null,
    primary_key = [],
    lag = null,
    nulls = 'include',
    start = null,
    end = null,
  } = options;
  return { watermark_column, primary_key: [primary_key].flat(), lag, nulls, start, end };
}
