/**
 * A queue between one producer and one consumer, bounded in items and in bytes. `push` waits while it is full;
 * one item is always let in, so that an item larger than the bound cannot block for ever.
 */
export class BoundedQueue<T extends { readonly bytes: number }> {
  readonly #items: T[] = [];
  readonly #maxItems: number;
  readonly #maxBytes: number;
  #bytes = 0;
  #ended = false;
  #error: unknown = null;
  #wake: (() => void) | null = null;

  constructor(maxItems: number, maxBytes: number) {
    this.#maxItems = maxItems;
    this.#maxBytes = maxBytes;
  }

  /** Adds an item when there is room. Rejects once the queue has failed. */
  async push(item: T): Promise<void> {
    while (this.#error === null && this.#isFull(item)) await this.#changed();
    if (this.#error !== null) throw this.#error;
    this.#items.push(item);
    this.#bytes += item.bytes;
    this.#notify();
  }

  /** No more items will come. */
  end(): void {
    this.#ended = true;
    this.#notify();
  }

  /** Both sides stop: whoever waits, or comes later, gets the error. */
  fail(error: unknown): void {
    this.#error ??= error;
    this.#items.length = 0;
    this.#notify();
  }

  /** The next item; null after the last one. */
  async shift(): Promise<T | null> {
    while (this.#error === null && this.#items.length === 0 && !this.#ended) await this.#changed();
    if (this.#error !== null) throw this.#error;
    const item = this.#items.shift() ?? null;
    this.#bytes -= item?.bytes ?? 0;
    this.#notify();
    return item;
  }

  #isFull(item: T): boolean {
    if (this.#items.length === 0) return false;
    return this.#items.length >= this.#maxItems || this.#bytes + item.bytes > this.#maxBytes;
  }

  // Producer and consumer never wait at once: one waits for room, the other for items.
  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
