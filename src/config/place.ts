import { isAbsolute, resolve } from 'node:path';
import type { HomeDefinition } from '../core/home.js';
import type { TypedConfig } from '../core/plan.js';
import type { Registry } from '../core/registry.js';
import { fail, withoutPasswords } from '../errors/index.js';
import { type CheckContext, check } from './check.js';
import { child, fromPlain, type MapNode, map, type Node, scalar, textOf, withKeys } from './node.js';
import { Problems } from './problems.js';
import { storeKeysSchema } from './schemas.js';
import { asStrict } from './shape.js';
import { given } from './wording.js';

export type Role = 'home' | 'store';

/** What reading a configuration needs of a definition; the same for homes and stores. */
export type PlaceDefinition = Pick<HomeDefinition, 'type' | 'config' | 'paths' | 'forEntity'>;

export interface ParseOptions {
  /** The folder that relative paths start from. Default: paths stay as they are written. */
  readonly root?: string;
}

/**
 * A home's configuration: a path (of the registry's default type), or an object with `type` and the keys of that
 * type. Finds the type, validates, and fills in the defaults.
 * @throws HyggeErrors UNKNOWN_TYPE, UNKNOWN_KEY, MISSING_KEY, INVALID_VALUE: everything that is wrong, together.
 */
export function parseHome(registry: Registry, input: unknown, options: ParseOptions = {}): TypedConfig {
  return parsePlace('home', registry, input, options);
}

/** A store's configuration; as {@link parseHome}. */
export function parseStore(registry: Registry, input: unknown, options: ParseOptions = {}): TypedConfig {
  return parsePlace('store', registry, input, options);
}

function parsePlace(role: Role, registry: Registry, input: unknown, { root }: ParseOptions): TypedConfig {
  const problems = new Problems();
  const config = readPlace(role, registry, fromPlain(input), problems);
  problems.throwIfAny();
  if (config === undefined) throw fail('INTERNAL', { reason: `a ${role} without a configuration` });
  return root === undefined ? config.value : absolutePaths(config.value, config.definition, root);
}

function readPlace(
  role: Role,
  registry: Registry,
  node: Node,
  problems: Problems,
): { definition: PlaceDefinition; value: TypedConfig } | undefined {
  const keys = asKeys(role, registry, node, role, problems);
  if (keys === undefined) return undefined;
  const definition = findType(role, registry, child(keys, 'type'), problems);
  if (definition === undefined) return undefined;
  const merged = mergeOptions(keys, definition);
  const value = validatePlace(role, definition, merged, {
    where: `the ${definition.type} ${role}`,
    problems,
  });
  return value === undefined ? undefined : { definition, value };
}

/** A place as a map of keys: a bare path becomes the first path key of its type. */
export function asKeys(
  role: Role,
  registry: Registry,
  node: Node,
  key: string,
  problems: Problems,
  type: string = registry.defaultType,
): MapNode | undefined {
  if (node.kind === 'map') return node;
  if (node.kind === 'scalar' && node.env === 'unset') return undefined;
  if (textOf(node) !== undefined) {
    const pathKey = known(role, registry, type)?.paths?.[0] ?? 'path';
    return map([[pathKey, { keyAt: node.at, value: node }]], node.at);
  }
  const reason = `must be a path, or a map with type, but is ${given(node).text}`;
  problems.add(fail('INVALID_VALUE', { key, reason }, { at: node.at }));
  return undefined;
}

/** The definition that a `type` key names; without one, that of the default type. */
export function findType(
  role: Role,
  registry: Registry,
  node: Node | undefined,
  problems: Problems,
): PlaceDefinition | undefined {
  if (node === undefined) return lookUp(role, registry, registry.defaultType);
  const type = textOf(node);
  if (type !== undefined) return problems.catch(() => lookUp(role, registry, type), node.at);
  const reason = `must be text, but is ${given(node).text}`;
  problems.add(fail('INVALID_VALUE', { key: `${role}.type`, reason }, { at: node.at }));
  return undefined;
}

const lookUp = (role: Role, registry: Registry, type: string): PlaceDefinition =>
  role === 'home' ? registry.findHome(type) : registry.findStore(type);

const known = (role: Role, registry: Registry, type: string): PlaceDefinition | undefined =>
  (role === 'home' ? registry.homes : registry.stores).find((definition) => definition.type === type);

/** The older `options:` of a home or store, whose keys count as its own. A type with a key of that name keeps it. */
export function mergeOptions(node: MapNode, definition: PlaceDefinition): MapNode {
  if ('options' in definition.config.shape) return node;
  const entry = node.entries.get('options');
  if (entry === undefined) return node;
  if (entry.value.kind === 'map')
    return withKeys(node, { options: undefined, ...Object.fromEntries(entry.value.entries) });
  return child(node, 'options') === undefined ? withKeys(node, { options: undefined }) : node;
}

/** Validates the keys of a place by its type's schema; undefined where they are wrong, which is then reported. */
export function validatePlace(
  role: Role,
  definition: PlaceDefinition,
  node: MapNode,
  context: Omit<CheckContext, 'alsoKnown'>,
): TypedConfig | undefined {
  const keys = withKeys(node, { type: undefined });
  const alsoKnown = role === 'store' ? ['type', ...Object.keys(storeKeysSchema.shape)] : ['type'];
  const config = check(asStrict(definition.config), keys, { ...context, alsoKnown });
  if (config === undefined) return undefined;
  for (const key of definition.paths ?? []) {
    const value = child(keys, key) ?? scalar(undefined);
    const problem = pathProblem(textOf(value) ?? key);
    if (problem === null) continue;
    if (value.kind === 'scalar' && value.env === 'unset') return undefined;
    const name = context.prefix === undefined ? key : `${context.prefix}.${key}`;
    context.problems.add(fail('INVALID_VALUE', { key: name, ...problem }, { at: value.at }));
    return undefined;
  }
  return { type: definition.type, ...config };
}

/** Paths are shown in plans, messages and the journal: a password has no place in them. */
function pathProblem(path: string): { readonly reason: string; readonly hint?: string } | null {
  if (path.trim() === '') return { reason: 'must not be empty' };
  if (!isUrl(path) || withoutPasswords(path) === path) return null;
  return {
    reason: 'must be a path, but is an address with a password',
    hint: 'Describe a database under connections: of hygge.yml, and name it with type: and connection:.',
  };
}

const isUrl = (path: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//i.test(path);

/** A configuration with its path keys made absolute. Addresses such as s3://… and glob characters are left. */
export function absolutePaths(config: TypedConfig, definition: PlaceDefinition, root: string): TypedConfig {
  return mapPaths(config, definition, (path) => (isUrl(path) ? path : resolve(root, path)));
}

/** A configuration with `part` appended to its paths; an absolute part takes their place. */
export function appendPart(
  config: TypedConfig,
  definition: PlaceDefinition,
  partOf: (key: string) => string | undefined,
): TypedConfig {
  return mapPaths(config, definition, (path, key) => {
    const part = partOf(key);
    if (part === undefined) return path;
    return isAbsolute(part) || isUrl(part) ? part : `${path.replace(/[/\\]+$/, '')}/${part}`;
  });
}

function mapPaths(
  config: TypedConfig,
  definition: PlaceDefinition,
  change: (path: string, key: string) => string,
): TypedConfig {
  const changed: Record<string, unknown> = {};
  for (const key of definition.paths ?? []) {
    const value = config[key];
    if (typeof value === 'string') changed[key] = change(value, key);
    else if (Array.isArray(value))
      changed[key] = value.map((item: unknown) => (typeof item === 'string' ? change(item, key) : item));
  }
  return { ...config, ...changed };
}
