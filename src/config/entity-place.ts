import type { z } from 'zod';
import type { TypedConfig } from '../core/plan.js';
import type { Registry } from '../core/registry.js';
import { fail, type Position } from '../errors/index.js';
import { type CheckContext, check } from './check.js';
import {
  child,
  type Entry,
  type MapNode,
  map,
  mapMapScalars,
  type Node,
  overlay,
  textOf,
  withKeys,
} from './node.js';
import {
  absolutePaths,
  appendPart,
  asKeys,
  findType,
  mergeOptions,
  type PlaceDefinition,
  type Role,
  validatePlace,
} from './place.js';
import type { Problems } from './problems.js';
import { storeKeysSchema } from './schemas.js';

export interface PlaceRequest {
  readonly role: Role;
  /** The flow itself. */
  readonly flow: MapNode;
  /** Of an entity: the flow's defaults and the entity's own keys, in this order; empty for a whole flow. */
  readonly own: readonly MapNode[];
  readonly flowName: string;
  /** null for a whole flow. */
  readonly entity: string | null;
  readonly registry: Registry;
  readonly root: string;
  readonly problems: Problems;
}

export interface Place {
  readonly config: TypedConfig;
  /** What the keys say that every store has; null for a home. */
  readonly keys: StoreKeys | null;
  readonly at: Position | null;
  /** As it is written, all layers together. */
  readonly node: MapNode;
}

type StoreKeys = z.output<typeof storeKeysSchema>;

const template = /\{entity\}/g;

/**
 * The home or store of one entity: the flow's keys, overlaid with those of the defaults and of the entity.
 * The flow's path is a base: the entity's own path, or else its name, is appended to it – unless the flow's path
 * says with `{entity}` where the name goes. An absolute path of the entity's own stands alone. An entity that
 * names another type than the flow starts anew, without the flow's keys.
 */
export function entityPlace(request: PlaceRequest): Place | undefined {
  const { role, flow, own, entity, registry, problems, root } = request;
  const where = `the ${role} of flow ${request.flowName}`;
  const written = [flow, ...own].flatMap((layer, index) => {
    const entry = layer.entries.get(role);
    const node = child(layer, role);
    return node === undefined ? [] : [{ node, at: entry?.keyAt ?? node.at, isFlow: index === 0 }];
  });
  const last = written.at(-1);
  if (last === undefined) {
    const hint = `Write a path, such as ${role}: data/${role}, or a map with type.`;
    problems.add(
      fail('MISSING_KEY', { key: role, where: `flow ${request.flowName}`, hint }, { at: flow.at }),
    );
    return undefined;
  }

  const context = { where, prefix: role, problems };
  const fill = (node: MapNode): MapNode => fillTemplate(node, request);
  const layers: { keys: MapNode; isFlow: boolean }[] = [];
  let typeNode: Node | undefined;
  let definition: PlaceDefinition | undefined;
  for (const { node, isFlow } of written) {
    const keys = asKeys(role, registry, node, role, problems, textOf(typeNode));
    if (keys === undefined) return undefined;
    const named = child(keys, 'type');
    if (named !== undefined && textOf(named) !== (textOf(typeNode) ?? registry.defaultType))
      layers.length = 0;
    typeNode = named ?? typeNode;
    const connection = keys.entries.get('connection');
    if (typeNode === undefined && connection !== undefined) {
      const hint = 'It names a connection, so write its type too, such as type: postgres.';
      problems.add(fail('MISSING_KEY', { key: 'type', where, hint }, { at: connection.keyAt }));
      return undefined;
    }
    definition = findType(role, registry, typeNode, problems);
    if (definition === undefined) continue;
    layers.push({ keys, isFlow });
    // By itself too, for what is wrong in it may be hidden by the next.
    validateLayer(role, definition, fill(mergeOptions(keys, definition)), { ...context, isPart: true });
  }
  if (definition === undefined) return undefined;
  const type = definition;

  const merge = (wanted: boolean): MapNode =>
    layers
      .filter(({ isFlow }) => isFlow === wanted)
      .map(({ keys }) => mergeOptions(keys, type))
      .reduce(overlay, map([], last.at));
  const base = merge(true);
  const above = merge(false);
  const paths = definition.paths ?? [];
  const based = paths.filter((key) => textOf(child(base, key)) !== undefined);
  const ownPaths = based.filter((key) => textOf(child(above, key)) !== undefined);
  const keepBase = Object.fromEntries(ownPaths.map((key) => [key, base.entries.get(key)]));
  const merged = { ...withKeys(overlay(base, above), keepBase), at: last.at };

  const filled = fill(merged);
  const config = validateLayer(role, definition, filled, context);
  if (config === undefined) return undefined;

  const parts = fill(map(ownPaths.map((key) => [key, above.entries.get(key) as Entry])));
  const partOf = (key: string): string | undefined => {
    const ownPath = textOf(child(parts, key));
    if (ownPath !== undefined || entity === null) return ownPath;
    return based.includes(key) && !isTemplated(map([[key, base.entries.get(key) as Entry]]))
      ? entity
      : undefined;
  };
  const placed = applyPart(config.value, definition, {
    partOf,
    // Of a type without paths, only its own forEntity knows where the name goes.
    part: paths.length > 0 ? partOf(paths[0] ?? '') : isTemplated(merged) ? undefined : (entity ?? undefined),
  });
  return {
    config: absolutePaths(placed, definition, root),
    keys: config.keys,
    at: last.at,
    node: filled,
  };
}

/** The keys of the type, and those that every store has. */
function validateLayer(
  role: Role,
  definition: PlaceDefinition,
  node: MapNode,
  context: CheckContext,
): { value: TypedConfig; keys: StoreKeys | null } | undefined {
  if (role === 'home') {
    const value = validatePlace(role, definition, node, context);
    return value === undefined ? undefined : { value, keys: null };
  }
  const shared = map([...node.entries].filter(([key]) => key in storeKeysSchema.shape));
  const keys = check(storeKeysSchema, shared, context);
  const removed = Object.fromEntries([...shared.entries.keys()].map((key) => [key, undefined]));
  const value = validatePlace(role, definition, withKeys(node, removed), context);
  return value === undefined || keys === undefined ? undefined : { value, keys };
}

function applyPart(
  config: TypedConfig,
  definition: PlaceDefinition,
  name: { readonly partOf: (key: string) => string | undefined; readonly part: string | undefined },
): TypedConfig {
  if (definition.forEntity === undefined) return appendPart(config, definition, name.partOf);
  if (name.part === undefined) return config;
  const { type, ...own } = config;
  return { type, ...definition.forEntity(own, name.part) };
}

function isTemplated(node: MapNode): boolean {
  let found = false;
  mapMapScalars(node, (leaf) => {
    if (typeof leaf.value === 'string' && leaf.value.includes('{entity}')) found = true;
    return leaf;
  });
  return found;
}

function fillTemplate(node: MapNode, { entity, problems, role, flowName }: PlaceRequest): MapNode {
  return mapMapScalars(node, (leaf) => {
    if (typeof leaf.value !== 'string' || !leaf.value.includes('{entity}')) return leaf;
    if (entity !== null) return { ...leaf, value: leaf.value.replace(template, () => entity) };
    const reason = `names {entity}, but flow ${flowName} has no entities`;
    problems.add(
      fail(
        'INVALID_VALUE',
        { key: role, reason, hint: 'Add entities: to the flow, or write the name itself.' },
        { at: leaf.at },
      ),
    );
    return leaf;
  });
}
