/** Days from 1970-01-01 to a day of the (proleptic) Gregorian calendar; null where there is no such day. */
export function daysOf(year: number, month: number, day: number): number | null {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  if (day < 1 || day > (lengths[month - 1] ?? 0)) return null;
  // Years are counted from March, so that the leap day is the last of them.
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** What an ISO 8601 text says; parts that it leaves out are null. */
export interface IsoParts {
  /** Since 1970-01-01. */
  readonly days: number | null;
  /** Nanoseconds since midnight. */
  readonly nanos: bigint | null;
  /** Seconds east of UTC. */
  readonly offset: number | null;
}

const dateForm = '([+-]\\d{4,7}|\\d{4})-(\\d{2})-(\\d{2})';
const timeForm = '(\\d{2}):(\\d{2})(?::(\\d{2})(?:\\.(\\d+))?)?';
const zoneForm = '(Z|z|[+-]\\d{2}(?::?\\d{2}(?::?\\d{2})?)?)?';
const form = new RegExp(`^(?:${dateForm})?(?:(?:(?<=\\d)[T ])?${timeForm}${zoneForm})?$`);

/**
 * Reads "2024-02-29", "10:15:30.123456789", "2024-02-29T10:15:30.123+02:00" and their like. null for anything else:
 * days that are not in the calendar, more than nine digits of a second that are not zero, words.
 */
export function parseIso(text: string): IsoParts | null {
  const match = form.exec(text);
  if (match === null || text === '') return null;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  if (year !== undefined && hour !== undefined && !/[T ]/.test(text)) return null;
  const days = year === undefined ? null : daysOf(Number(year), Number(month), Number(day));
  if (year !== undefined && days === null) return null;
  const nanos = hour === undefined ? null : nanosOf(hour, minute, second, fraction);
  if (hour !== undefined && nanos === null) return null;
  const offset = zone === undefined ? null : offsetOf(zone);
  if (zone !== undefined && offset === null) return null;
  return { days, nanos, offset };
}

function nanosOf(hour: string, minute = '0', second = '0', fraction = ''): bigint | null {
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second) > 59) return null;
  if (/[^0]/.test(fraction.slice(9))) return null;
  const nanos = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return nanos > 86_400_000_000_000n ? null : nanos;
}

function offsetOf(zone: string): number | null {
  if (zone === 'Z' || zone === 'z') return 0;
  const [hours = 0, minutes = 0, seconds = 0] = (zone.slice(1).match(/\d{2}/g) ?? []).map(Number);
  if (hours > 15 || minutes > 59 || seconds > 59) return null;
  const offset = hours * 3600 + minutes * 60 + seconds;
  return zone.startsWith('-') ? -offset : offset;
}
