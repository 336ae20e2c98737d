import type { EntityConfig } from '../core/entity-config.js';
import { nearest } from '../core/nearest.js';
import type { TypedConfig } from '../core/plan.js';
import type { Registry } from '../core/registry.js';
import { fail } from '../errors/index.js';
import { check } from './check.js';
import { fromPlain, type Node, textOf, toPlain, withKeys } from './node.js';
import { Problems } from './problems.js';
import { asStrict } from './shape.js';

/**
 * The connections of a project, each validated by its type, with the defaults filled in. Those of a type that nobody
 * knows stay as they are written: an error only for who uses them.
 */
export function readConnections(
  node: Node | undefined,
  registry: Registry,
  problems: Problems,
): Readonly<Record<string, TypedConfig>> {
  const found: [string, TypedConfig][] = [];
  for (const [name, { value }] of node?.kind === 'map' ? node.entries : []) {
    const type = value.kind === 'map' ? textOf(value.entries.get('type')?.value) : undefined;
    // What has no type was told as a problem of the whole file.
    if (value.kind !== 'map' || type === undefined) continue;
    const definition = registry.connections.find((one) => one.type === type);
    if (definition === undefined) {
      found.push([name, toPlain(value) as TypedConfig]);
      continue;
    }
    const where = `connection ${name}`;
    const own = withKeys(value, { type: undefined });
    const settings = check(asStrict(definition.config), own, { where, problems, alsoKnown: ['type'] });
    if (settings !== undefined) found.push([name, { type, ...settings }]);
    // So that what uses it is not told that it is not there.
    else found.push([name, { type }]);
  }
  return Object.fromEntries(found);
}

/** The connections of a program, as those of a project. Everything that is wrong is thrown together. */
export function parseConnections(
  registry: Registry,
  input: Readonly<Record<string, unknown>>,
): Readonly<Record<string, TypedConfig>> {
  const problems = new Problems();
  const connections = readConnections(fromPlain(input), registry, problems);
  problems.throwIfAny();
  return connections;
}

/** CONNECTION_UNKNOWN where an entity names a connection that is not there. */
export function checkConnection(
  { home, store, at, store_at: storeAt }: EntityConfig,
  connections: Readonly<Record<string, TypedConfig>>,
  registry: Registry,
  problems: Problems,
): void {
  const ends = [
    { end: home, definition: registry.findHome(home.type), place: at },
    { end: store, definition: registry.findStore(store.type), place: storeAt },
  ];
  for (const { end, definition, place } of ends) {
    const type = definition.connection?.type;
    const { connection } = end;
    if (type === undefined || typeof connection !== 'string') continue;
    const known = Object.entries(connections).flatMap(([name, own]) => (own.type === type ? [name] : []));
    if (known.includes(connection)) continue;
    const own = Object.hasOwn(connections, connection) ? connections[connection]?.type : undefined;
    const facts = { connection, type, known, nearest: nearest(connection, known), own };
    problems.add(fail('CONNECTION_UNKNOWN', facts, { at: place }));
  }
}
