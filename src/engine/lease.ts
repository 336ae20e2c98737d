import type { DuckDBConnection } from '@duckdb/node-api';
import { fail } from '../errors/index.js';

/** The engine forgets an interruption that comes between two steps, so it is repeated until it has been heard. */
const interruptEvery = 20;

/** Interrupts what a connection does, again and again, until the function that it gives is called. */
export function keepInterrupting(connection: DuckDBConnection): () => void {
  connection.interrupt();
  const timer = setInterval(() => connection.interrupt(), interruptEvery);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * A connection, and the work that is under way on it. It is never closed beneath that work, which the native library
 * would not survive: closing interrupts the work and waits for it, and refuses what comes later.
 */
export class Lease {
  readonly #connection: DuckDBConnection;
  readonly #name: string;
  readonly #onClose: () => void;
  readonly #underWay = new Set<Promise<unknown>>();
  #closed: Promise<void> | null = null;

  /** `name` is what messages call the work on it. */
  constructor(connection: DuckDBConnection, name: string, onClose: () => void) {
    this.#connection = connection;
    this.#name = name;
    this.#onClose = onClose;
  }

  get closed(): boolean {
    return this.#closed !== null;
  }

  /** Does some work on the connection, which stays open until it has ended. Fails with INTERRUPTED once closed. */
  async use<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    this.#check();
    const done = work(this.#connection);
    this.#underWay.add(done);
    let result: T;
    try {
      result = await done;
    } catch (error) {
      this.#check(error);
      throw error;
    } finally {
      this.#underWay.delete(done);
    }
    this.#check();
    return result;
  }

  /** Stops the work that is under way, waits until it has ended, and disconnects. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const stop = keepInterrupting(this.#connection);
    await Promise.allSettled(this.#underWay);
    stop();
    this.#connection.disconnectSync();
    this.#onClose();
  }

  #check(cause?: unknown): void {
    if (this.closed) throw fail('INTERRUPTED', { name: this.#name }, { cause });
  }
}
