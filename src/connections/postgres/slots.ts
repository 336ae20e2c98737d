/**
 * How many connections a run may take of one server. Homes leave one free: a store can then always go on, and with it
 * the home that waits for it, so that a small pool is slow but never stuck.
 */
export class Slots {
  readonly #size: number;
  #homes = 0;
  #all = 0;
  readonly #waiting: { readonly isHome: boolean; readonly go: () => void }[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** Waits for a slot; gives the function that frees it, which may be called twice. */
  async take(role: 'home' | 'store', signal: AbortSignal): Promise<() => void> {
    const isHome = role === 'home';
    if (!this.#fits(isHome)) await this.#turn(isHome, signal);
    else this.#count(isHome, 1);
    return this.#taken(isHome);
  }

  /** As {@link take}, for who can do without: null where there is none free, or somebody waits for it. */
  tryTake(role: 'home' | 'store'): (() => void) | null {
    const isHome = role === 'home';
    if (!this.#fits(isHome) || this.#waiting.length > 0) return null;
    this.#count(isHome, 1);
    return this.#taken(isHome);
  }

  #taken(isHome: boolean): () => void {
    let isFree = false;
    return () => {
      if (isFree) return;
      isFree = true;
      this.#count(isHome, -1);
      this.#next();
    };
  }

  #fits(isHome: boolean): boolean {
    return this.#all < this.#size && (!isHome || this.#homes < this.#size - 1);
  }

  #count(isHome: boolean, by: number): void {
    this.#all += by;
    if (isHome) this.#homes += by;
  }

  #turn(isHome: boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(signal.reason);
      };
      const entry = {
        isHome,
        go: () => {
          signal.removeEventListener('abort', stop);
          resolve();
        },
      };
      if (signal.aborted) return reject(signal.reason);
      this.#waiting.push(entry);
      signal.addEventListener('abort', stop, { once: true });
    });
  }

  #next(): void {
    const index = this.#waiting.findIndex(({ isHome }) => this.#fits(isHome));
    const [entry] = index === -1 ? [] : this.#waiting.splice(index, 1);
    if (entry === undefined) return;
    this.#count(entry.isHome, 1);
    entry.go();
  }
}
