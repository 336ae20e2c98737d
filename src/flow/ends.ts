import type { z } from 'zod';
import { builtinRegistry } from '../builtin.js';
import { parseHome, parseStore } from '../config/index.js';
import type { HomeDefinition } from '../core/home.js';
import type { TypedConfig } from '../core/plan.js';
import type { Registry } from '../core/registry.js';
import type { StoreDefinition } from '../core/store.js';
import type { HomeTypes, StoreTypes } from '../core/type-map.js';

/** What may be written for a home: a path of parquet files, or the keys of a type. */
export type HomeInput = string | HomeTypes[keyof HomeTypes]['input'];
/** What may be written for a store: a path of a folder for parquet files, or the keys of a type. */
export type StoreInput = string | StoreTypes[keyof StoreTypes]['input'];

type Create<Types extends Record<keyof Types, { input: unknown; output: unknown }>> = {
  /** A path stands for parquet. */
  (path: string, registry?: Registry): Types['parquet' & keyof Types]['output'];
  /** The keys of a type; TypeScript knows them, and refuses a misspelt one. */
  <T extends keyof Types>(
    input: { readonly type: T } & Types[T]['input'],
    registry?: Registry,
  ): Types[T]['output'];
};

const createHome = (input: unknown, registry: Registry = builtinRegistry()): TypedConfig =>
  parseHome(registry, input);
const createStore = (input: unknown, registry: Registry = builtinRegistry()): TypedConfig =>
  parseStore(registry, input);

/**
 * Configurations of homes: `HomeConfig.create('data/in')` or `HomeConfig.create({ type: 'parquet', path })` finds
 * the type, validates, and fills in the defaults. Everything that is wrong is thrown together as HyggeErrors.
 */
export const HomeConfig = { create: createHome as Create<HomeTypes> } as const;

/** Configurations of stores; as {@link HomeConfig}. */
export const StoreConfig = { create: createStore as Create<StoreTypes> } as const;

/** A home, ready to be used by a flow: its type and its configuration. */
export class Home {
  readonly definition: HomeDefinition;
  readonly config: TypedConfig;

  private constructor(definition: HomeDefinition, config: TypedConfig) {
    this.definition = definition;
    this.config = config;
  }

  /** The home that a path or a configuration describes. */
  static create(input: HomeInput | TypedConfig, registry: Registry = builtinRegistry()): Home {
    const config = parseHome(registry, input);
    return new Home(registry.findHome(config.type), config);
  }

  /** A home of a type of one's own, without registering it. */
  static of<C extends z.ZodObject>(definition: HomeDefinition<string, C>, config: z.input<C>): Home {
    const registry = builtinRegistry().home(definition);
    return Home.create({ ...config, type: definition.type }, registry);
  }
}

/** A store, ready to be used by a flow: its type and its configuration. */
export class Store {
  readonly definition: StoreDefinition;
  readonly config: TypedConfig;

  private constructor(definition: StoreDefinition, config: TypedConfig) {
    this.definition = definition;
    this.config = config;
  }

  static create(input: StoreInput | TypedConfig, registry: Registry = builtinRegistry()): Store {
    const config = parseStore(registry, input);
    return new Store(registry.findStore(config.type), config);
  }

  /** A store of a type of one's own, without registering it. */
  static of<C extends z.ZodObject>(definition: StoreDefinition<string, C>, config: z.input<C>): Store {
    const registry = builtinRegistry().store(definition);
    return Store.create({ ...config, type: definition.type }, registry);
  }
}
