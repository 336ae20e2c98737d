import type { TypedConfig } from '../core/plan.js';
import type { Registry } from '../core/registry.js';
import { fail, type Position } from '../errors/index.js';
import { child, type Entry, type MapNode, map, mapMapScalars, overlay, textOf, withKeys } from './node.js';
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
  readonly definition: PlaceDefinition;
  /** What the generic key `incremental` of a store says. */
  readonly incremental: Entry | undefined;
  readonly at: Position | null;
}

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

  const layers: { keys: MapNode; isFlow: boolean }[] = [];
  let type: string | undefined;
  for (const { node, isFlow } of written) {
    const keys = asKeys(role, registry, node, role, problems, type);
    if (keys === undefined) return undefined;
    const named = textOf(child(keys, 'type'));
    if (named !== undefined && named !== (type ?? registry.defaultType)) layers.length = 0;
    type = named ?? type;
    layers.push({ keys, isFlow });
  }
  const typeNode = layers.map(({ keys }) => child(keys, 'type')).findLast((node) => node !== undefined);
  const definition = findType(role, registry, typeNode, problems);
  if (definition === undefined) return undefined;

  const merge = (wanted: boolean): MapNode =>
    layers
      .filter(({ isFlow }) => isFlow === wanted)
      .map(({ keys }) => mergeOptions(keys, definition))
      .reduce(overlay, map([], last.at));
  const base = merge(true);
  const above = merge(false);
  const paths = definition.paths ?? [];
  const based = paths.filter((key) => textOf(child(base, key)) !== undefined);
  const ownPaths = based.filter((key) => textOf(child(above, key)) !== undefined);
  const keepBase = Object.fromEntries(ownPaths.map((key) => [key, base.entries.get(key)]));
  const merged = { ...withKeys(overlay(base, above), keepBase), at: last.at };

  const fill = (node: MapNode): MapNode => fillTemplate(node, request);
  const filled = fill(merged);
  const incremental = role === 'store' ? filled.entries.get('incremental') : undefined;
  const keys = role === 'store' ? withKeys(filled, { incremental: undefined }) : filled;
  const config = validatePlace(role, definition, keys, { where, prefix: role, problems });
  if (config === undefined) return undefined;

  const parts = fill(map(ownPaths.map((key) => [key, above.entries.get(key) as Entry])));
  const partOf = (key: string): string | undefined => {
    const ownPath = textOf(child(parts, key));
    if (ownPath !== undefined || entity === null) return ownPath;
    return based.includes(key) && !isTemplated(map([[key, base.entries.get(key) as Entry]]))
      ? entity
      : undefined;
  };
  const placed = applyPart(config, definition, {
    partOf,
    // Of a type without paths, only its own forEntity knows where the name goes.
    part: paths.length > 0 ? partOf(paths[0] ?? '') : isTemplated(merged) ? undefined : (entity ?? undefined),
  });
  return { config: absolutePaths(placed, definition, root), definition, incremental, at: last.at };
}

function applyPart(
  config: TypedConfig,
  definition: PlaceDefinition,
  name: { readonly partOf: (key: string) => string | undefined; readonly part: string | undefined },
): TypedConfig {
  if (definition.forEntity === undefined) return appendPart(config, definition, name.partOf);
  if (name.part === undefined) return config;
  const { type, ...own } = config;
  return { ...definition.forEntity(own, name.part), type };
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
