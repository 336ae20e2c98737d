import { partsOf, type Schema, type TypeKind, typeName } from '../../core/types.js';
import { fail } from '../../errors/index.js';
import { guarded } from './guarded.js';

/** Refuses columns of types that parquet has nothing for: the engine would round them. PARQUET_CANNOT_HOLD. */
export function checkHoldable(name: string, schema: Schema): void {
  for (const { name: column, type } of schema) {
    const part = partsOf(type).find(({ kind }) => kind === 'hugeint' || kind === 'uhugeint');
    if (part === undefined) continue;
    throw fail('PARQUET_CANNOT_HOLD', { name, column, type: typeName(part), instead: 'DECIMAL(38,0)' });
  }
}

/** Conditions of expressions that hold for values that parquet cannot hold whole, and the engine would cut. */
const unfit: Partial<Record<TypeKind, (value: string) => string>> = {
  // Three numbers of 32 bits without a sign: months, days, and milliseconds.
  interval: (value) =>
    `(date_part('microseconds', ${value}) % 1000 <> 0 OR contains(CAST(${value} AS VARCHAR), '-') OR date_part('hour', ${value}) * 3600000 + date_part('minute', ${value}) * 60000 + date_part('milliseconds', ${value}) > 4294967295)`,
  // The end of a day would become its beginning.
  timetz: (value) => `(date_part('timezone', ${value}) <> 0 OR date_part('hour', ${value}) = 24)`,
};

/**
 * The same SELECT, stopped by a value that parquet cannot hold whole and the engine would change: an interval finer
 * than a millisecond, below zero, or with too many hours beside its days; a time with an offset from UTC. A SELECT without columns of such types is left as it is.
 */
export const guardValues = (select: string, schema: Schema): string =>
  guarded(
    select,
    schema,
    unfit,
    'a value that parquet cannot hold: an interval finer than a millisecond, below zero, or with more than 1193 hours beside its days, or a time with an offset from UTC, or 24:00 with one. It can as text: columns: { NAME: { as: varchar } }',
  );
