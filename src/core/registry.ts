import { fail } from '../errors/index.js';
import type { ConnectionDefinition } from './connection.js';
import type { HomeDefinition } from './home.js';
import { nearest } from './nearest.js';
import type { StoreDefinition } from './store.js';

/**
 * The table of known home and store types. It is a value: a test copies it, a plugin adds to it, and nothing is
 * registered by importing a file.
 */
export class Registry {
  readonly #homes = new Map<string, HomeDefinition>();
  readonly #stores = new Map<string, StoreDefinition>();
  readonly #connections = new Map<string, ConnectionDefinition>();
  /** The type that a bare string stands for. */
  readonly defaultType: string;

  constructor(defaultType: string) {
    this.defaultType = defaultType;
  }

  /** Adds a type of home. A name that is taken is TYPE_TAKEN. */
  home(definition: HomeDefinition): this {
    return this.#add('home', this.#homes, definition);
  }

  /** Adds a type of store. A name that is taken is TYPE_TAKEN. */
  store(definition: StoreDefinition): this {
    return this.#add('store', this.#stores, definition);
  }

  /** Adds a type of connection. A name that is taken is TYPE_TAKEN. */
  connection(definition: ConnectionDefinition): this {
    return this.#add('connection', this.#connections, definition);
  }

  get connections(): readonly ConnectionDefinition[] {
    return [...this.#connections.values()];
  }

  get homes(): readonly HomeDefinition[] {
    return [...this.#homes.values()];
  }

  get stores(): readonly StoreDefinition[] {
    return [...this.#stores.values()];
  }

  /** The home of a type; UNKNOWN_TYPE, with the nearest name, where there is none. */
  findHome(type: string): HomeDefinition {
    return find('home', this.#homes, type);
  }

  /** The home whose files have such a name; undefined where there is none. */
  homeOfFile(path: string): HomeDefinition | undefined {
    return this.homes.find(({ fileNames }) => fileNames?.test(path));
  }

  findStore(type: string): StoreDefinition {
    return find('store', this.#stores, type);
  }

  /** One that can be added to without touching this one. */
  copy(): Registry {
    const copy = new Registry(this.defaultType);
    for (const home of this.#homes.values()) copy.home(home);
    for (const store of this.#stores.values()) copy.store(store);
    for (const connection of this.#connections.values()) copy.connection(connection);
    return copy;
  }

  #add<D extends { readonly type: string }>(
    role: 'home' | 'store' | 'connection',
    table: Map<string, D>,
    definition: D,
  ): this {
    if (table.has(definition.type)) throw fail('TYPE_TAKEN', { role, type: definition.type });
    table.set(definition.type, definition);
    return this;
  }
}

function find<D>(role: 'home' | 'store', table: ReadonlyMap<string, D>, type: string): D {
  const definition = table.get(type);
  if (definition !== undefined) return definition;
  const known = [...table.keys()].sort();
  throw fail('UNKNOWN_TYPE', { role, type, known, nearest: nearest(type, known) });
}
