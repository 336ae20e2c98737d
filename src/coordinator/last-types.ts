import type { EntityConfig } from '../core/entity-config.js';
import { type JournalEntry, standing } from '../journal/index.js';

/** The types that the last run of an entity found out from its data; null where there are none. */
export function lastTypes(
  entries: readonly JournalEntry[],
  { name }: EntityConfig,
): Readonly<Record<string, string>> | null {
  return (
    standing(entries).findLast((entry) => entry.name === name && entry.inferred !== null)?.inferred ?? null
  );
}
