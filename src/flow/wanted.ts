import type { ColumnChoice } from '../core/shaping.js';
import type { Schema } from '../core/types.js';

/**
 * The columns of a home that are read: those that are moved, those that a condition may speak of, and some others.
 * undefined: all of them.
 */
export function wantedColumns(
  {
    schema,
    columns,
    where,
  }: { schema: Schema; columns: readonly ColumnChoice[] | null; where: string | null },
  others: readonly string[] = [],
): readonly string[] | undefined {
  if (columns === null) return undefined;
  // Of a condition it is only asked whether a name could be in it: a column too many is read, and never one too few.
  const condition = (where ?? '').toLowerCase();
  if (/\*|columns\s*\(/.test(condition)) return undefined;
  const wanted = new Set([...columns.map(({ from }) => from), ...others]);
  return schema
    .map(({ name }) => name)
    .filter((name) => wanted.has(name) || condition.includes(name.toLowerCase().replaceAll('"', '""')));
}
