import { type Kernel, openKernel, pageSize } from '../kernel.js';
import type { Token } from './token.js';

/** Rows that look alike. */
export interface Rows {
  readonly tokens: readonly Token[];
  /** Bytes in a row, at most. */
  readonly most: number;
  readonly shape: Objects | Records;
}

/** Lines that are objects of JSON, each with none but these keys. */
export interface Objects {
  readonly names: readonly string[];
}

/** Rows of csv. */
export interface Records {
  /** One character of one byte. */
  readonly delimiter: string;
  /** Likewise, or empty. What stands before a quote within quotes, too. */
  readonly quote: string;
  readonly hasReturns: boolean;
  /** Bytes before the first row. */
  readonly begin: number;
}

/** Bytes that are taken at a time: as many as the cache of a processor holds beside what else is in it. */
const step = 256 * 1024;
/** More bytes than are looked at behind the end of anything. */
const slack = 64;

/** Goes through the bytes of a text that comes in pieces, as far as its rows look as they should. */
export class RowScan {
  readonly #rows: Rows;
  readonly #kernel: Kernel;
  /** Where rows lie in the memory of the kernel: first those that have not ended yet. */
  readonly #begin: number;
  /** Bytes behind the end that none of a row's own are. */
  readonly #spare: number;
  /** Ends every text and every line, and belongs into no number. */
  readonly #stop: Uint8Array;
  #bytes: Uint8Array;
  #kept = 0;
  /** Bytes before the first row that are still to come. */
  #skipped: number;

  constructor(rows: Rows) {
    this.#rows = rows;
    this.#kernel = openKernel();
    const { tokens, shape } = rows;
    const names = tokens.map((_, i) =>
      'names' in shape ? Buffer.from(`${JSON.stringify(shape.names[i])}:`) : Buffer.alloc(0),
    );
    this.#spare = slack + Math.max(0, ...names.map(({ length }) => length));
    this.#bytes = new Uint8Array(this.#kernel.memory.buffer);
    // More than the numbers and the name of a column take.
    this.#grow(names.reduce((sum, { length }) => sum + length + slack, pageSize));
    this.#kernel.begin(tokens.length);
    for (const [i, { kind, places, most, isStrict }] of tokens.entries()) {
      const name = names[i] ?? Buffer.alloc(0);
      this.#bytes.set(name, this.#kernel.column(kind, places, most, Number(isStrict), name.length));
    }
    this.#begin = this.#kernel.rowsBegin();
    const quote = 'names' in shape ? '"' : shape.quote || '"';
    this.#stop = Buffer.from(`${quote}\0${quote}\0\n\0\n\0`);
    this.#skipped = 'names' in shape ? 0 : shape.begin;
  }

  /** Bytes of rows that have not ended yet, or are not as they should be. */
  get kept(): number {
    return this.#kept;
  }

  /** A place for the next bytes, which need not be copied then. */
  room(): Uint8Array {
    const at = this.#begin + this.#kept;
    // A long row is gone through anew with each piece: as much again as there is of it keeps that few.
    const size = Math.max(step, this.#kept);
    this.#grow(at + size + this.#spare);
    return this.#bytes.subarray(at, at + size);
  }

  take(piece: Uint8Array): void {
    if (piece.buffer === this.#bytes.buffer) this.#look(piece.length);
    else
      for (let from = 0; from < piece.length; ) {
        const room = this.room();
        const part = piece.subarray(from, from + room.length);
        room.set(part);
        this.#look(part.length);
        from += part.length;
      }
  }

  /** Ends the last row, where that has not been done. */
  end(): void {
    if (this.#kept === 0) return;
    const { shape } = this.#rows;
    this.take(Buffer.from('names' in shape || !shape.hasReturns ? '\n' : '\r\n'));
  }

  #look(length: number): void {
    const skipped = Math.min(this.#skipped, length);
    this.#skipped -= skipped;
    const end = this.#begin + this.#kept + length;
    this.#bytes.fill(0, end, end + this.#spare);
    this.#bytes.set(this.#stop, end);
    const at = this.#scan(this.#begin + skipped, end);
    this.#bytes.copyWithin(this.#begin, at, end);
    this.#kept = end - at;
  }

  #scan(from: number, end: number): number {
    const { most, shape } = this.#rows;
    if ('names' in shape) return this.#kernel.objects(from, end, most);
    const [delimiter = 0, quote = 0] = Buffer.from(shape.delimiter + shape.quote);
    return this.#kernel.records(from, end, most, delimiter, quote, Number(shape.hasReturns));
  }

  #grow(size: number): void {
    const missing = size - this.#bytes.length;
    if (missing <= 0) return;
    this.#kernel.memory.grow(Math.ceil(missing / pageSize));
    this.#bytes = new Uint8Array(this.#kernel.memory.buffer);
  }
}
