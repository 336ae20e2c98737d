import { displayWidth, oneLine, pad, shorten } from '../errors/text.js';
import { bytes, count, duration } from './format.js';

/** How far one entity is. */
export interface Progress {
  readonly name: string;
  readonly rows: number;
  readonly totalRows: number | null;
  readonly bytes: number;
  readonly totalBytes: number | null;
  /** Seconds since it started. */
  readonly elapsed: number;
}

const barWidth = 20;
const longestName = 28;

/** How much is done, 0 to 1; null where nobody knows. Rows tell before bytes, where they move. */
export function fraction(progress: Progress): number | null {
  const { rows, totalRows, bytes: moved, totalBytes } = progress;
  const part = (done: number, total: number | null): number | null =>
    total === null || total <= 0 ? null : Math.min(1, Math.max(0, done / total));
  return rows > 0 ? (part(rows, totalRows) ?? part(moved, totalBytes)) : part(moved, totalBytes);
}

/** A bar of `width` cells. */
export function bar(done: number, width: number = barWidth): string {
  const full = Math.round(done * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

/**
 * One line about an entity under way: name, bar, share, rows, bytes, rate, time left. What has no room in `width`
 * cells is left out, the least needed first. `nameWidth`: cells for the name, so that bars stand in one column.
 */
export function progressLine(progress: Progress, width: number, nameWidth: number): string {
  const done = fraction(progress);
  const name = pad(shorten(oneLine(progress.name), nameWidth), nameWidth);
  // In the order of their place in the line, with how much each is needed (0 is needed most).
  const parts: { readonly text: string; readonly rank: number }[] = [];
  if (done !== null) {
    parts.push({ text: bar(done), rank: 4 }, { text: `${Math.floor(done * 100)} %`.padStart(5), rank: 0 });
  }
  if (progress.rows > 0) parts.push({ text: `${count(progress.rows)} rows`, rank: 1 });
  if (progress.bytes > 0) parts.push({ text: bytes(progress.bytes), rank: 3 });
  const rate = rateText(progress);
  if (rate !== null) parts.push({ text: rate, rank: 5 });
  const left = secondsLeft(progress.elapsed, done);
  if (left !== null) parts.push({ text: `${duration(left)} left`, rank: 2 });
  if (parts.length === 0) {
    const text = progress.elapsed < 1 ? 'starting' : `starting, ${duration(progress.elapsed)}`;
    parts.push({ text, rank: 0 });
  }
  return join(name, parts, width);
}

function join(name: string, parts: { text: string; rank: number }[], width: number): string {
  let kept = parts;
  for (;;) {
    const line = [name, ...kept.map((part) => part.text)].join('  ');
    if (displayWidth(line) <= width || kept.length === 0) return shorten(line, width);
    const least = Math.max(...kept.map((part) => part.rank));
    kept = kept.filter((part) => part.rank !== least);
  }
}

/** Cells for the names of a set of entities. */
export function nameColumn(names: readonly string[], width: number): number {
  const longest = names.reduce((most, name) => Math.max(most, displayWidth(oneLine(name))), 0);
  return Math.min(longest, longestName, Math.max(8, Math.floor(width / 3)));
}

function rateText({ rows, bytes: moved, elapsed }: Progress): string | null {
  if (elapsed < 0.5) return null;
  if (moved > 0) return `${bytes(moved / elapsed)}/s`;
  return rows > 0 ? `${count(rows / elapsed)} rows/s` : null;
}

/** An early guess of the time left would only mislead: none in the first second, nor before 2 % are done. */
function secondsLeft(elapsed: number, done: number | null): number | null {
  if (done === null || done < 0.02 || done >= 1 || elapsed < 1) return null;
  return Math.max(1, Math.round((elapsed * (1 - done)) / done));
}
