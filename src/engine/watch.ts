import type { DuckDBConnection } from '@duckdb/node-api';
import type { EngineProgress, StatementOptions } from '../core/engine.js';
import { fail } from '../errors/index.js';
import { keepInterrupting } from './lease.js';
import { type TranslateContext, translateEngineError } from './translate.js';

/** Milliseconds between two looks at the progress of a statement. */
const progressEvery = 200;

export function progressOf(connection: DuckDBConnection): EngineProgress {
  const { percentage, rows_processed: rows } = connection.progress;
  return { fraction: percentage < 0 ? null : Math.min(1, percentage / 100), rows: Number(rows) };
}

/** Interrupts a connection for as long as it is watched and the signal is aborted. */
export class Interrupter {
  readonly #connection: DuckDBConnection;
  readonly #signal: AbortSignal | undefined;
  readonly #name: string;
  #stop: (() => void) | null = null;

  constructor(connection: DuckDBConnection, signal: AbortSignal | undefined, name: string) {
    this.#connection = connection;
    this.#signal = signal;
    this.#name = name;
    if (signal?.aborted === true) this.#interrupt();
    else signal?.addEventListener('abort', this.#interrupt, { once: true });
  }

  /** Throws INTERRUPTED if the signal has been aborted. */
  check(cause?: unknown): void {
    if (this.#signal?.aborted === true) throw fail('INTERRUPTED', { name: this.#name }, { cause });
  }

  stop(): void {
    this.#signal?.removeEventListener('abort', this.#interrupt);
    this.#stop?.();
  }

  readonly #interrupt = (): void => {
    this.#stop = keepInterrupting(this.#connection);
  };
}

/** Does some work on a connection: stopped by the signal, with its progress told, and its errors translated. */
export async function watched<T>(
  connection: DuckDBConnection,
  context: TranslateContext,
  options: StatementOptions,
  work: () => Promise<T>,
): Promise<T> {
  const { signal, onProgress } = options;
  const interrupter = new Interrupter(connection, signal, context.name);
  let timer: NodeJS.Timeout | undefined;
  try {
    interrupter.check();
    if (onProgress !== undefined) {
      timer = setInterval(() => onProgress(progressOf(connection)), progressEvery);
      timer.unref();
    }
    const result = await work();
    interrupter.check();
    return result;
  } catch (error) {
    interrupter.check(error);
    throw translateEngineError(error, context);
  } finally {
    clearInterval(timer);
    interrupter.stop();
  }
}
