import { randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A new run id: 26 lower-case characters that sort by the time they were made.
 * Form: ULID (https://github.com/ulid/spec): 48 bits of milliseconds, 80 random bits, Crockford's base 32.
 */
export function newRunId(now: number = Date.now()): string {
  let time = '';
  for (let rest = now, i = 0; i < 10; i++) {
    time = alphabet[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }
  let random = '';
  for (const byte of randomBytes(16)) random += alphabet[byte % 32];
  return time + random;
}
