import type { ColumnBounds } from '../../core/home.js';
import type { Schema } from '../../core/types.js';
import { type BoundValue, boundsOf, columnNames, compareBounds, type Footer } from '../../parquet/index.js';
import { boundText } from './bound-text.js';

/**
 * The greatest value of a column over all files, from their footers alone; null where statistics are missing, cannot
 * be relied on, or are of a type whose bounds need not be values (texts are cut, floats may hide NaN).
 */
export function columnBounds(files: readonly Footer[], schema: Schema, column: string): ColumnBounds | null {
  const type = schema.find(({ name }) => name === column)?.type;
  if (type === undefined) return null;
  let max: BoundValue | null = null;
  let unordered = false;
  for (const footer of files) {
    const index = columnNames(footer).indexOf(column);
    const leaf = index < 0 ? undefined : footer.schema.children[index]?.firstLeaf;
    for (const group of footer.rowGroups) {
      if (group.rows === 0) continue;
      // A file that lacks the column has NULL in every row.
      if (leaf === undefined) {
        unordered = true;
        continue;
      }
      const chunk = group.columns[leaf];
      const bounds = chunk === undefined ? null : boundsOf(footer, chunk);
      if (bounds === null || !bounds.known || bounds.nulls === null || bounds.mayHaveNaN) return null;
      unordered ||= bounds.nulls > 0;
      if (bounds.min === null || bounds.max === null) continue;
      if (boundText(bounds.min, type) === null || boundText(bounds.max, type) === null) return null;
      if (max === null || compareBounds(bounds.max, max) > 0) max = bounds.max;
    }
  }
  return { max: max === null ? null : boundText(max, type), unordered };
}
