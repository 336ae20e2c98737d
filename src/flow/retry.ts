import type { RetrySettings } from '../core/plan.js';
import type { HyggeError } from '../errors/index.js';

/**
 * Not tried again, though trying again later can help: another run holds the store. It is for a person to say which
 * of the two is to go on.
 */
const heldByOthers: ReadonlySet<string> = new Set(['STORE_LOCKED', 'LOCK_LOST']);

/** Whether a flow that failed with this error is tried again after so many tries. */
export function triesAgain(error: HyggeError, attempt: number, { attempts }: RetrySettings): boolean {
  return error.retryable && !heldByOthers.has(error.code) && attempt < attempts;
}

/** Seconds; no pause grows beyond this, unless `delay` itself is longer. */
const longestPause = 60;

/**
 * Seconds to wait after the try `attempt` (from 1): `delay`, then twice as long each time, a quarter more or less, so
 * that several that failed together do not come back together.
 */
export function pauseAfter(attempt: number, { delay }: RetrySettings, random: () => number = Math.random) {
  const pause = delay * 2 ** (attempt - 1) * (0.75 + random() / 2);
  return Math.min(pause, Math.max(longestPause, delay));
}

/** Waits; false where one of the signals came first. */
export function wait(seconds: number, signals: readonly (AbortSignal | undefined)[]): Promise<boolean> {
  const given = signals.filter((signal) => signal !== undefined);
  return new Promise((resolve) => {
    const end = (whole: boolean): void => {
      clearTimeout(timer);
      for (const signal of given) signal.removeEventListener('abort', stop);
      resolve(whole);
    };
    const stop = (): void => end(false);
    const timer = setTimeout(() => end(true), seconds * 1000);
    for (const signal of given) signal.addEventListener('abort', stop);
    if (given.some((signal) => signal.aborted)) stop();
  });
}

/** What the network says of things that pass. */
const passing: ReadonlySet<unknown> = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EAI_AGAIN',
  'EBUSY',
  'EMFILE',
  'ENFILE',
  'EIO',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/**
 * Whether what the code of a type threw may pass by itself: it says so itself (`retryable: true`), or the network
 * does. `fetch` hides the network's error in its cause.
 */
export function mayPass(thrown: unknown): boolean {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    if ('retryable' in error) return error.retryable === true;
    if ('code' in error && passing.has(error.code)) return true;
  }
  return false;
}
