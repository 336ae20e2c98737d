import type { KnownColumns, KnownValues } from '../../core/known-values.js';
import { type Column, type LogicalType, type Schema, sameType } from '../../core/types.js';
import {
  type BoundValue,
  boundsOf,
  type ColumnChunk,
  columnNames,
  compareBounds,
  type Footer,
  leafType,
} from '../../parquet/index.js';
import { boundText } from './bound-text.js';

/** What footers say with certainty about the values of columns in all their files together. */
export function knownValues(files: readonly Footer[], schema: Schema): KnownColumns {
  return new Map(
    schema.flatMap((column) => {
      const known = knownOf(files, column);
      return known === null ? [] : [[column.name, known] as const];
    }),
  );
}

function knownOf(files: readonly Footer[], { name, type }: Column): KnownValues | null {
  let nulls = 0;
  let range: { min: BoundValue; max: BoundValue } | null = null;
  let isRanged = true;
  for (const footer of files) {
    const leaf = footer.schema.children[columnNames(footer).indexOf(name)]?.firstLeaf;
    for (const group of footer.rowGroups) {
      if (group.rows === 0) continue;
      const chunk = leaf === undefined ? undefined : group.columns[leaf];
      if (chunk === undefined || !isOf(type, chunk)) return null;
      const bounds = boundsOf(footer, chunk);
      if (!bounds.known || bounds.nulls === null) return null;
      nulls += bounds.nulls;
      if (bounds.mayHaveNaN) isRanged = false;
      const { min, max } = bounds;
      if (min === null || max === null) continue;
      range =
        range === null
          ? { min, max }
          : {
              min: compareBounds(min, range.min) < 0 ? min : range.min,
              max: compareBounds(max, range.max) > 0 ? max : range.max,
            };
    }
  }
  const min = range === null ? null : valueText(range.min, type);
  const max = range === null ? null : valueText(range.max, type);
  return { nulls, range: isRanged && min !== null && max !== null ? { min, max } : null };
}

/** Whether the values of a chunk are of a type themselves, and not a part of them, or others that are read as such. */
function isOf(type: LogicalType, chunk: ColumnChunk): boolean {
  const found = leafType(chunk.leaf, chunk.type);
  return !('unsupported' in found) && sameType(found, type);
}

/** As {@link boundText}, and texts and numbers too, whose bounds need not be values. */
function valueText(value: BoundValue, type: LogicalType): string | null {
  if (type.kind === 'varchar') return typeof value === 'string' && !value.includes('\0') ? value : null;
  if (type.kind === 'float' || type.kind === 'double') return Number.isFinite(value) ? String(value) : null;
  return boundText(value, type);
}
