import type { LogicalType } from './types.js';

/**
 * Whether a type has a struct with a field that has no name, which no table can hold: so a UNION comes out of a parquet
 * file, whose first field says which of the others counts.
 */
export function hasUnnamed(type: LogicalType): boolean {
  switch (type.kind) {
    case 'list':
    case 'array':
      return hasUnnamed(type.element);
    case 'struct':
      return type.fields.some((field) => field.name === '' || hasUnnamed(field.type));
    case 'map':
      return hasUnnamed(type.key) || hasUnnamed(type.value);
    case 'union':
      return type.members.some((member) => hasUnnamed(member.type));
    default:
      return false;
  }
}
