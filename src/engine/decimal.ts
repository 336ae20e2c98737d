/** A decimal number, exactly: `digits` × 10^`exponent`, without trailing zeros in `digits`. */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** Numbers beyond this many digits before or behind the point are no numbers that a column can hold. */
const maxExponent = 20_000;

/** Reads "-12.340", "1e3", "+7"; null for anything else, blanks and hexadecimal included. */
export function parseDecimal(text: string): Decimal | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/.exec(text);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = '', power = '0'] = match;
  const written = (whole + fraction).replace(/^0+(?=\d)/, '');
  if (whole + fraction === '' || written.length > maxExponent) return null;
  const kept = written.replace(/0+$/, '');
  if (kept === '') return { digits: 0n, exponent: 0 };
  const exponent = Number(power) - fraction.length + (written.length - kept.length);
  if (Math.abs(exponent) > maxExponent) return null;
  return { digits: BigInt(sign + kept), exponent };
}

/** The number times 10^`scale`, as an integer; null where digits would be lost. */
export function scaled(decimal: Decimal, scale: number): bigint | null {
  const shift = decimal.exponent + scale;
  return shift < 0 ? null : decimal.digits * 10n ** BigInt(shift);
}

export const sameDecimal = (a: Decimal, b: Decimal): boolean =>
  a.digits === b.digits && a.exponent === b.exponent;

/** An integer with its last `scale` digits behind the point, such as "-12.340". */
export function decimalText(value: number | bigint, scale: number): string {
  if (scale === 0) return String(value);
  const negative = value < 0;
  const digits = String(negative ? -value : value).padStart(scale + 1, '0');
  return `${negative ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
