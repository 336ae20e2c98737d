import type { ColumnBounds } from '../../core/home.js';
import type { LogicalType, Schema } from '../../core/types.js';
import { type BoundValue, boundsOf, columnNames, compareBounds, type Footer } from '../../parquet/index.js';

const dayMilliseconds = 86_400_000;
/** The years that text and engine agree on without a sign or an era. */
const firstMoment = Date.parse('0001-01-01');
const lastMoment = Date.parse('9999-12-31');

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
      if (textOf(bounds.min, type) === null || textOf(bounds.max, type) === null) return null;
      if (max === null || compareBounds(bounds.max, max) > 0) max = bounds.max;
    }
  }
  return { max: max === null ? null : textOf(max, type), unordered };
}

/** A bound as the engine reads it back; null for values that text would not hold exactly, and for infinite ones. */
function textOf(value: BoundValue, type: LogicalType): string | null {
  switch (type.kind) {
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'utinyint':
    case 'usmallint':
    case 'uinteger':
    case 'ubigint':
      return String(value);
    case 'decimal':
      return typeof value === 'bigint' ? decimalText(value, type.scale) : null;
    case 'date':
      return typeof value === 'number' ? dateText(value * dayMilliseconds) : null;
    case 'timestamp':
      return typeof value === 'bigint' ? momentText(value) : null;
    case 'timestamptz': {
      const text = typeof value === 'bigint' ? momentText(value) : null;
      return text === null ? null : `${text}+00`;
    }
    default:
      return null;
  }
}

function decimalText(digits: bigint, scale: number): string {
  if (scale === 0) return String(digits);
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0');
  return `${digits < 0n ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

function dateText(milliseconds: number): string | null {
  return milliseconds < firstMoment || milliseconds > lastMoment
    ? null
    : new Date(milliseconds).toISOString().slice(0, 10);
}

function momentText(micros: bigint): string | null {
  const inSecond = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const milliseconds = Number((micros - inSecond) / 1000n);
  if (milliseconds < firstMoment || milliseconds > lastMoment) return null;
  const text = new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ');
  return inSecond === 0n ? text : `${text}.${String(inSecond).padStart(6, '0').replace(/0+$/, '')}`;
}
