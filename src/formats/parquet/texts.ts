import type { Schema } from '../../core/types.js';
import { columnNames, type Footer, logicalSchema } from '../../parquet/index.js';
import { type Conditions, guarded } from './guarded.js';

/** Holds for a text that is no UTF-8. The bounds of the column in the footer must not be asked: they may be right. */
const isNoText = (value: string): string =>
  `TRY(decode(encode(CAST(${value} AS VARCHAR)))) IS NULL AND ${value} IS NOT NULL`;

const texts: Conditions = { varchar: isNoText, json: isNoText };

/** What the error says that a SELECT of `guardTexts` is stopped with, behind the name of the column. */
export const notUtf8 = 'a text that is no UTF-8';

/**
 * The same SELECT of rows of some files, stopped by a text that is none. Of pages that have all lengths before all
 * bytes, the engine looks at the bytes of many texts as one, and does not see where one text ends in the middle of a
 * character and the next begins with the rest of it: it reads them without complaint, and nobody can read what it
 * writes. A SELECT of files without such pages is left as it is.
 */
export function guardTexts(select: string, files: readonly Footer[]): string {
  const columns = new Map<string, Schema[number]>();
  for (const footer of files) {
    const loose = looseColumns(footer);
    if (loose.size === 0) continue;
    for (const column of logicalSchema(footer)) if (loose.has(column.name)) columns.set(column.name, column);
  }
  return guarded(select, [...columns.values()], texts, notUtf8);
}

/** The columns with such pages. */
function looseColumns(footer: Footer): ReadonlySet<string> {
  const leaves = new Set<number>();
  // Of thousands of files, most have none: their columns are not looked at one by one.
  for (const group of footer.rowGroups)
    if (group.lengthsApart)
      for (const [leaf, { lengthsApart }] of group.columns.entries()) if (lengthsApart) leaves.add(leaf);
  if (leaves.size === 0) return new Set();
  const names = columnNames(footer);
  return new Set(
    footer.schema.children.flatMap(({ firstLeaf, leafCount }, i) =>
      [...leaves].some((leaf) => leaf >= firstLeaf && leaf < firstLeaf + leafCount) ? [names[i] ?? ''] : [],
    ),
  );
}
