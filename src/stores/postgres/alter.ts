import { columnOut, quoteName } from '../../connections/postgres/index.js';
import type { Column, LogicalType } from '../../core/types.js';
import { hasText, holds } from '../../core/widen.js';
import type { TargetColumn } from './target.js';

/** A column that a table gets. What is there already has NULL in it. */
export function addedColumn(column: Column): TargetColumn {
  const how = columnOut(column.type);
  const alter = [`ADD COLUMN ${quoteName(column.name)} ${how.made}`];
  return { ...column, how, declared: how.made, length: null, alter };
}

/** A column of a table that becomes one of another type, which holds all that it holds; null where none does. */
export function grownColumn(
  column: Column,
  own: LogicalType,
  others: readonly string[],
): TargetColumn | null {
  const { name, type } = column;
  if (!holds(type, own) && !(type.kind === 'varchar' && hasText(own))) return null;
  const how = columnOut(type);
  const as = quoteName(name);
  const alter = [`ALTER COLUMN ${as} TYPE ${how.made} USING ${as}::${how.made}`, ...others];
  return { ...column, how, declared: how.made, length: null, alter };
}

/** Lets a column be NULL. */
export const freed = ({ name }: Column): string => `ALTER COLUMN ${quoteName(name)} DROP NOT NULL`;

/** The statement that makes a table take the rows; null where it does. Within the transaction that publishes. */
export function alterSql(target: string, columns: readonly TargetColumn[]): string | null {
  const changes = columns.flatMap(({ alter }) => alter);
  return changes.length === 0 ? null : `ALTER TABLE ${target} ${changes.join(', ')}`;
}
