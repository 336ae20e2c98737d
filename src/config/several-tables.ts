import type { FoundTable } from '../core/discover.js';
import type { TypedConfig } from '../core/plan.js';
import type { Registry } from '../core/registry.js';
import { fail, type Position } from '../errors/index.js';
import { entityPlace } from './entity-place.js';
import type { RawFlow } from './flow.js';
import { child, fromPlain, type MapNode, map, type Node, scalar, withKeys } from './node.js';
import { Problems } from './problems.js';

/** Gives the tables of the database that a home leads to; null: the flow is not wanted, and nobody is asked. */
export type TablesOf = (flow: string, home: TypedConfig) => Promise<readonly FoundTable[] | null>;

export interface SeveralContext {
  readonly registry: Registry;
  readonly root: string;
  readonly problems: Problems;
  /** Without it, flows whose home reads several tables are left out. */
  readonly tablesOf: TablesOf | undefined;
}

/** Flows, each with an entity for every table where its home reads several. */
export async function withTables(flows: readonly RawFlow[], context: SeveralContext): Promise<RawFlow[]> {
  const all = await Promise.all(flows.map((flow) => withOwnTables(flow, context)));
  return all.flat();
}

async function withOwnTables(raw: RawFlow, context: SeveralContext): Promise<RawFlow[]> {
  const { registry, root, problems, tablesOf } = context;
  const { name: flowName, node: flow } = raw;
  const home = child(flow, 'home');
  if (home?.kind !== 'map') return [raw];
  // What is wrong with the home is told when the flow is read.
  const quiet = { registry, root, problems: new Problems() };
  const place = entityPlace({ ...quiet, role: 'home', flow, own: [], flowName, entity: null });
  if (place === undefined) return [raw];
  const { type, ...settings } = place.config;
  const several = registry.findHome(type).several?.(settings) ?? null;
  if (several === null) return [raw];
  const { shown } = several;
  const at = home.entries.get('table')?.value.at ?? place.at;
  if (child(flow, 'entities') !== undefined || raw.entityFiles.length > 0) {
    const reason = `${shown} names several tables, each an entity of its own, and the flow has entities already`;
    const hint = 'Remove them, or leave the table out: the name of an entity is then its table.';
    problems.add(fail('INVALID_VALUE', { key: 'home.table', reason, hint }, { at }));
    return [];
  }
  if (tablesOf === undefined || problems.any) return [];
  try {
    const found = await tablesOf(flowName, place.config);
    if (found === null) return [];
    const tables = found.filter((table) => several.takes(table));
    if (tables.length > 0) return [{ ...raw, node: withEntities(flow, home, tables, several.keys, at) }];
    const schemas = [...new Set(found.map(({ schema }) => schema))].filter((schema) => schema !== null);
    const there =
      schemas.length === 0 ? 'The database has no tables.' : `There are tables in: ${schemas.join(', ')}.`;
    const reason = `there is no table in ${shown}, with what is included and excluded`;
    problems.add(fail('INVALID_VALUE', { key: 'home.table', reason, hint: there }, { at }));
  } catch (error) {
    problems.take(error, at);
  }
  return [];
}

function withEntities(
  flow: MapNode,
  home: MapNode,
  tables: readonly FoundTable[],
  keys: readonly string[],
  at: Position | null,
): MapNode {
  const entry = (value: Node) => ({ keyAt: at, value });
  const items = tables.map((table) =>
    map(
      [
        ['name', entry(scalar(table.name, at))],
        ['home', entry({ ...fromPlain(table.home), at })],
      ],
      at,
    ),
  );
  const rest = withKeys(home, Object.fromEntries(keys.map((key) => [key, undefined])));
  return withKeys(flow, {
    home: { keyAt: flow.entries.get('home')?.keyAt ?? null, value: rest },
    entities: entry({ kind: 'list', items, at }),
  });
}
