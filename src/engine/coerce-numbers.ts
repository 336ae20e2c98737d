import type { LogicalType, Value } from '../core/types.js';
import { decimalText, parseDecimal, sameDecimal, scaled } from './decimal.js';
import { type Coercer, Unfit } from './unfit.js';

type NumberKind = 'tinyint' | 'smallint' | 'integer' | 'utinyint' | 'usmallint' | 'uinteger';
type BigKind = 'bigint' | 'hugeint' | 'ubigint' | 'uhugeint' | 'bignum';

const numberRange: Record<NumberKind, readonly [number, number]> = {
  tinyint: [-(2 ** 7), 2 ** 7 - 1],
  smallint: [-(2 ** 15), 2 ** 15 - 1],
  integer: [-(2 ** 31), 2 ** 31 - 1],
  utinyint: [0, 2 ** 8 - 1],
  usmallint: [0, 2 ** 16 - 1],
  uinteger: [0, 2 ** 32 - 1],
};

const bigRange: Record<BigKind, readonly [bigint, bigint] | null> = {
  bigint: [-(2n ** 63n), 2n ** 63n - 1n],
  hugeint: [-(2n ** 127n), 2n ** 127n - 1n],
  ubigint: [0n, 2n ** 64n - 1n],
  uhugeint: [0n, 2n ** 128n - 1n],
  bignum: null,
};

/** An integer from a safe number, a bigint or a numeric text; null where it is none, or not a whole one. */
export function wholeOf(value: unknown): bigint | null {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : null;
  if (typeof value !== 'string') return null;
  const decimal = parseDecimal(value);
  return decimal === null ? null : scaled(decimal, 0);
}

/** Integers that a JavaScript number holds. */
export function coerceNumber(kind: NumberKind): Coercer {
  const [min, max] = numberRange[kind];
  return (value) => {
    const whole = typeof value === 'number' ? value : Number(wholeOf(value) ?? Number.NaN);
    if (!Number.isInteger(whole) || whole < min || whole > max) throw new Unfit(value, { kind });
    return whole + 0; // -0 is 0 here
  };
}

/** Integers that need a bigint. */
export function coerceBig(kind: BigKind): Coercer {
  const range = bigRange[kind];
  return (value) => {
    const whole = typeof value === 'bigint' ? value : wholeOf(value);
    if (whole === null || (range !== null && (whole < range[0] || whole > range[1])))
      throw new Unfit(value, { kind });
    return whole;
  };
}

/**
 * Decimals, with exactly `scale` digits behind the point. A number counts as its shortest decimal form, the one that
 * JavaScript prints and that reads back as the same number; nothing is ever rounded.
 */
export function coerceDecimal(type: LogicalType, width: number, scale: number): Coercer {
  const limit = 10n ** BigInt(width);
  const canonical = scale === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${scale}}$`);
  return (value) => {
    if (typeof value === 'string' && value.length <= width && canonical.test(value) && !/^-?0\d/.test(value))
      return value;
    const digits = digitsOf(value, scale);
    if (digits === null || digits >= limit || digits <= -limit) throw new Unfit(value, type);
    return decimalText(digits, scale);
  };
}

function digitsOf(value: unknown, scale: number): bigint | null {
  if (typeof value === 'bigint') return value * 10n ** BigInt(scale);
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const decimal = parseDecimal(String(value));
  return decimal === null ? null : scaled(decimal, scale);
}

const notFinite: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
  ['+infinity', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['-infinity', Number.NEGATIVE_INFINITY],
]);

/** Floating-point numbers. A bigint or a text must come out as it went in. */
export function coerceDouble(kind: 'double' | 'float'): Coercer {
  return (value) => {
    const found = typeof value === 'number' ? value : doubleOf(value, kind);
    if (found === null || (kind === 'float' && !Object.is(Math.fround(found), found)))
      throw new Unfit(value, { kind });
    return found;
  };
}

function doubleOf(value: unknown, kind: 'double' | 'float'): number | null {
  if (typeof value === 'bigint')
    return BigInt.asIntN(1100, value) === value && exact(value) ? Number(value) : null;
  if (typeof value !== 'string') return null;
  const special = notFinite.get(value.toLowerCase());
  if (special !== undefined) return special;
  const written = parseDecimal(value);
  if (written === null) return null;
  const found = kind === 'float' ? Math.fround(Number(value)) : Number(value);
  const shortest = parseDecimal(kind === 'float' ? shortestFloat(found) : String(found));
  return shortest !== null && sameDecimal(written, shortest) ? found : null;
}

const exact = (value: bigint): boolean => {
  const number = Number(value);
  return Number.isFinite(number) && BigInt(number) === value;
};

/** The fewest digits that read back as the same 32-bit float. */
function shortestFloat(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return text;
  }
  return value.toPrecision(9);
}

export const coerceBoolean: Coercer = (value): Value => {
  if (typeof value !== 'boolean') throw new Unfit(value, { kind: 'boolean' });
  return value;
};
