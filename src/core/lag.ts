const microseconds: Readonly<Record<string, number>> = {
  s: 1e6,
  m: 60e6,
  h: 3600e6,
  d: 86_400e6,
  w: 604_800e6,
};

const pattern = /^(\d+(?:\.\d+)?)\s*(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?|w|weeks?)$/i;

/** A length of time such as `2h` or `1 day`, in microseconds; null where it is none. */
export function parseLag(text: string): bigint | null {
  const [, amount = '', unit = ''] = pattern.exec(text.trim()) ?? [];
  const size = microseconds[unit.slice(0, 1).toLowerCase()];
  return size === undefined ? null : BigInt(Math.round(Number(amount) * size));
}
