import { type JournalEntry, standing } from '../journal/index.js';

/** The types that the last run of each entity found out from its data, by the entity's name; none where it found none. */
export function lastTypes(
  entries: readonly JournalEntry[],
): ReadonlyMap<string, Readonly<Record<string, string>>> {
  return new Map(
    standing(entries).flatMap(({ name, inferred }) => (inferred === null ? [] : [[name, inferred]])),
  );
}
