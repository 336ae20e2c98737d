const units: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, min: 60, h: 3600 };

/** Seconds in a text such as "2s", "500 ms", "1m" or "2"; null for anything else. */
export function parseSeconds(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/.exec(text);
  if (match === null) return null;
  const unit = match[2] === '' ? 1 : units[match[2] ?? ''];
  return unit === undefined ? null : Number(match[1]) * unit;
}
