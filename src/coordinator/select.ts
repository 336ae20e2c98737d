import type { EntityConfig } from '../core/entity-config.js';
import { nearest } from '../core/nearest.js';
import { fail, type HyggeError, HyggeErrors } from '../errors/index.js';

export interface Selection {
  /** Names of flows, or run names (`flow_entity`). */
  readonly flows?: readonly string[] | undefined;
  /** `flow.entity`. */
  readonly entities?: readonly string[] | undefined;
}

/** The entities that were asked for, in the order of the workspace; all where nothing was. */
export function select(
  all: readonly EntityConfig[],
  { flows = [], entities = [] }: Selection,
): EntityConfig[] {
  if (flows.length === 0 && entities.length === 0) return [...all];
  const flowNames = new Set(all.flatMap((entity) => [entity.flow, entity.name]));
  const entityNames = new Set(all.filter((entity) => entity.entity !== null).map(fullName));
  const errors = [
    ...flows.flatMap((flow) => unknown('flow', flow, flowNames)),
    ...entities.flatMap((entity) => unknown('entity', entity, entityNames)),
  ];
  if (errors.length > 0) throw new HyggeErrors(errors);
  return all.filter(
    (entity) =>
      flows.includes(entity.flow) || flows.includes(entity.name) || entities.includes(fullName(entity)),
  );
}

const fullName = (entity: EntityConfig): string => `${entity.flow}.${entity.entity}`;

function unknown(what: 'flow' | 'entity', name: string, known: ReadonlySet<string>): HyggeError[] {
  if (known.has(name)) return [];
  const names = [...known];
  return [fail('NOT_SELECTED', { what, name, known: names, nearest: nearest(name, names) })];
}
