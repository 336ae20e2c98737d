import { setImmediate } from 'node:timers/promises';

/** Milliseconds that a turn of calls in place takes before the event loop runs. */
const turnMs = 8;
/** Milliseconds for one file above which calls are left to other threads, where several can wait at once. */
const slowMs = 1;
/** Files after which it is looked anew at how quick they are. */
const slowFiles = 64;
/** The first files, which nobody knows of how quick they are. */
const firstFiles = 16;

/**
 * Tells whether calls for small files are best made in place, as on a local disk, where they take less time than
 * handing them to another thread; or not, as on a slow network, where the program would stand still meanwhile.
 */
export class Pace {
  /** Files that are still to be left to other threads. */
  #elsewhere = firstFiles;
  #begun = 0;
  #inTurn = 0;

  /** Whether the next file's calls are to be made in place: then {@link rest} is waited for after it. */
  get inPlace(): boolean {
    if (this.#elsewhere > 0) {
      this.#elsewhere--;
      return false;
    }
    if (this.#inTurn === 0) this.#begun = performance.now();
    return true;
  }

  /** After a file in place: lets the event loop run where it is time; null where it is not. */
  rest(): Promise<void> | null {
    this.#inTurn++;
    const spent = performance.now() - this.#begun;
    if (spent < turnMs) return null;
    if (spent / this.#inTurn > slowMs) this.#elsewhere = slowFiles;
    this.#inTurn = 0;
    return setImmediate();
  }
}
