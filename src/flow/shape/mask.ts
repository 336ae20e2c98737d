import type { MaskRule, TimeUnit } from '../../core/shaping.js';
import { type LogicalType, type TypeKind, typeName } from '../../core/types.js';
import { literal } from '../../engine/index.js';
import { unfitValue } from '../../engine/unfit-value.js';
import { keyed, textAsBytes } from './keyed.js';

/** What a mask makes of a column. */
export interface Masked {
  /** As an expression of the engine. */
  readonly value: string;
  readonly type: LogicalType;
}

export interface Masking {
  /** The value, as an expression of the engine. */
  readonly value: string;
  readonly type: LogicalType;
  /** For the error of a value that does not fit after it. */
  readonly column: string;
  /** The SELECT of the key's two pads; null where there is no key. */
  readonly key: string | null;
  /** Expressions of a column of the home and its type, for the rows that a date is shifted with. */
  readonly by: readonly { readonly value: string; readonly type: LogicalType }[];
}

/** Why a rule cannot be applied to values of a type, in a few words. */
export interface Unmaskable {
  readonly why: string;
}

const varchar: LogicalType = { kind: 'varchar' };
const nested: ReadonlySet<TypeKind> = new Set(['list', 'array', 'struct', 'map', 'union', 'variant']);
const bytes: ReadonlySet<TypeKind> = new Set(['blob', 'geometry']);
const integers: ReadonlySet<TypeKind> = new Set([
  ...(['tinyint', 'smallint', 'integer', 'bigint', 'hugeint'] as const),
  ...(['utinyint', 'usmallint', 'uinteger', 'ubigint'] as const),
]);
const times: ReadonlySet<TypeKind> = new Set([
  ...(['timestamp_s', 'timestamp_ms', 'timestamp', 'timestamp_ns', 'timestamptz'] as const),
]);

/** The masked value of a column. NULL stays NULL. */
export function masked(rule: MaskRule, masking: Masking): Masked | Unmaskable {
  const { value, type } = masking;
  switch (rule.rule) {
    case 'hash':
      return { value: keyed(masking.key, textAsBytes(value, type)), type: varchar };
    case 'redact':
      return { value: `CASE WHEN ${value} IS NOT NULL THEN ${literal(rule.with)} END`, type: varchar };
    case 'partial':
      if (nested.has(type.kind) || bytes.has(type.kind)) return { why: 'its values are no texts' };
      return { value: partly(`CAST(${value} AS VARCHAR)`, rule), type: varchar };
    case 'null':
      return { value: `CAST(NULL AS ${typeName(type)})`, type };
    case 'date_shift':
      return shifted(rule.days, masking);
    case 'round':
      return typeof rule.to === 'number' ? roundNumber(rule.to, masking) : roundTime(rule.to, masking);
  }
}

function partly(text: string, { first, last, with: sign }: MaskRule & { rule: 'partial' }): string {
  const hidden = (length: string): string => `repeat(${literal(sign)}, ${length})`;
  const length = `length(${text})`;
  // A text that would be shown whole is hidden whole.
  return `CASE WHEN ${length} > ${first + last} THEN concat(left(${text}, ${first}), ${hidden(`${length} - ${first + last}`)}, right(${text}, ${last})) WHEN ${text} IS NOT NULL THEN ${hidden(length)} END`;
}

/** Whole days between 1 and `days`, to or fro, from 60 bits of the keyed hash of the row. */
function shifted(days: number, masking: Masking): Masked | Unmaskable {
  const { value, type, key, by } = masking;
  if (type.kind !== 'date' && !times.has(type.kind)) return { why: 'its values are no dates' };
  const parts = by.map((part) => {
    const text = textAsBytes(part.value, part.type);
    return `CASE WHEN ${part.value} IS NULL THEN '-'::BLOB ELSE encode(concat(octet_length(${text}), ':')) || ${text} END`;
  });
  const row = ["'date_shift:'::BLOB", ...parts].join(' || ');
  const number = `CAST(concat('0x', left(${keyed(key, row)}, 15)) AS BIGINT) % ${2 * days}`;
  // From halves away from zero: the hash is made once, and no shift is none.
  const shift = `CAST(round(CAST(${number} AS DOUBLE) - ${days - 0.5}) AS INTEGER)`;
  if (type.kind === 'timestamp_ns') {
    const nanos = `TRY_CAST(CAST(epoch_ns(${value}) AS HUGEINT) + CAST(${shift} AS HUGEINT) * 86400000000000 AS BIGINT)`;
    return { value: ifFinite(value, orUnfit(`make_timestamp_ns(${nanos})`, masking)), type };
  }
  const moved = type.kind === 'date' ? `${value} + ${shift}` : `${value} + to_days(${shift})`;
  return { value: ifFinite(value, `CAST(${moved} AS ${typeName(type)})`), type };
}

const ifFinite = (value: string, then: string): string =>
  `CASE WHEN isfinite(${value}) THEN ${then} ELSE ${value} END`;

/** A value, or where it is NULL and was not before: an error that does not show what it was. */
const orUnfit = (made: string, { value, column, type }: Masking): string =>
  `coalesce(${made}, CASE WHEN ${value} IS NOT NULL THEN ${unfitValue(column, type, null)} END)`;

function roundNumber(to: number, masking: Masking): Masked | Unmaskable {
  const { value, type } = masking;
  if (type.kind === 'double' || type.kind === 'float') {
    const step = `CAST(${to} AS DOUBLE)`;
    const rounded = `TRY_CAST(round(CAST(${value} AS DOUBLE) / ${step}) * ${step} AS ${typeName(type)})`;
    const finite = `CASE WHEN isfinite(${rounded}) THEN ${rounded} END`;
    return { value: ifFinite(value, orUnfit(finite, masking)), type };
  }
  const scale = type.kind === 'decimal' ? type.scale : 0;
  if (type.kind !== 'decimal' && !integers.has(type.kind)) return { why: 'its values are no numbers' };
  const step = scaled(to, scale);
  if (step === null) {
    const places = scale === 0 ? 'whole numbers' : `numbers with ${scale} places behind the point`;
    return { why: `its values are ${places}, of which ${to} is none` };
  }
  // As a whole number of the last place, so that nothing passes through a floating-point number.
  const units =
    type.kind === 'decimal'
      ? `CAST(replace(CAST(${value} AS VARCHAR), '.', '') AS HUGEINT)`
      : `CAST(${value} AS HUGEINT)`;
  const steps = `((abs(${units}) + ${step / 2n}) // ${step})`;
  const rounded = `(${steps} * ${step} * sign(${value}))`;
  const text = type.kind === 'decimal' ? `concat(${rounded}, 'e-${scale}')` : rounded;
  return { value: orUnfit(`TRY(CAST(${text} AS ${typeName(type)}))`, masking), type };
}

/** A number as a whole number of units of the last place; null where it is none. */
function scaled(to: number, scale: number): bigint | null {
  const [, whole = '', places = '', exponent = '0'] =
    /^(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(String(to)) ?? [];
  const shift = scale - places.length + Number(exponent);
  const digits = BigInt(`${whole}${places}` || '0');
  if (shift >= 0) return digits === 0n || shift > 40 ? null : digits * 10n ** BigInt(shift);
  const part = 10n ** BigInt(-shift);
  return digits % part === 0n && digits !== 0n ? digits / part : null;
}

const dayUnits: ReadonlySet<TimeUnit> = new Set(['day', 'week', 'month', 'quarter', 'year']);

function roundTime(to: TimeUnit, { value, type }: Masking): Masked | Unmaskable {
  if (type.kind === 'date') {
    if (!dayUnits.has(to)) return { why: `its values are whole days, and a ${to} is less` };
  } else if (!times.has(type.kind)) return { why: 'its values are no dates or times' };
  // Down to a whole microsecond first: the engine's own cast goes towards 1970.
  const nanos = `epoch_ns(${value})`;
  const micros = `make_timestamp((${nanos} - (${nanos} % 1000 + 1000) % 1000) // 1000)`;
  const time = type.kind === 'timestamp_ns' ? micros : value;
  return { value: ifFinite(value, `CAST(date_trunc('${to}', ${time}) AS ${typeName(type)})`), type };
}
