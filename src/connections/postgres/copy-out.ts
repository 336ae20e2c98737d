import type { Duplex } from 'node:stream';
import type pg from 'pg';

/** Rows as the server sends them, one line each. */
export interface RowSink {
  /** Takes some whole rows. A promise: no more may come until it has settled. */
  take(bytes: Buffer, rows: number, longest: number): Promise<void> | null;
}

type Listener = (chunk: Buffer) => void;
type Connection = pg.Connection & { readonly stream: Duplex; query(text: string): void };

const copyData = 0x64;
const copyDone = 0x63;
const errorResponse = 0x45;
/** A letter, and four bytes of length, which counts itself. */
const head = 5;

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
  #driver: Listener | null = null;
  /** The beginning of a message whose end has not come yet, and how many bytes it needs at least. */
  #open: Buffer[] = [];
  #openBytes = 0;
  #needed = head;
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
    const { stream } = connection;
    const [driver] = stream.listeners('data') as Listener[];
    if (driver === undefined) throw new Error('the driver does not read its connection');
    stream.off('data', driver);
    stream.on('data', this.#onData);
    this.#stream = stream;
    this.#driver = driver;
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

  readonly #onData = (chunk: Buffer): void => {
    this.#open.push(chunk);
    this.#openBytes += chunk.length;
    if (this.#openBytes < this.#needed) return;
    const bytes = this.#open.length === 1 ? chunk : Buffer.concat(this.#open, this.#openBytes);
    const rest = this.#messages(bytes);
    this.#open = rest.length === 0 ? [] : [rest];
    this.#openBytes = rest.length;
  };

  /** Takes whole messages; gives what is left. The rows are moved together, over the heads between them. */
  #messages(bytes: Buffer): Buffer {
    const rowsBefore = this.#rows;
    let [at, filled, longest] = [0, 0, 0];
    this.#needed = head;
    while (bytes.length - at >= head) {
      const code = bytes[at];
      const end = at + 1 + bytes.readUInt32BE(at + 1);
      if (end > bytes.length) {
        this.#needed = end - at;
        break;
      }
      if (code === copyData) {
        const from = at + head;
        bytes.copyWithin(filled, from, end);
        filled += end - from;
        if (end - from > longest) longest = end - from;
        this.#rows += 1;
      } else if (code === copyDone || code === errorResponse) {
        this.#give(bytes.subarray(0, filled), this.#rows - rowsBefore, longest);
        const rest = bytes.subarray(at);
        const driver = this.#detach();
        driver?.(rest);
        return Buffer.alloc(0);
      } else this.#driver?.(bytes.subarray(at, end));
      at = end;
    }
    this.#give(bytes.subarray(0, filled), this.#rows - rowsBefore, longest);
    return bytes.subarray(at);
  }

  #give(bytes: Buffer, rows: number, longest: number): void {
    if (rows === 0) return;
    const busy = this.#sink.take(bytes, rows, longest);
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

  /** Gives the connection back to the driver. */
  #detach(): Listener | null {
    const driver = this.#driver;
    if (driver === null || this.#stream === null) return null;
    this.#stream.off('data', this.#onData);
    this.#stream.on('data', driver);
    this.#driver = null;
    return driver;
  }
}
