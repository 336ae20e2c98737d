import { type EntityConfig, placedAt } from '../core/entity-config.js';
import type { TypedConfig } from '../core/plan.js';
import type { WorkspaceConfig } from '../core/workspace.js';
import { asHyggeError, type HyggeError } from '../errors/index.js';
import { type FlowContext, LazySession } from '../flow/index.js';

/** Whether one end of an entity could be reached, with what was found there. */
export interface CheckOutcome {
  /** The entity's run name, or that of the connection. */
  readonly name: string;
  readonly role: 'home' | 'store' | 'connection';
  readonly type: string;
  /** What was tried, such as a path. */
  readonly where: string;
  readonly ok: boolean;
  /** What was found, or what went wrong. */
  readonly message: string;
  readonly error: HyggeError | null;
}

/** Tries the connections of a project, each step by step. Those of unknown types are left out. */
export async function checkConnections(
  { connections: settings = {} }: WorkspaceConfig,
  { registry, connections, signal = new AbortController().signal }: FlowContext,
): Promise<readonly CheckOutcome[]> {
  const found = Object.entries(settings).flatMap(([name, { type }]) => {
    const definition = registry.connections.find((one) => one.type === type);
    return definition === undefined ? [] : [{ name, definition }];
  });
  return Promise.all(
    found.map(async ({ name, definition }): Promise<CheckOutcome> => {
      const outcome = { name, role: 'connection', type: definition.type, where: '' } as const;
      try {
        const message = await (await connections.open(definition, name)).check(signal);
        return { ...outcome, ok: true, message, error: null };
      } catch (thrown) {
        const error = asHyggeError(thrown);
        return { ...outcome, ok: false, message: error.message, error };
      }
    }),
  );
}

/** Opens the home and the store of an entity, each for itself, and looks at what is there. */
export async function checkEntity(
  config: EntityConfig,
  context: FlowContext,
): Promise<readonly CheckOutcome[]> {
  const session = new LazySession(context.engine, config.name);
  const signal = context.signal ?? new AbortController().signal;
  const { name, flow } = config;
  const { connections } = context;
  const engine = () => session.get();
  try {
    return [
      await attempt(config, 'home', async ({ type, ...settings }) => {
        const home = await context.registry
          .findHome(type)
          .open(settings, { name, signal, engine, connections, stateFolder: context.state });
        try {
          const [columns, { rows, files }] = [await home.schema(), await home.estimate()];
          const counts = [count(files, 'file'), count(columns?.length ?? null, 'column'), count(rows, 'row')];
          return counts.filter((text) => text !== null).join(', ') || 'it can be read';
        } finally {
          await home.close();
        }
      }),
      await attempt(config, 'store', async ({ type, ...settings }) => {
        const definition = context.registry.findStore(type);
        const { runId } = context;
        const store = await definition.open(settings, {
          name,
          flow,
          runId,
          signal,
          engine,
          connections,
          notice: () => {},
        });
        try {
          const { files, rows } = await store.inspect();
          if (files === 0 && rows === 0) return 'it is empty and can be written to';
          const counts = [files === 0 ? null : count(files, 'file'), count(rows, 'row')];
          return counts.filter((text) => text !== null).join(', ') || 'it can be written to';
        } finally {
          await store.close();
        }
      }),
    ];
  } finally {
    await session.close();
  }
}

async function attempt(
  config: EntityConfig,
  role: 'home' | 'store',
  look: (config: TypedConfig) => Promise<string>,
): Promise<CheckOutcome> {
  const end = config[role];
  const where = String(end.path ?? end.table ?? end.type);
  try {
    return {
      name: config.name,
      role,
      type: end.type,
      where,
      ok: true,
      message: await look(end),
      error: null,
    };
  } catch (thrown) {
    const error = placedAt(asHyggeError(thrown), role === 'home' ? config.at : config.store_at);
    return { name: config.name, role, type: end.type, where, ok: false, message: error.message, error };
  }
}

function count(number: number | null, what: string): string | null {
  return number === null ? null : `${number.toLocaleString('en-US')} ${what}${number === 1 ? '' : 's'}`;
}
