import type { EngineSession, StatementOptions } from '../../core/engine.js';
import type { LogicalType } from '../../core/types.js';
import { identifier, literal } from '../../engine/index.js';
import { byFormat, hasZone, numberText, type Spelling } from './exact.js';

/** What a value looks like, as a bit: what a whole column looks like is all of them together. */
const looks = {
  integer: 1,
  decimal: 2,
  float: 4,
  boolean: 8,
  date: 16,
  timestamp: 32,
  zoned: 64,
  time: 128,
  text: 256,
  /** A number that the nearest floating-point number would not give back. */
  long: 512,
} as const;

/** What a column's values may be taken for. `strings`: they are text for certain, so that "1" is no number. */
export interface Unknown {
  readonly name: string;
  readonly as: 'anything' | 'strings' | 'numbers';
}

/** What a column was found to be. */
export interface Found {
  readonly type: LogicalType;
  /** As what it was looked at; `type`: the format itself tells its type. */
  readonly as: Unknown['as'] | 'type';
  /** There was no value. */
  readonly isEmpty: boolean;
}

/** What columns were found to be, and how many rows were looked at. */
export interface Inferred {
  readonly found: ReadonlyMap<string, Found>;
  readonly rows: number;
}

/**
 * The types of columns of text by all of their values. Exact: a number becomes an integer, a decimal that holds every
 * digit, or floating point only where that gives back what was written; anything else stays text, leading zeros too.
 * @param select has the columns as VARCHAR
 */
export async function inferTypes(
  session: EngineSession,
  select: string,
  columns: readonly Unknown[],
  spelling: Spelling,
  options: StatementOptions,
): Promise<Inferred> {
  const inner = columns.flatMap(({ name, as }, i) => {
    const text = identifier(name);
    const number = as === 'strings' ? text : numberText(text, spelling);
    return [`${number} AS n${i}`, `${lookOf(text, number, as, spelling)} AS k${i}`];
  });
  const outer = columns.flatMap((_, i) => [
    `bit_or(k${i})`,
    `max(CASE k${i} % 4 WHEN 0 THEN NULL WHEN 1 THEN strlen(n${i}) - CAST(starts_with(n${i}, '-') AS INTEGER) ELSE length(ltrim(split_part(n${i}, '.', 1), '-')) END)`,
    `max(CASE WHEN k${i} % 4 = 2 THEN length(split_part(n${i}, '.', 2)) END)`,
  ]);
  const from = columns.length === 0 ? select : `SELECT ${inner.join(', ')} FROM (${select})`;
  const [row = []] = await session.rows(
    `SELECT ${['count(*)', ...outer].join(', ')} FROM (${from})`,
    options,
  );
  const [rows, ...found] = row.map((text) => (text === null ? 0 : Number(text)));
  const types = columns.map(({ name, as }, i) => {
    const [seen = 0, whole = 0, scale = 0] = found.slice(3 * i, 3 * i + 3);
    return [name, { type: typeOf(seen, whole, scale), as, isEmpty: seen === 0 }] as const;
  });
  return { found: new Map(types), rows: rows ?? 0 };
}

function typeOf(seen: number, whole: number, scale: number): LogicalType {
  const only = (...kinds: (keyof typeof looks)[]): boolean =>
    seen !== 0 && (seen & ~kinds.reduce((sum, kind) => sum | looks[kind], 0)) === 0;
  if (only('integer')) return { kind: 'bigint' };
  if (only('integer', 'decimal', 'long') && whole + scale <= 38)
    return { kind: 'decimal', width: scale === 0 ? 38 : whole + scale, scale };
  if (only('integer', 'decimal', 'float')) return { kind: 'double' };
  if (only('boolean')) return { kind: 'boolean' };
  if (only('date')) return { kind: 'date' };
  if (only('date', 'timestamp')) return { kind: 'timestamp' };
  if (only('zoned')) return { kind: 'timestamptz' };
  if (only('time')) return { kind: 'time' };
  return { kind: 'varchar' };
}

/** What a value may look like in a column of a type that was found out; null: like anything. */
export function looksOf({ kind }: LogicalType): number | null {
  switch (kind) {
    case 'bigint':
      return looks.integer;
    case 'decimal':
      return looks.integer | looks.decimal | looks.long;
    case 'double':
      return looks.integer | looks.decimal | looks.float;
    case 'boolean':
      return looks.boolean;
    case 'date':
      return looks.date;
    case 'timestamp':
      return looks.date | looks.timestamp;
    case 'timestamptz':
      return looks.zoned;
    case 'time':
      return looks.time;
    default:
      return null;
  }
}

/** The bit for one value; NULL for NULL. */
export function lookOf(text: string, number: string, as: Unknown['as'], spelling: Spelling): string {
  const plain = (type: string): string => `CAST(TRY_CAST(${number} AS ${type}) AS VARCHAR) = ${number}`;
  const is = (pattern: string, of = text): string => `regexp_full_match(${of}, ${literal(pattern)})`;
  const numbers = [
    `WHEN ${plain('BIGINT')} THEN ${looks.integer}`,
    `WHEN ${is('-?(?:0|[1-9][0-9]{0,37})(?:\\.[0-9]{1,37})?', number)} AND NOT (CASE WHEN starts_with(${number}, '-0') THEN ${is('-0(?:\\.0*)?', number)} ELSE false END) THEN CASE WHEN length(${number}) < 16 THEN ${looks.decimal} WHEN ${sameDouble(number)} THEN ${looks.decimal} ELSE ${looks.decimal | looks.long} END`,
    `WHEN ${is('-?(?:0|[1-9][0-9]*)(?:\\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|nan|-?inf(?:inity)?|NaN|-?Infinity', number)} AND ${fits(number)} THEN ${looks.float}`,
  ];
  const zone = '(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)';
  const stamp = '[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]{1,6})?)?';
  const { dateFormat, timestampFormat } = spelling;
  const times = [
    dateFormat === null
      ? `WHEN CAST(TRY_CAST(${text} AS DATE) AS VARCHAR) = ${text} THEN ${looks.date}`
      : `WHEN ${isWritten(text, dateFormat, 'date')} THEN ${looks.date}`,
    ...(timestampFormat === null
      ? [
          `WHEN ${is(stamp)} AND TRY_CAST(${text} AS TIMESTAMP) IS NOT NULL THEN ${looks.timestamp}`,
          `WHEN ${is(stamp + zone)} AND TRY_CAST(${text} AS TIMESTAMPTZ) IS NOT NULL THEN ${looks.zoned}`,
        ]
      : [
          hasZone(timestampFormat)
            ? `WHEN ${isWritten(text, timestampFormat, 'timestamptz')} THEN ${looks.zoned}`
            : `WHEN ${isWritten(text, timestampFormat, 'timestamp')} THEN ${looks.timestamp}`,
        ]),
    `WHEN ${is('[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,6})?')} AND TRY_CAST(${text} AS TIME) IS NOT NULL THEN ${looks.time}`,
  ];
  const words = [`WHEN lower(${text}) IN ('true', 'false') THEN ${looks.boolean}`];
  // Most text begins with a letter, and is known by it.
  // Of six values and more the engine makes a join, for each column one with all the others in it.
  const isNone = (codes: string): string => `ascii(${text}) NOT IN (${codes})`;
  const letter = `WHEN ascii(${text}) > 57 AND ${isNone('70, 73, 78, 84')} AND ${isNone('102, 105, 110, 116')} THEN ${looks.text}`;
  // And so are the times that the engine writes, and what is true or false, whatever else is asked of numbers.
  const stampOf = `WHEN strlen(${text}) = 19 AND CAST(TRY_CAST(${text} AS TIMESTAMP) AS VARCHAR) = ${text} THEN ${looks.timestamp}`;
  const isUsual = dateFormat === null && timestampFormat === null;
  const first = isUsual ? [letter] : [];
  const early =
    isUsual && number === text ? [`WHEN ${text} IN ('true', 'false') THEN ${looks.boolean}`, stampOf] : [];
  const tests = {
    anything: [...first, ...early, ...numbers, ...words, ...times],
    strings: [...first, ...times],
    numbers,
  }[as];
  return `CASE WHEN ${text} IS NULL THEN NULL ${tests.join(' ')} ELSE ${looks.text} END`;
}

/** Whether a text is a value of that kind, written by a format. */
function isWritten(text: string, format: string, kind: 'date' | 'timestamp' | 'timestamptz'): string {
  const { value, faithful } = byFormat(text, format, { kind });
  return `(CASE WHEN ${value} IS NULL THEN false ELSE ${faithful(value)} END)`;
}

const sameDouble = (number: string): string => `CAST(TRY_CAST(${number} AS DOUBLE) AS VARCHAR) = ${number}`;

/** Whether floating point holds what is written: few digits, or just what the engine writes of it. */
const fits = (number: string): string =>
  `(CASE WHEN TRY_CAST(${number} AS DOUBLE) IS NULL THEN false WHEN isinf(TRY_CAST(${number} AS DOUBLE)) THEN contains(lower(${number}), 'inf') WHEN length(regexp_replace(split_part(lower(${number}), 'e', 1), '[^0-9]', '', 'g')) < 16 THEN true ELSE ${sameDouble(number)} END)`;
