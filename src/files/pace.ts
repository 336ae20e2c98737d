import { setImmediate } from 'node:timers/promises';

/** Milliseconds that a turn of calls in place takes before the event loop runs. */
const turnMs = 8;
/** Milliseconds for one step above which steps are left to other threads, where several can wait at once. */
const slowMs = 1;
/** Steps after which it is looked anew at how quick they are. */
const slowSteps = 64;

/**
 * Tells whether small steps with files, of a few calls each, are best made in place, as on a local disk, where they
 * take less time than handing them to another thread; or not, as on a slow network, where the program would stand
 * still meanwhile. What waits for a disk by its nature, as a sync does, is never to be made in place.
 */
export class Pace {
  /** Steps that are still to be left to other threads. */
  #elsewhere: number;
  #begun = 0;
  /** Milliseconds that the steps of this turn took, and how many they were. */
  #spent = 0;
  #steps = 0;

  /** `elsewhere`: how many steps are left to other threads at first, while nobody knows how quick they are. */
  constructor(elsewhere = 16) {
    this.#elsewhere = elsewhere;
  }

  /** Whether the next step is to be made in place: then {@link rest} is waited for after it. */
  get inPlace(): boolean {
    if (this.#elsewhere > 0) {
      this.#elsewhere--;
      return false;
    }
    this.#begun = performance.now();
    return true;
  }

  /** After a step in place: lets the event loop run where it is time; null where it is not. */
  rest(): Promise<void> | null {
    this.#steps++;
    this.#spent += performance.now() - this.#begun;
    if (this.#spent < turnMs) return null;
    if (this.#spent / this.#steps > slowMs) this.#elsewhere = slowSteps;
    this.#spent = 0;
    this.#steps = 0;
    return setImmediate();
  }

  /** Takes one step, in place or by another thread. */
  async step<T>(inPlace: () => T, byThread: () => Promise<T>): Promise<T> {
    if (!this.inPlace) return byThread();
    try {
      return inPlace();
    } finally {
      await this.rest();
    }
  }
}
