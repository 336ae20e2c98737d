import { type EntityConfig, placedAt } from '../../core/entity-config.js';
import { HyggeError, type Position } from '../../errors/index.js';

/**
 * The error of a flow with its place, where it has none: that of the cast, the mask or the declared type that a value
 * does not fit, or else that of its home.
 */
export function placedInFlow<E>(error: E, config: EntityConfig): E | HyggeError {
  return placedAt(placedAt(error, placeOfUnfit(error, config)), config.at);
}

/** What is about a column as the home declares it. */
const ofDeclared: ReadonlySet<string> = new Set(['BAD_ROW', 'COLUMN_NOT_FOUND', 'TYPE_UNKNOWN']);

function placeOfUnfit(error: unknown, { columns, shape_places: places }: EntityConfig): Position | null {
  if (!(error instanceof HyggeError) || places == null) return null;
  const { column } = error.facts;
  if (typeof column !== 'string') return null;
  const declared = places.declared.get(column) ?? null;
  if (ofDeclared.has(error.code)) return declared;
  if (error.code !== 'VALUE_UNFIT') return null;
  const isCast = columns?.some(({ from, as }) => from === column && as !== undefined) === true;
  return (isCast ? places.columns : places.mask).get(column) ?? declared;
}
