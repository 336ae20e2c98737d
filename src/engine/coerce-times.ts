import { own } from './fields.js';
import { type IsoParts, parseIso } from './iso.js';
import { type Coercer, Unfit } from './unfit.js';

const nanosPerDay = 86_400_000_000_000n;
const maxDays = 2_147_483_646;
/** What the engine keeps for the days "infinity" and "-infinity". */
const infiniteDays = 2_147_483_647;
const maxOffset = 57_599;
/** Texts of values before and after all others, and their sign. */
const endless: Readonly<Record<string, number>> = { infinity: 1, '-infinity': -1 };

/** Days since 1970, a Date at midnight UTC, or a text such as "2024-02-29" or "infinity". */
export const coerceDate: Coercer = (value) => {
  const days = daysFrom(value);
  if (days === null || !Number.isInteger(days) || Math.abs(days) > infiniteDays)
    throw new Unfit(value, { kind: 'date' });
  return days;
};

function daysFrom(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (value instanceof Date) return value.getTime() / 86_400_000;
  if (typeof value !== 'string') return null;
  const sign = endless[value];
  if (sign !== undefined) return sign * infiniteDays;
  const parts = parseIso(value);
  if (parts === null || parts.days === null || parts.nanos !== null) return null;
  return Math.abs(parts.days) > maxDays ? null : parts.days;
}

/** A time of day: a bigint in the column's unit, or a text such as "10:15:30.123456". */
export function coerceTime(kind: 'time' | 'time_ns'): Coercer {
  const nanosPerUnit = kind === 'time' ? 1000n : 1n;
  return (value) => {
    const units = typeof value === 'bigint' ? value : timeFrom(value, nanosPerUnit);
    if (units === null || units < 0n || units * nanosPerUnit > nanosPerDay) throw new Unfit(value, { kind });
    return units;
  };
}

function timeFrom(value: unknown, nanosPerUnit: bigint): bigint | null {
  const parts = typeof value === 'string' ? parseIso(value) : null;
  if (parts === null || parts.nanos === null || parts.days !== null || parts.offset !== null) return null;
  return divided(parts.nanos, nanosPerUnit);
}

/** A time of day with its zone: `{ micros, offset }`, or a text such as "10:15:30+02:00". */
export const coerceTimetz: Coercer = (value) => {
  const { micros, offset } = typeof value === 'string' ? timetzFrom(value) : timetzParts(value);
  const fits =
    typeof micros === 'bigint' &&
    typeof offset === 'number' &&
    micros >= 0n &&
    micros * 1000n <= nanosPerDay &&
    Number.isInteger(offset) &&
    Math.abs(offset) <= maxOffset;
  if (!fits) throw new Unfit(value, { kind: 'timetz' });
  return { micros, offset };
};

const timetzParts = (value: unknown): { micros?: unknown; offset?: unknown } =>
  typeof value === 'object' && value !== null
    ? { micros: own(value, 'micros'), offset: own(value, 'offset') }
    : {};

function timetzFrom(text: string): { micros?: unknown; offset?: unknown } {
  const parts = parseIso(text);
  if (parts === null || parts.nanos === null || parts.days !== null || parts.offset === null) return {};
  return { micros: divided(parts.nanos, 1000n), offset: parts.offset };
}

type TimestampKind = 'timestamp_s' | 'timestamp_ms' | 'timestamp' | 'timestamp_ns' | 'timestamptz';

interface TimestampUnit {
  readonly nanosPerUnit: bigint;
  readonly min: bigint;
  readonly max: bigint;
}

const infinite = 2n ** 63n - 1n;
/** The engine's timestamps begin with the first whole day that a count of microseconds reaches. */
const minMicros = -9_223_372_022_400_000_000n;
const maxMicros = infinite - 1n;
const micros: TimestampUnit = { nanosPerUnit: 1000n, min: minMicros, max: maxMicros };
const timestampUnit: Record<TimestampKind, TimestampUnit> = {
  timestamp_s: { nanosPerUnit: 1_000_000_000n, min: minMicros / 1_000_000n, max: maxMicros / 1_000_000n },
  timestamp_ms: { nanosPerUnit: 1_000_000n, min: minMicros / 1000n, max: maxMicros / 1000n },
  timestamp: micros,
  timestamp_ns: { nanosPerUnit: 1n, min: 1n - infinite, max: infinite - 1n },
  timestamptz: micros,
};

/**
 * A point in time: a bigint in the column's unit, a Date, or an ISO 8601 text. A text for a column without zone has
 * none, or "Z", which is what a Date means too; a text for a column with zone must name one. "infinity" is a text, too.
 */
export function coerceTimestamp(kind: TimestampKind): Coercer {
  const { nanosPerUnit, min, max } = timestampUnit[kind];
  return (value) => {
    const units = typeof value === 'bigint' ? value : timestampFrom(value, kind, nanosPerUnit);
    const isInfinite = units === infinite || units === -infinite;
    if (units === null || (!isInfinite && (units < min || units > max))) throw new Unfit(value, { kind });
    return units;
  };
}

function timestampFrom(value: unknown, kind: TimestampKind, nanosPerUnit: bigint): bigint | null {
  if (value instanceof Date) {
    const millis = value.getTime();
    return Number.isNaN(millis) ? null : divided(BigInt(millis) * 1_000_000n, nanosPerUnit);
  }
  const sign = typeof value === 'string' ? endless[value] : undefined;
  if (sign !== undefined) return BigInt(sign) * infinite;
  const parts = typeof value === 'string' ? parseIso(value) : null;
  return parts === null ? null : instantOf(parts, kind === 'timestamptz', nanosPerUnit);
}

function instantOf({ days, nanos, offset }: IsoParts, zoned: boolean, nanosPerUnit: bigint): bigint | null {
  if (days === null) return null;
  if (zoned ? offset === null : offset !== null && offset !== 0) return null;
  const local = BigInt(days) * nanosPerDay + (nanos ?? 0n);
  return divided(local - BigInt(offset ?? 0) * 1_000_000_000n, nanosPerUnit);
}

/** The quotient, or null where something would be cut off. */
const divided = (value: bigint, by: bigint): bigint | null => (value % by === 0n ? value / by : null);

const int32 = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value + 0.5) < 2 ** 31;

/** `{ months, days, micros }`; parts that are left out are 0. */
export const coerceInterval: Coercer = (value) => {
  if (typeof value !== 'object' || value === null) throw new Unfit(value, { kind: 'interval' });
  const months = own(value, 'months') ?? 0;
  const days = own(value, 'days') ?? 0;
  const micros = own(value, 'micros') ?? 0n;
  const known = Object.keys(value).every((key) => key === 'months' || key === 'days' || key === 'micros');
  const fits = known && int32(months) && int32(days) && typeof micros === 'bigint';
  if (!fits || BigInt.asIntN(64, micros) !== micros) throw new Unfit(value, { kind: 'interval' });
  return { months, days, micros };
};
