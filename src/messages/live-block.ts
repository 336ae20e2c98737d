import type { Output } from './output.js';

/** A block of lines at the bottom of a terminal that is drawn again and again in its place. */
export class LiveBlock {
  readonly #output: Output;
  /** The widths of the lines that stand there now. */
  #drawn: readonly number[] = [];

  constructor(output: Output) {
    this.#output = output;
  }

  /** Puts these lines where the block's old ones are. Each `width` is that of its text without colours. */
  draw(lines: readonly { readonly text: string; readonly width: number }[]): void {
    this.#output.write(this.#erase() + lines.map((line) => `${line.text}\n`).join(''));
    this.#drawn = lines.map((line) => line.width);
  }

  /** Writes lines that stay, above the block; the block is gone until it is drawn again. */
  above(text: string): void {
    this.#output.write(this.#erase() + text);
    this.#drawn = [];
  }

  clear(): void {
    const erase = this.#erase();
    if (erase !== '') this.#output.write(erase);
    this.#drawn = [];
  }

  #erase(): string {
    if (this.#drawn.length === 0) return '';
    // A terminal made narrower meanwhile has wrapped what was drawn.
    const columns = Math.max(1, this.#output.columns ?? 80);
    const lines = this.#drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    return `\u001b[${lines}A\u001b[0J`;
  }
}
