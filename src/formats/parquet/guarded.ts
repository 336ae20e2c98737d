import type { LogicalType, Schema, TypeKind } from '../../core/types.js';
import { identifier, literal } from '../../engine/index.js';

/** For kinds of types, the condition of an expression that holds for a value that must not go on. */
export type Conditions = Partial<Record<TypeKind, (value: string) => string>>;

/**
 * The same SELECT, stopped by such a value, also within others, with the column and `what` it has. A SELECT without
 * columns of such types is left as it is.
 */
export function guarded(select: string, schema: Schema, conditions: Conditions, what: string): string {
  const guards = schema.flatMap(({ name, type }) => {
    const column = identifier(name);
    const found = conditionIn(column, type, conditions, 0);
    if (found === null) return [];
    const message = `column ${column} has ${what}`;
    return [`CASE WHEN ${found} THEN error(${literal(message)}) ELSE ${column} END AS ${column}`];
  });
  return guards.length === 0 ? select : `SELECT * REPLACE (${guards.join(', ')}) FROM (${select}\n)`;
}

/** A condition that holds for an expression with such a value in it; null where its type has none. */
function conditionIn(value: string, type: LogicalType, of: Conditions, depth: number): string | null {
  const anyOf = (list: string, element: LogicalType): string | null => {
    const found = conditionIn(`x${depth}`, element, of, depth + 1);
    return found === null ? null : `list_bool_or(list_transform(${list}, lambda x${depth}: ${found}))`;
  };
  const either = (conditions: readonly (string | null)[]): string | null => {
    const found = conditions.filter((condition) => condition !== null);
    return found.length === 0 ? null : `(${found.join(' OR ')})`;
  };
  switch (type.kind) {
    case 'list':
    case 'array':
      return anyOf(value, type.element);
    case 'map':
      return either([anyOf(`map_keys(${value})`, type.key), anyOf(`map_values(${value})`, type.value)]);
    case 'struct':
      return either(
        type.fields.map((field) =>
          conditionIn(`struct_extract(${value}, ${literal(field.name)})`, field.type, of, depth),
        ),
      );
    case 'union':
      return either(
        type.members.map((member) =>
          conditionIn(`union_extract(${value}, ${literal(member.name)})`, member.type, of, depth),
        ),
      );
    default:
      return of[type.kind]?.(value) ?? null;
  }
}
