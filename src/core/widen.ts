import { type Field, type LogicalType, sameType } from './types.js';

/** Bits of the kinds of whole numbers that grow into one another, and whether they have a sign. */
const wholes = {
  tinyint: { bits: 8, signed: true, digits: 3 },
  utinyint: { bits: 8, signed: false, digits: 3 },
  smallint: { bits: 16, signed: true, digits: 5 },
  usmallint: { bits: 16, signed: false, digits: 5 },
  integer: { bits: 32, signed: true, digits: 10 },
  uinteger: { bits: 32, signed: false, digits: 10 },
  bigint: { bits: 64, signed: true, digits: 19 },
  ubigint: { bits: 64, signed: false, digits: 20 },
} as const;

type Whole = keyof typeof wholes;
const isWhole = (kind: string): kind is Whole => Object.hasOwn(wholes, kind);

/** Digits that a decimal may have. */
const mostDigits = 38;

/** Times without a zone, from the coarsest to the finest. Nanoseconds reach less far, so they stay by themselves. */
const moments: readonly LogicalType['kind'][] = ['timestamp_s', 'timestamp_ms', 'timestamp'];

/**
 * The least type that holds every value of both types, each as it is; null where there is none. What it says is
 * written down in docs/schema.md.
 */
export function widerType(a: LogicalType, b: LogicalType): LogicalType | null {
  if (sameType(a, b)) return a;
  if (a.kind === 'null') return b;
  if (b.kind === 'null') return a;
  return numbers(a, b) ?? numbers(b, a) ?? texts(a, b) ?? texts(b, a) ?? times(a, b) ?? nested(a, b);
}

/** Whether every value of `narrow` is one of `wide`, as it is. */
export function holds(wide: LogicalType, narrow: LogicalType): boolean {
  const both = widerType(wide, narrow);
  return both !== null && sameType(both, wide);
}

const ofText = new Set<LogicalType['kind']>([
  ...(Object.keys(wholes) as Whole[]),
  'hugeint',
  'uhugeint',
  'bignum',
  'decimal',
  'boolean',
  'float',
  'double',
  'varchar',
  'json',
  'enum',
  'uuid',
  'date',
  'time',
  'time_ns',
  'timetz',
  'timestamp_s',
  'timestamp_ms',
  'timestamp',
  'timestamp_ns',
  'timestamptz',
  'null',
]);

/** Whether each value of a type has a text of its own, from which it can be read again. */
export const hasText = ({ kind }: LogicalType): boolean => ofText.has(kind);

function numbers(a: LogicalType, b: LogicalType): LogicalType | null {
  if (isWhole(a.kind)) {
    if (isWhole(b.kind)) return whole(a.kind, b.kind);
    const { digits, bits } = wholes[a.kind];
    if (b.kind === 'decimal') return decimal(Math.max(digits, b.width - b.scale), b.scale);
    if (b.kind === 'hugeint') return b;
    if (b.kind === 'uhugeint') return wholes[a.kind].signed ? null : b;
    // A double has 53 bits for a whole number, a float 24.
    if (b.kind === 'double') return bits <= 32 ? b : null;
    if (b.kind === 'float') return bits <= 16 ? b : bits <= 32 ? { kind: 'double' } : null;
    return null;
  }
  if (a.kind === 'decimal' && b.kind === 'decimal')
    return decimal(Math.max(a.width - a.scale, b.width - b.scale), Math.max(a.scale, b.scale));
  return a.kind === 'float' && b.kind === 'double' ? b : null;
}

function whole(a: Whole, b: Whole): LogicalType {
  const [one, other] = [wholes[a], wholes[b]];
  if (one.signed === other.signed) return { kind: one.bits >= other.bits ? a : b };
  const [signed, unsigned] = one.signed ? [one, other] : [other, one];
  // A sign takes one bit more than the numbers without it have.
  const kinds: readonly Whole[] = ['smallint', 'integer', 'bigint'];
  const kind = kinds.find((name) => wholes[name].bits >= signed.bits && wholes[name].bits > unsigned.bits);
  return kind === undefined ? { kind: 'decimal', width: wholes.ubigint.digits, scale: 0 } : { kind };
}

const decimal = (whole: number, scale: number): LogicalType | null =>
  whole + scale <= mostDigits ? { kind: 'decimal', width: Math.max(1, whole + scale), scale } : null;

function texts(a: LogicalType, b: LogicalType): LogicalType | null {
  if (b.kind === 'varchar' && (a.kind === 'enum' || a.kind === 'json')) return b;
  if (a.kind !== 'enum' || b.kind !== 'enum') return null;
  const there = new Set(b.values);
  if (a.values.every((value) => there.has(value))) return b;
  const own = new Set(a.values);
  return b.values.every((value) => own.has(value)) ? a : { kind: 'varchar' };
}

function times(a: LogicalType, b: LogicalType): LogicalType | null {
  const [one, other] = [a, b].map(({ kind }) => moments.indexOf(kind));
  if (one === undefined || other === undefined || one < 0 || other < 0) return null;
  return one > other ? a : b;
}

/** Lists of what grows, and structs with the same fields in the same order. */
function nested(a: LogicalType, b: LogicalType): LogicalType | null {
  if (a.kind === 'list' && b.kind === 'list') {
    const element = widerType(a.element, b.element);
    return element === null ? null : { kind: 'list', element };
  }
  if (a.kind === 'array' && b.kind === 'array' && a.length === b.length) {
    const element = widerType(a.element, b.element);
    return element === null ? null : { kind: 'array', element, length: a.length };
  }
  if (a.kind === 'map' && b.kind === 'map') {
    const [key, value] = [widerType(a.key, b.key), widerType(a.value, b.value)];
    return key === null || value === null ? null : { kind: 'map', key, value };
  }
  if (a.kind !== 'struct' || b.kind !== 'struct' || a.fields.length !== b.fields.length) return null;
  const fields: Field[] = [];
  for (const [i, { name, type }] of a.fields.entries()) {
    const other = b.fields[i];
    const wider = other?.name === name ? widerType(type, other.type) : null;
    if (wider === null) return null;
    fields.push({ name, type: wider });
  }
  return { kind: 'struct', fields };
}
