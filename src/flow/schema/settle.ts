import type { Drift, SettledColumn } from '../../core/drift.js';
import { type LogicalType, type Schema, typeName } from '../../core/types.js';
import { identifier } from '../../engine/index.js';
import { castValue } from '../shape/cast.js';
import type { Shape } from '../shape/index.js';

/** The same, with the columns brought to those of the store. */
export function settledTarget<T extends { readonly shape: Shape; readonly output: Schema }>(
  target: T,
  { settling, output }: Pick<Drift, 'settling' | 'output'>,
): T {
  const { shape, output: given } = target;
  return {
    ...target,
    shape: { ...shape, settled: settledValues(settling, { given, output, shape }) },
    output,
  };
}

/** The columns that settle, as expressions over the shaped ones; null where rows settle as they are shaped. */
function settledValues(
  settling: readonly SettledColumn[] | null,
  { given, output, shape }: { readonly given: Schema; readonly output: Schema; readonly shape: Shape },
): readonly string[] | null {
  if (settling === null) return null;
  const comes = typesOf(given);
  const settles = typesOf(output);
  const masked = new Set(shape.columns?.flatMap(({ name, mask }) => (mask === undefined ? [] : [name])));
  return settling.map(({ name, how }) => {
    const column = identifier(name);
    const to = settles.get(name) ?? { kind: 'null' };
    const cast = { value: column, from: comes.get(name) ?? to, to, zone: null, column: name };
    const values: Record<SettledColumn['how'], () => string> = {
      given: () => column,
      cast: () => `CAST(${column} AS ${typeName(to)})`,
      checked: () => castValue({ ...cast, isShown: !masked.has(name) }),
      null: () => `CAST(NULL AS ${typeName(to)})`,
    };
    return `${values[how]()} AS ${column}`;
  });
}

const typesOf = (schema: Schema): ReadonlyMap<string, LogicalType> =>
  new Map(schema.map(({ name, type }) => [name, type]));
