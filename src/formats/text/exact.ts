import { type LogicalType, typeName } from '../../core/types.js';
import { literal } from '../../engine/index.js';

/** How values are spelled in a text. */
export interface Spelling {
  /** In the engine's notation, such as %d.%m.%Y; null: ISO. */
  readonly dateFormat: string | null;
  readonly timestampFormat: string | null;
  readonly decimalSeparator: string;
  /** null: none. */
  readonly thousands: string | null;
  /** Whether lists, structs and maps are written as JSON; else as the engine writes them. */
  readonly json: boolean;
}

/** As hygge itself writes. */
export const plainSpelling: Spelling = {
  dateFormat: null,
  timestampFormat: null,
  decimalSeparator: '.',
  thousands: null,
  json: false,
};

/** As values stand in JSON. */
export const jsonSpelling: Spelling = { ...plainSpelling, json: true };

/** A value out of a text, as expressions of the engine over the text. */
export interface Reading {
  /** NULL where there is none. */
  readonly value: string;
  /** Whether a value that is there says all that the text says: nothing was rounded, cut or passed over. */
  readonly faithful: (value: string) => string;
  /** What is true of most values that say all, is cheap to see, and is never true where a text has another value or none. */
  readonly surely?: (value: string) => string;
}

const spaced = (pattern: string): string => literal(`\\s*${pattern}\\s*`);
const matches = (text: string, pattern: string): string => `regexp_full_match(${text}, ${spaced(pattern)})`;

/**
 * How a value of a type is read out of a text. The engine's own casts round 1.5 to the integer 2, cut the time off a
 * date, and pass over an offset from UTC: what they give is held against the text.
 */
export function readingOf(text: string, type: LogicalType, spelling: Spelling): Reading {
  const name = typeName(type);
  const cast = (from: string): string => `TRY_CAST(${from} AS ${name})`;
  // A text that is just what the engine would write itself needs no closer look.
  const isPlain = (value: string): string => `CAST(${value} AS VARCHAR) = ${text}`;
  const orPlain = (loose: string): Omit<Reading, 'value'> => ({
    faithful: (value) => `CASE WHEN ${isPlain(value)} THEN true ELSE ${loose} END`,
    // Also true where there is neither: one test for all rows costs less than a second one for those without a value.
    surely: (value) => `CAST(${value} AS VARCHAR) IS NOT DISTINCT FROM ${text}`,
  });
  switch (type.kind) {
    case 'varchar':
      return { value: text, faithful: () => 'true' };
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'hugeint':
    case 'utinyint':
    case 'usmallint':
    case 'uinteger':
    case 'ubigint':
    case 'uhugeint':
    case 'bignum': {
      const number = numberText(text, spelling);
      return { value: cast(number), ...orPlain(matches(number, '[+-]?[0-9]+')) };
    }
    case 'decimal': {
      const number = numberText(text, spelling);
      const pattern = `[+-]?[0-9]*(?:\\.[0-9]{0,${type.scale}}0*)?`;
      return { value: cast(number), ...orPlain(matches(number, pattern)) };
    }
    case 'float':
    case 'double': {
      const number = numberText(text, spelling);
      const finite = (value: string): string =>
        `CASE WHEN isinf(${value}) THEN contains(lower(${text}), 'inf') ELSE true END`;
      return { value: cast(number), faithful: finite, surely: (value) => `isfinite(${value})` };
    }
    case 'date': {
      const { dateFormat: format } = spelling;
      if (format !== null) return byFormat(text, format, type);
      return { value: cast(text), ...orPlain(matches(text, dateText)) };
    }
    case 'time':
      return { value: cast(text), ...orPlain(`(${isTime(text)} AND ${noZone(text, finer(text, 6))})`) };
    case 'time_ns':
      return { value: cast(text), ...orPlain(`(${isTime(text)} AND ${noZone(text, finer(text, 9))})`) };
    case 'timestamp':
    case 'timestamp_s':
    case 'timestamp_ms':
    case 'timestamp_ns':
    case 'timestamptz': {
      const { timestampFormat: format } = spelling;
      if (format !== null) return byFormat(text, format, type);
      const exact = finer(text, places[type.kind]);
      const loose = type.kind === 'timestamptz' ? `NOT ${exact}` : noZone(text, exact);
      return { value: cast(text), ...orPlain(loose) };
    }
    case 'timetz':
      return { value: cast(text), ...orPlain(`(${isTime(text)} AND NOT ${finer(text, 6)})`) };
    case 'list':
    case 'array':
    case 'struct':
    case 'map': {
      if (spelling.json) return jsonReading(text, name);
      return plainNested(text, name);
    }
    case 'union':
      return plainNested(text, name);
    default:
      return { value: cast(text), faithful: () => 'true', surely: (value) => `${value} IS NOT NULL` };
  }
}

/** A date and nothing behind it, which the engine would pass over; or a word that it knows. */
const dateText = String.raw`(?:-?[0-9]+[-/\\ ][0-9]{1,2}[-/\\ ][0-9]{1,2}(?:\s*\([Bb][Cc]\))?|[+-]?[A-Za-z]+)`;

/** That no date stands before the time, which a type of times would pass over. */
const isTime = (text: string): string => `regexp_matches(${text}, '^\\s*T?[0-9]{1,2}:')`;

const bare = (text: string): string => `regexp_replace(${text}, '[\\s"'']', '', 'g')`;

function plainNested(text: string, name: string): Reading {
  return {
    value: `TRY_CAST(${text} AS ${name})`,
    faithful: (value) => `${bare(`CAST(${value} AS VARCHAR)`)} = ${bare(text)}`,
  };
}

/** Keys that are missing and keys that are null are the same to a struct. */
function jsonReading(text: string, name: string): Reading {
  const without = (json: string): string =>
    bare(`regexp_replace(${json}, '"(?:[^"\\\\]|\\\\.)*":\\s*null,?', '', 'g')`);
  return {
    value: `TRY_CAST(TRY_CAST(${text} AS JSON) AS ${name})`,
    faithful: (value) => `${without(`CAST(to_json(${value}) AS VARCHAR)`)} = ${without(text)}`,
  };
}

const places = { timestamp: 6, timestamp_s: 0, timestamp_ms: 3, timestamp_ns: 9, timestamptz: 6 } as const;

/** Whether there is a fraction of a second with more places than that. */
const finer = (text: string, count: number): string =>
  `regexp_matches(${text}, ${literal(`:[0-9]+\\.[0-9]{${count}}[0-9]*[1-9]`)})`;

/** That there is no zone behind the time, which a type without zones would pass over. */
const noZone = (text: string, finer: string): string =>
  `(NOT ${finer} AND NOT regexp_matches(${text}, ':[0-9.]+\\s*[A-Za-z+-]'))`;

/**
 * By a format that the configuration has. What was read is written again and held against the text: the engine takes
 * infinity and epoch for a day of 1900, the 366th day of a year without one for the first of the next, and casts cut
 * off what a type does not hold.
 */
export function byFormat(text: string, format: string, type: LogicalType): Reading {
  const value = `TRY_CAST(try_strptime(${text}, ${literal(format)}) AS ${typeName(type)})`;
  if (hasZone(format)) {
    const isTold = type.kind === 'timestamptz' ? `regexp_matches(${text}, '[0-9]')` : 'false';
    return { value, faithful: () => isTold };
  }
  // Zeros and spaces may stand before a number or be missing, whatever the format says.
  const bare = (written: string): string => `regexp_replace(lower(${written}), '[0\\s]', '', 'g')`;
  const plain = (v: string): string => (type.kind === 'timestamptz' ? `CAST(${v} AS TIMESTAMP)` : v);
  return {
    value,
    faithful: (v) => `${bare(`strftime(${plain(v)}, ${literal(format)})`)} = ${bare(text)}`,
  };
}

/** Whether a format has the offset from UTC or a zone. */
export const hasZone = (format: string): boolean => /%-?[zZ]/.test(format.replaceAll('%%', ''));

/** A number as the engine spells it; NULL where separators are not where they belong. */
export function numberText(text: string, { decimalSeparator, thousands }: Spelling): string {
  if (decimalSeparator === '.' && thousands === null) return text;
  const sign = (char: string): string => `[${char === '^' || char === '\\' ? '\\' : ''}${char}]`;
  const rest = `(?:${sign(decimalSeparator)}[0-9]*)?(?:[eE][+-]?[0-9]+)?`;
  const grouped = thousands === null ? '' : `|[0-9]{1,3}(?:${sign(thousands)}[0-9]{3})+`;
  const words = '[+-]?(?:nan|inf|infinity)';
  const bare = thousands === null ? text : `replace(${text}, ${literal(thousands)}, '')`;
  const fits = matches(text, `(?:[+-]?(?:[0-9]*${grouped})${rest}|(?i:${words}))`);
  return `(CASE WHEN ${fits} THEN replace(${bare}, ${literal(decimalSeparator)}, '.') END)`;
}
