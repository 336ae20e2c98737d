import { asHyggeError, fail, type HyggeError } from '../errors/index.js';

/** Seconds that a home or store has to end, with a timeout of so many. One that does not is left behind. */
export const leaveAfter = (timeout: number): number => Math.min(timeout, 10);

/** Waits for some work, but not longer than so many seconds. What becomes of it is the caller's to know. */
export async function atMost(seconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, seconds * 1000);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Ends waiting that has gone on for too long, or that somebody has stopped. */
export class Watchdog {
  readonly #controller = new AbortController();
  readonly #name: string;
  readonly #milliseconds: number;
  #timer: NodeJS.Timeout | null = null;
  readonly #unlisten: () => void;
  readonly #held = new Set<Promise<unknown>>();

  /** `timeout` is in seconds without a sign of progress; `outer` is the signal of the whole run. */
  constructor(name: string, timeout: number, outer: AbortSignal | undefined) {
    this.#name = name;
    this.#milliseconds = Math.min(timeout * 1000, 2 ** 31 - 1);
    const interrupt = (): void => this.#stop(fail('INTERRUPTED', { name }));
    if (outer?.aborted) interrupt();
    outer?.addEventListener('abort', interrupt, { once: true });
    this.#unlisten = () => outer?.removeEventListener('abort', interrupt);
    this.progress();
  }

  /** Aborted with the reason, a HyggeError, when time is up or the run is stopped. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something moved: the time starts anew. */
  progress(): void {
    if (this.signal.aborted) return;
    if (this.#timer !== null) this.#timer.refresh();
    else
      this.#timer = setTimeout(() => {
        this.#stop(fail('FLOW_TIMEOUT', { name: this.#name, seconds: this.#milliseconds / 1000 }));
      }, this.#milliseconds);
  }

  /** The result of some work, or the reason for stopping, whichever comes first: a deaf driver cannot hang us. */
  async race<T>(work: Promise<T>): Promise<T> {
    const { signal } = this;
    let onAbort: (() => void) | undefined;
    const stopped = new Promise<never>((_, reject) => {
      onAbort = () => reject(signal.reason);
      if (signal.aborted) onAbort();
      signal.addEventListener('abort', onAbort);
    });
    try {
      return await Promise.race([work, stopped]);
    } finally {
      if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
      work.catch(() => {});
    }
  }

  /** As `race`, for work that writes: it goes on when nobody waits for it any more, until `stop` has waited for it. */
  hold<T>(work: Promise<T>): Promise<T> {
    this.#held.add(work);
    const done = (): boolean => this.#held.delete(work);
    work.then(done, done);
    return this.race(work);
  }

  /** Stops all work for the reason, and waits at most so many seconds until what writes has ended. */
  async stop(reason: unknown, seconds: number): Promise<void> {
    this.#stop(asHyggeError(reason));
    await atMost(seconds, Promise.allSettled(this.#held));
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#unlisten();
  }

  #stop(error: HyggeError): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.signal.aborted) this.#controller.abort(error);
  }
}
