/** Parts above this are not kept. */
const largest = 256 * 1024;

/**
 * What was made of some bytes last, to be used again for the same bytes: thousands of files of one writer then
 * share one schema in memory.
 */
export class SharedParts<T> {
  readonly #most: number;
  /** The one that was used last is the first. */
  readonly #known: { readonly bytes: Buffer; readonly value: T }[] = [];

  /** `most`: how many are kept. */
  constructor(most: number) {
    this.#most = most;
  }

  /** `make` is given the bytes from `start` up to `end` where they are new. */
  get(bytes: Uint8Array, start: number, end: number, make: (part: Uint8Array) => T): T {
    for (const [i, known] of this.#known.entries()) {
      if (!isSame(known.bytes, bytes, start, end)) continue;
      if (i > 0) this.#known.unshift(...this.#known.splice(i, 1));
      return known.value;
    }
    const part = bytes.subarray(start, end);
    const value = make(part);
    if (part.length <= largest) {
      this.#known.unshift({ bytes: Buffer.from(part), value });
      this.#known.length = Math.min(this.#known.length, this.#most);
    }
    return value;
  }
}

const isSame = (part: Buffer, bytes: Uint8Array, start: number, end: number): boolean =>
  part.length === end - start && part.compare(bytes, start, end) === 0;
