import type { LogicalType } from '../../core/types.js';
import type { BoundValue } from '../../parquet/index.js';

const dayMilliseconds = 86_400_000;
/** The years that text and engine agree on without a sign or an era. */
const firstMoment = Date.parse('0001-01-01');
const lastMoment = Date.parse('9999-12-31');

/** A bound as the engine reads it back; null for values that text would not hold exactly, and for infinite ones. */
export function boundText(value: BoundValue, type: LogicalType): string | null {
  switch (type.kind) {
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'utinyint':
    case 'usmallint':
    case 'uinteger':
    case 'ubigint':
      return String(value);
    case 'decimal':
      return typeof value === 'bigint' ? decimalText(value, type.scale) : null;
    case 'date':
      return typeof value === 'number' ? dateText(value * dayMilliseconds) : null;
    case 'timestamp':
      return typeof value === 'bigint' ? momentText(value) : null;
    case 'timestamptz': {
      const text = typeof value === 'bigint' ? momentText(value) : null;
      return text === null ? null : `${text}+00`;
    }
    default:
      return null;
  }
}

function decimalText(digits: bigint, scale: number): string {
  if (scale === 0) return String(digits);
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0');
  return `${digits < 0n ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

function dateText(milliseconds: number): string | null {
  return milliseconds < firstMoment || milliseconds > lastMoment
    ? null
    : new Date(milliseconds).toISOString().slice(0, 10);
}

function momentText(micros: bigint): string | null {
  const inSecond = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const milliseconds = Number((micros - inSecond) / 1000n);
  if (milliseconds < firstMoment || milliseconds > lastMoment) return null;
  const text = new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ');
  return inSecond === 0n ? text : `${text}.${String(inSecond).padStart(6, '0').replace(/0+$/, '')}`;
}
