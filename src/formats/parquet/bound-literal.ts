import type { LogicalType } from '../../core/types.js';
import type { BoundValue } from '../../parquet/index.js';
import type { Literal } from './condition.js';

const isoDate = /^(\d{4})-(\d{2})-(\d{2})$/;
const isoTime = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?$/;
/** As the engine writes floating point numbers: shortest, and read back as they were. */
const plainNumber = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;
const dayMilliseconds = 86_400_000;

/**
 * A constant as a value of a column, to be compared with what statistics say; null where only the engine knows what
 * the comparison means.
 */
export function boundLiteral(literal: Literal, type: LogicalType): BoundValue | null {
  const { kind, text } = literal;
  switch (type.kind) {
    case 'boolean':
      return kind === 'boolean' ? text === 'true' : null;
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'utinyint':
    case 'usmallint':
    case 'uinteger':
      return kind === 'number' && /^-?\d{1,15}$/.test(text) ? Number(text) : null;
    case 'bigint':
    case 'ubigint':
      return kind === 'number' && /^-?\d+$/.test(text) ? BigInt(text) : null;
    case 'float':
      return kind === 'text' && plainNumber.test(text) ? Math.fround(Number(text)) : null;
    case 'double':
      if (kind === 'text') return plainNumber.test(text) ? Number(text) : null;
      return kind === 'number' && /^-?\d{1,15}$/.test(text) ? Number(text) : null;
    case 'decimal':
      return kind === 'number' ? unscaled(text, type.scale) : null;
    case 'varchar':
      return kind === 'text' ? text : null;
    case 'date': {
      const days = kind === 'text' ? epochMilliseconds(isoDate.exec(text)) : null;
      return days === null ? null : days / dayMilliseconds;
    }
    case 'timestamp':
      return kind === 'text' ? epochMicroseconds(text) : null;
    case 'timestamptz':
      // Only with its zone written out is it sure which moment is meant.
      return kind === 'text' && text.endsWith('+00') ? epochMicroseconds(text.slice(0, -3)) : null;
    case 'timestamp_ns':
      return kind === 'text' ? epochNanoseconds(text) : null;
    default:
      return null;
  }
}

/** The digits of a decimal without the point; null where it has more places than the column. */
function unscaled(text: string, scale: number): bigint | null {
  const [whole = '', places = ''] = text.split('.');
  return places.length > scale ? null : BigInt(whole + places.padEnd(scale, '0'));
}

function epochMilliseconds(match: RegExpExecArray | null): number | null {
  if (match === null) return null;
  const [, year, month, day] = match.map(Number) as [number, number, number, number];
  const milliseconds = Date.UTC(year, month - 1, day);
  // Date.UTC takes 31 February for 3 March, and the years 0 to 99 for 1900 and later; the engine does not.
  const found = new Date(milliseconds);
  const same =
    found.getUTCMonth() === month - 1 && found.getUTCDate() === day && found.getUTCFullYear() === year;
  return same ? milliseconds : null;
}

function epochMicroseconds(text: string): bigint | null {
  const nanoseconds = epochNanoseconds(text);
  return nanoseconds === null || nanoseconds % 1000n !== 0n ? null : nanoseconds / 1000n;
}

function epochNanoseconds(text: string): bigint | null {
  const match = isoTime.exec(text) ?? isoTime.exec(`${text} 00:00:00`);
  const day = epochMilliseconds(match);
  if (match === null || day === null) return null;
  const [hour, minute, second] = match.slice(4, 7).map(Number) as [number, number, number];
  const fraction = (match[7] ?? '').padEnd(9, '0');
  if (hour > 23 || minute > 59 || second > 59) return null;
  const seconds = BigInt(hour * 3600 + minute * 60 + second);
  return BigInt(day) * 1_000_000n + seconds * 1_000_000_000n + BigInt(fraction);
}
