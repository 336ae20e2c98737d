import { type LogicalType, type TypeKind, typeName } from '../../core/types.js';
import { literal } from '../../engine/index.js';
import { unfitValue } from '../../engine/unfit-value.js';
import { plainSpelling, readingOf } from '../../formats/text/exact.js';

export interface Cast {
  /** The value, as an expression of the engine. */
  readonly value: string;
  readonly from: LogicalType;
  readonly to: LogicalType;
  /** Where times without a zone are; null: not said. */
  readonly zone: string | null;
  /** Whose value it is, for the error. */
  readonly column: string;
  /** Whether a value that does not fit may be shown. */
  readonly isShown: boolean;
}

const withoutZone: ReadonlySet<TypeKind> = new Set([
  ...(['date', 'timestamp_s', 'timestamp_ms', 'timestamp', 'timestamp_ns'] as const),
]);

/** Whether a cast needs to be told where times without a zone are. */
export function needsZone(from: LogicalType, to: LogicalType): boolean {
  return (
    (from.kind === 'timestamptz' && (withoutZone.has(to.kind) || to.kind === 'time')) ||
    (withoutZone.has(from.kind) && to.kind === 'timestamptz')
  );
}

/** The value in another type; one that would not come back as it was stops the statement with VALUE_UNFIT. */
export function castValue(cast: Cast): string {
  const { value, from, to } = cast;
  if (to.kind === 'varchar') return `CAST(${value} AS VARCHAR)`;
  const { made, whole } = from.kind === 'varchar' ? outOfText(cast) : outOfType(cast);
  const { column, isShown } = cast;
  const unfit = unfitValue(column, to, isShown ? `CAST(${value} AS VARCHAR)` : null);
  return `CASE WHEN ${value} IS NULL THEN NULL WHEN ${whole} THEN ${made} ELSE ${unfit} END`;
}

interface Casting {
  readonly made: string;
  /** Whether it says all that the value says; never NULL. */
  readonly whole: string;
}

function outOfText({ value, to }: Cast): Casting {
  const reading = readingOf(value, to, plainSpelling);
  const made = `(${reading.value})`;
  return { made, whole: `coalesce(${made} IS NOT NULL AND (${reading.faithful(made)}), false)` };
}

function outOfType({ value, from, to, zone }: Cast): Casting {
  const there = (what: string, type: LogicalType): string => `TRY_CAST(${what} AS ${typeName(type)})`;
  const inZone = (what: string): string => `timezone(${literal(zone ?? 'UTC')}, ${what})`;
  const local = (what: string): string => inZone(`CAST(${what} AS TIMESTAMP)`);
  if (!needsZone(from, to)) return comingBack(value, there(value, to), (made) => there(made, from));
  return from.kind === 'timestamptz'
    ? comingBack(value, there(inZone(value), to), local)
    : comingBack(value, local(value), (made) => there(inZone(made), from));
}

const comingBack = (value: string, made: string, back: (made: string) => string): Casting => ({
  made,
  whole: `(${made} IS NOT NULL AND ${back(made)} IS NOT DISTINCT FROM ${value})`,
});
