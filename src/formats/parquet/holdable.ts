import { type LogicalType, partsOf, type Schema, typeName } from '../../core/types.js';
import { identifier, literal } from '../../engine/index.js';
import { fail } from '../../errors/index.js';

/** Refuses columns of types that parquet has nothing for: the engine would round them. PARQUET_CANNOT_HOLD. */
export function checkHoldable(name: string, schema: Schema): void {
  for (const { name: column, type } of schema) {
    const part = partsOf(type).find(({ kind }) => kind === 'hugeint' || kind === 'uhugeint');
    if (part === undefined) continue;
    throw fail('PARQUET_CANNOT_HOLD', { name, column, type: typeName(part), instead: 'DECIMAL(38,0)' });
  }
}

/**
 * The same SELECT, stopped by a value that parquet cannot hold whole and the engine would cut: an interval finer than
 * a millisecond, a time with an offset from UTC. A SELECT without columns of such types is left as it is.
 */
export function guardValues(select: string, schema: Schema): string {
  const guards = schema.flatMap(({ name, type }) => {
    const column = identifier(name);
    const unfit = unfitIn(column, type, 0);
    if (unfit === null) return [];
    const message = `column ${column} has a value that parquet cannot hold: an interval finer than a millisecond, or a time with an offset from UTC`;
    return [`CASE WHEN ${unfit} THEN error(${literal(message)}) ELSE ${column} END AS ${column}`];
  });
  return guards.length === 0 ? select : `SELECT * REPLACE (${guards.join(', ')}) FROM (${select}\n)`;
}

/** A condition that holds for an expression with such a value in it; null where its type has none. */
function unfitIn(value: string, type: LogicalType, depth: number): string | null {
  const anyOf = (list: string, element: LogicalType): string | null => {
    const unfit = unfitIn(`x${depth}`, element, depth + 1);
    return unfit === null ? null : `list_bool_or(list_transform(${list}, lambda x${depth}: ${unfit}))`;
  };
  const either = (conditions: readonly (string | null)[]): string | null => {
    const found = conditions.filter((condition) => condition !== null);
    return found.length === 0 ? null : `(${found.join(' OR ')})`;
  };
  switch (type.kind) {
    case 'interval':
      return `date_part('microseconds', ${value}) % 1000 <> 0`;
    case 'timetz':
      return `date_part('timezone', ${value}) <> 0`;
    case 'list':
    case 'array':
      return anyOf(value, type.element);
    case 'map':
      return either([anyOf(`map_keys(${value})`, type.key), anyOf(`map_values(${value})`, type.value)]);
    case 'struct':
      return either(
        type.fields.map((field) =>
          unfitIn(`struct_extract(${value}, ${literal(field.name)})`, field.type, depth),
        ),
      );
    case 'union':
      return either(
        type.members.map((member) =>
          unfitIn(`union_extract(${value}, ${literal(member.name)})`, member.type, depth),
        ),
      );
    default:
      return null;
  }
}
