import type { Duplex } from 'node:stream';
import type pg from 'pg';
import { type Tap, tap } from './socket.js';

/** Some of the text that the server sends, one line for each row. */
export interface RowText {
  /** Good until `take` returns. */
  readonly bytes: Buffer;
  /** Rows that end in it. */
  readonly rows: number;
  /** Where the last of them ends; what is behind it belongs to the next. */
  readonly end: number;
  /** Bytes of the longest of them. */
  readonly longest: number;
}

export interface RowSink {
  /** A promise: no more may come until it has settled. */
  take(text: RowText): Promise<void> | null;
}

type Connection = pg.Connection & { readonly stream: Duplex; query(text: string): void };

const copyData = 0x64;
const copyDone = 0x63;
const errorResponse = 0x45;
/** A letter, and four bytes of length, which counts itself. */
const headBytes = 5;

/**
 * A COPY … TO STDOUT, given to the driver as its query. While rows come, it reads the connection itself: the server
 * sends one message for each row, so that what is done for a message decides how fast a table is read. All other
 * messages are the driver's.
 */
export class CopyOut implements pg.Submittable {
  /** The number of rows that came; the same as the server says that it sent. */
  readonly done: Promise<number>;
  readonly #sql: string;
  readonly #sink: RowSink;
  #settle: { resolve(rows: number): void; reject(error: unknown): void } | null = null;
  #stream: Duplex | null = null;
  #tap: Tap | null = null;
  /** The message that is being read: how much of its head has come, what it is, its bytes, and those still to come. */
  readonly #head = Buffer.alloc(headBytes);
  #headFilled = 0;
  #code = 0;
  #length = 0;
  #left = 0;
  #rows = 0;
  #told: number | null = null;
  #sinking: Promise<void> = Promise.resolve();

  constructor(sql: string, sink: RowSink) {
    this.#sql = sql;
    this.#sink = sink;
    this.done = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.done.catch(() => {});
  }

  /** Called by the driver when it is this query's turn. */
  submit(given: pg.Connection): void {
    const connection = given as Connection;
    this.#stream = connection.stream;
    this.#tap = tap(connection.stream, this.#onBytes);
    connection.query(this.#sql);
  }

  handleError(error: unknown): void {
    this.#detach();
    this.#settle?.reject(error);
  }

  handleCommandComplete(message: { readonly text?: string }): void {
    this.#told = Number(/^COPY (\d+)$/.exec(message.text ?? '')?.[1]);
  }

  handleReadyForQuery(): void {
    const end = (): void => {
      if (this.#told === this.#rows) this.#settle?.resolve(this.#rows);
      else
        this.#settle?.reject(new Error(`the server sent ${this.#told} rows, and ${this.#rows} have arrived`));
    };
    this.#sinking.then(end, () => {});
  }

  /** The texts of rows are moved together, over the heads between them. */
  readonly #onBytes = (bytes: Buffer): void => {
    let [at, filled, rows, end, longest] = [0, 0, 0, 0, 0];
    while (at < bytes.length) {
      if (this.#left === 0) {
        at = this.#takeHead(bytes, at);
        if (this.#headFilled < headBytes) break;
        this.#headFilled = 0;
        if (this.#code === copyDone || this.#code === errorResponse) {
          this.#give({ bytes: bytes.subarray(0, filled), rows, end, longest });
          const driver = this.#detach();
          driver?.pass(Buffer.concat([this.#headOf(this.#code, this.#length), bytes.subarray(at)]));
          return;
        }
        if (this.#code !== copyData) this.#tap?.pass(this.#headOf(this.#code, this.#length));
        this.#left = this.#length;
      }
      const to = Math.min(at + this.#left, bytes.length);
      if (this.#code === copyData) {
        bytes.copyWithin(filled, at, to);
        filled += to - at;
      } else if (to > at) this.#tap?.pass(bytes.subarray(at, to));
      this.#left -= to - at;
      at = to;
      if (this.#left > 0 || this.#code !== copyData) continue;
      rows += 1;
      end = filled;
      if (this.#length > longest) longest = this.#length;
    }
    this.#give({ bytes: bytes.subarray(0, filled), rows, end, longest });
  };

  /** Reads the head of a message, of which some may have come before, as far as it is there. Gives where it ends. */
  #takeHead(bytes: Buffer, at: number): number {
    if (this.#headFilled === 0 && bytes.length - at >= headBytes) {
      this.#headFilled = headBytes;
      this.#code = bytes[at] ?? 0;
      this.#length = bytes.readUInt32BE(at + 1) - 4;
      return at + headBytes;
    }
    const taken = bytes.copy(this.#head, this.#headFilled, at);
    this.#headFilled += taken;
    this.#code = this.#head[0] ?? 0;
    this.#length = this.#head.readUInt32BE(1) - 4;
    return at + taken;
  }

  #give(text: RowText): void {
    if (text.bytes.length === 0) return;
    this.#rows += text.rows;
    const busy = this.#sink.take(text);
    if (busy === null) return;
    const stream = this.#stream;
    stream?.pause();
    this.#sinking = busy;
    busy.then(
      () => stream?.resume(),
      (error: unknown) => {
        // The rows that still come have nowhere to go, and the server has to be stopped.
        this.#settle?.reject(error);
        stream?.destroy();
      },
    );
  }

  #headOf(code: number, length: number): Buffer {
    const head = Buffer.alloc(headBytes);
    head.writeUInt8(code);
    head.writeUInt32BE(length + 4, 1);
    return head;
  }

  /** Gives the connection back to the driver. */
  #detach(): Tap | null {
    const driver = this.#tap;
    driver?.end();
    this.#tap = null;
    return driver;
  }
}
