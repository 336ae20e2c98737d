import { parseLag } from '../../core/lag.js';
import { type LogicalType, typeName, wholeKinds } from '../../core/types.js';
import { identifier, literal } from '../../engine/index.js';

const wholeNumbers: readonly string[] = wholeKinds;
const times: readonly string[] = [
  'date',
  'timestamp_s',
  'timestamp_ms',
  'timestamp',
  'timestamp_ns',
  'timestamptz',
];
const floats: readonly string[] = ['float', 'double'];
const others: readonly string[] = ['decimal', 'varchar', 'uuid'];

/** Whether the values of a type have an order that a watermark can rely on. */
export function isOrdered({ kind }: LogicalType): boolean {
  return [wholeNumbers, times, floats, others].some((kinds) => kinds.includes(kind));
}

/** Whether a watermark of one type can go on as one of the other: the same kind of values in the same order. */
export function goesOn(before: string, now: LogicalType): boolean {
  if (before === typeName(now)) return true;
  const family = (name: string): number => {
    const kind = name.toLowerCase().replace(/\(.*/, '');
    if (kind === 'decimal') return 0;
    if (wholeNumbers.includes(kind)) return 0;
    if (floats.includes(kind)) return 1;
    return times.includes(kind) && kind !== 'date' ? 2 : -1;
  };
  return family(before) >= 0 && family(before) === family(typeName(now));
}

/** A condition that holds where a value has no place in the order: NULL, NaN, infinity. */
export function unordered(column: string, { kind }: LogicalType): string {
  const name = identifier(column);
  const infinite = floats.includes(kind) || times.includes(kind);
  return infinite ? `(${name} IS NULL OR NOT isfinite(${name}))` : `${name} IS NULL`;
}

/** The condition for the other values; null where it says no more than a comparison does. */
export function finite(column: string, { kind }: LogicalType): string | null {
  return floats.includes(kind) || times.includes(kind) ? `isfinite(${identifier(column)})` : null;
}

/** A value as a constant that the engine, and whoever judges row groups by their statistics, compares as it is. */
export function constant(value: string, { kind }: LogicalType): string {
  return wholeNumbers.includes(kind) || kind === 'decimal' ? value : literal(value);
}

/** A value of the type itself. */
export function typed(value: string, type: LogicalType): string {
  return `CAST(${literal(value)} AS ${typeName(type)})`;
}

/** An expression for a value less a lag, NULL where the type ends before that; null where the lag does not fit. */
export function lagged(value: string, lag: string | number, type: LogicalType): string | null {
  const of = typed(value, type);
  const back = `TRY_CAST(%s AS ${typeName(type)})`;
  const { kind } = type;
  const number = typeof lag === 'number' ? String(lag) : /^\d+(\.\d+)?$/.test(lag.trim()) ? lag.trim() : null;
  if (number !== null) {
    if (wholeNumbers.includes(kind)) return back.replace('%s', `(${of}::HUGEINT - ceil(${number})::HUGEINT)`);
    if (kind === 'decimal')
      return back.replace('%s', `(${of} - TRY_CAST(${literal(number)} AS ${typeName(type)}))`);
    return floats.includes(kind) ? back.replace('%s', `(${of} - ${number})`) : null;
  }
  const micros = parseLag(String(lag));
  if (micros === null || !times.includes(kind)) return null;
  if (kind === 'timestamp_ns') return `TRY(make_timestamp_ns(epoch_ns(${of}) - ${micros * 1000n}))`;
  if (kind === 'timestamptz') return `TRY(make_timestamptz(epoch_us(${of}) - ${micros}))`;
  return back.replace('%s', `TRY(make_timestamp(epoch_us(${of}) - ${micros}))`);
}
