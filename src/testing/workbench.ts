import { join } from 'node:path';
import type { z } from 'zod';
import { builtinRegistry } from '../builtin.js';
import { parseConnections } from '../config/index.js';
import type { EngineSession } from '../core/engine.js';
import type { HomeContext, HomeDefinition, HomeSession } from '../core/home.js';
import { Registry } from '../core/registry.js';
import { newRunId } from '../core/run-id.js';
import type { StoreContext, StoreDefinition, StoreSession } from '../core/store.js';
import { openEngine } from '../engine/index.js';
import { ConnectionTable, Home, Store } from '../flow/index.js';
import { inFolder } from './case.js';

/** As `connections` of hygge.yml. */
export type ConnectionSettings = Readonly<
  Record<string, { readonly type: string } & Readonly<Record<string, unknown>>>
>;

/** What a session can be opened with, and an engine session to look at its rows with. */
export interface Workbench {
  readonly session: EngineSession;
  readonly home: HomeContext;
  readonly store: StoreContext;
}

const name = 'contract';

/** Opens an engine, and closes it and all its sessions afterwards. */
export async function atWorkbench<T>(
  work: (bench: Workbench) => Promise<T>,
  signal: AbortSignal = new AbortController().signal,
  settings: ConnectionSettings = {},
): Promise<T> {
  return inFolder(async (folder) => {
    const engine = await openEngine({ memoryLimit: null, threads: 2, tempFolder: join(folder, 'engine') });
    const sessions: Promise<EngineSession>[] = [];
    const lazily = (): (() => Promise<EngineSession>) => {
      let own: Promise<EngineSession> | null = null;
      return () => {
        own ??= engine.session();
        sessions.push(own);
        return own;
      };
    };
    const connections = new ConnectionTable(parseConnections(builtinRegistry(), settings));
    try {
      return await work({
        session: await lazily()(),
        home: { name, signal, connections, engine: lazily() },
        store: {
          name,
          flow: name,
          runId: newRunId(),
          signal,
          connections,
          engine: lazily(),
          notice: () => {},
        },
      });
    } finally {
      await connections.close();
      for (const session of new Set(sessions)) await session.then((open) => open.close()).catch(() => {});
      await engine.close();
    }
  });
}

/** The built-in types with this one among them, whether it is one of them or not. */
export function registryWith(
  definition: { readonly home: HomeDefinition } | { readonly store: StoreDefinition },
): Registry {
  const builtin = builtinRegistry();
  const registry = new Registry(builtin.defaultType);
  const add = <D extends { readonly type: string }>(known: readonly D[], own: D | null): readonly D[] =>
    own === null ? known : [...known.filter(({ type }) => type !== own.type), own];
  for (const home of add(builtin.homes, 'home' in definition ? definition.home : null)) registry.home(home);
  for (const store of add(builtin.stores, 'store' in definition ? definition.store : null))
    registry.store(store);
  return registry;
}

/** A home of a definition, its configuration validated as a workspace would. */
export function homeOf<C extends z.ZodObject>(
  definition: HomeDefinition<string, C>,
  config: z.input<C>,
): Home {
  return Home.create({ ...config, type: definition.type }, registryWith({ home: definition }));
}

export function storeOf<C extends z.ZodObject>(
  definition: StoreDefinition<string, C>,
  config: z.input<C>,
): Store {
  return Store.create({ ...config, type: definition.type }, registryWith({ store: definition }));
}

/** Opens a session of a home, and closes it afterwards. */
export async function withHome<T>(
  { definition, config: { type: _, ...settings } }: Home,
  context: HomeContext,
  work: (session: HomeSession) => Promise<T>,
): Promise<T> {
  const session = await definition.open(settings, context);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

export async function withStore<T>(
  { definition, config: { type: _, ...settings } }: Store,
  context: StoreContext,
  work: (session: StoreSession) => Promise<T>,
): Promise<T> {
  const session = await definition.open(settings, context);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
