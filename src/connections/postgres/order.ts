import type { Column } from '../../core/types.js';
import { quoteName } from './names.js';

/** A condition of the server that holds for values without a place in the order: NULL, NaN, infinity. */
export function unordered({ name, type }: Column): string {
  const column = quoteName(name);
  switch (type.kind) {
    case 'float':
    case 'double':
      return `(${column} IS NULL OR ${column} IN ('NaN', 'Infinity', '-Infinity'))`;
    case 'decimal':
      return `(${column} IS NULL OR ${column} = 'NaN')`;
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return `(${column} IS NULL OR ${column} IN ('infinity', '-infinity'))`;
    default:
      return `(${column} IS NULL)`;
  }
}

/** A column as what the server orders by in the engine's way: text by its bytes. */
export const ordered = ({ name, type }: Column): string =>
  type.kind === 'varchar' ? `${quoteName(name)} COLLATE "C"` : quoteName(name);
