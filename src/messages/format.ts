import { isAbsolute, relative, sep } from 'node:path';

/** A whole number with commas: `1,234,567`. */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** A number and its noun: `1 row`, `2,000 rows`, `3 entities`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

const byteUnits = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** A size in decimal units and three digits: `512 bytes`, `12.3 kB`, `118 MB`, `2.10 GB`. */
export function bytes(value: number): string {
  if (value === 1) return '1 byte';
  let scaled = value;
  let unit = 0;
  // 999.5 would be shown as 1000 of a unit.
  while (scaled >= 999.5 && unit < byteUnits.length - 1) {
    scaled /= 1000;
    unit++;
  }
  if (unit === 0) return `${Math.round(scaled)} bytes`;
  const digits = scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0;
  return `${scaled.toFixed(digits)} ${byteUnits[unit]}`;
}

/** A duration in seconds as people say it: `340 ms`, `4.2 s`, `3 min 12 s`, `1 h 05 min`. */
export function duration(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000);
  if (milliseconds < 1000) return `${milliseconds} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const whole = Math.round(milliseconds / 1000);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${twoDigits(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  return `${count(Math.floor(minutes / 60))} h ${twoDigits(minutes % 60)} min`;
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** Rows in a second; null where the time was too short to tell. */
export function rowRate(rows: number, seconds: number): string | null {
  return rows > 0 && seconds >= 0.001 ? `${count(rows / seconds)} rows/s` : null;
}

/** A path as it is shortest to read: relative to `cwd` where it lies below it. */
export function shortPath(path: string, cwd: string): string {
  if (!isAbsolute(path)) return path;
  const below = relative(cwd, path);
  if (below === '') return '.';
  return below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below) ? path : below;
}
