import type { TablesQuestion } from '../config/index.js';
import type { FoundTable } from '../core/discover.js';
import type { HomeDefinition } from '../core/home.js';
import { nearest } from '../core/nearest.js';
import type { TypedConfig } from '../core/plan.js';
import type { Registry } from '../core/registry.js';
import { newRunId } from '../core/run-id.js';
import type { WorkspaceConfig } from '../core/workspace.js';
import { fail, HyggeError } from '../errors/index.js';
import { LazySession } from '../flow/index.js';
import { withContext } from './context.js';

export interface DiscoverRequest {
  /** A connection by its name, or the path of a database file, absolute. */
  readonly connection: string | null;
  readonly path: string | null;
  /** With a path: the type of home that reads it. Default: whichever can. */
  readonly type?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What lies in a database. */
export interface Discovery {
  /** A home of this database, which lacks only what each table adds. */
  readonly home: TypedConfig;
  readonly tables: readonly FoundTable[];
}

/** Lists what homes could read of a connection or a database file. Reads catalogs, and no rows. */
export async function discover(
  workspace: WorkspaceConfig,
  registry: Registry,
  request: DiscoverRequest,
): Promise<Discovery> {
  const { signal = new AbortController().signal } = request;
  const candidates = candidatesFor(workspace, registry, request);
  const name = request.connection ?? request.path ?? '';
  return withContext(workspace, registry, newRunId(), { signal }, undefined, async (context) => {
    let strange: HyggeError | null = null;
    for (const { definition, home } of candidates) {
      const { type: _, ...settings } = home;
      const session = new LazySession(context.engine, name);
      try {
        const config = definition.config.parse(settings);
        const { connections, runId } = context;
        const engine = () => session.get();
        const tables = await definition.discover?.(config, { name, signal, engine, connections, runId });
        return { home, tables: tables ?? [] };
      } catch (error) {
        // Another type may know this kind of file.
        if (!(error instanceof HyggeError) || error.code !== 'NOT_A_DATABASE') throw error;
        strange ??= error;
      } finally {
        await session.close();
      }
    }
    throw strange ?? fail('INTERNAL', { reason: 'a discovery of nothing' });
  });
}

/** The tables of the database that a home leads to: for `tablesOf` of `loadWorkspace`. */
export function tablesOf({
  flow,
  home,
  workspace,
  registry,
}: TablesQuestion): Promise<readonly FoundTable[]> {
  const signal = new AbortController().signal;
  return withContext(workspace, registry, newRunId(), { signal }, undefined, async (context) => {
    const { type, ...settings } = home;
    const session = new LazySession(context.engine, flow);
    const { connections, runId } = context;
    const engine = () => session.get();
    try {
      const settled = { name: flow, signal, engine, connections, runId };
      return (await registry.findHome(type).discover?.(settings, settled)) ?? [];
    } finally {
      await session.close();
    }
  });
}

interface Candidate {
  readonly definition: HomeDefinition;
  readonly home: TypedConfig;
}

function candidatesFor(
  { connections = {} }: WorkspaceConfig,
  registry: Registry,
  { connection, path, type }: DiscoverRequest,
): Candidate[] {
  const able = registry.homes.filter(({ discover: ability }) => ability !== undefined);
  if (path !== null) {
    if (type !== undefined) registry.findHome(type);
    const found = able.filter((one) => one.paths?.includes('path') && (type ?? one.type) === one.type);
    if (found.length === 0) throw unable(`a ${type} home tells of no tables`);
    return found.map((definition) => ({ definition, home: { type: definition.type, path } }));
  }
  const own = Object.hasOwn(connections, connection ?? '') ? connections[connection ?? ''] : undefined;
  const known = Object.keys(connections);
  if (connection === null || own === undefined) {
    const near = nearest(connection ?? '', known);
    const there = known.length === 0 ? 'hygge.yml describes none' : `there are: ${known.join(', ')}`;
    throw fail('USAGE', {
      reason: `there is no connection "${connection}", and no file of that name`,
      hint:
        near === undefined
          ? `Of connections, ${there}. A database file is named by its path.`
          : `Did you mean "${near}"?`,
    });
  }
  const definition = able.find((one) => one.connection?.type === own.type);
  if (definition === undefined) throw unable(`connections of type ${own.type} tell of no tables`);
  return [{ definition, home: { type: definition.type, connection } }];
}

const unable = (reason: string): HyggeError =>
  fail('USAGE', { reason, hint: '`hygge types` lists what homes can be; a home names its table itself.' });
