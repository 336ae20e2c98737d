import {
  type PostgresSession,
  type SpoolFile,
  type SpoolFolder,
  SpoolWriter,
} from '../../connections/postgres/index.js';
import { rangeBytes } from './pages.js';

/**
 * Bytes in a file of rows, at most about so many. The engine's memory grows with what one statement reads, so a file of
 * a large table is no larger than one of a small table, which its ranges of pages bound.
 */
const fileBytes = rangeBytes;

export interface ReadingRequest {
  readonly session: PostgresSession;
  readonly folder: SpoolFolder;
  /** The SELECTs whose rows are all that is read, in any order. */
  readonly selects: readonly string[];
  /** Connections to read over, at most. */
  readonly readers: number;
  /** One more connection, which sees the same; null where there is none to spare. */
  another(signal: AbortSignal): Promise<PostgresSession | null>;
}

/**
 * Brings rows out of the server, over as many connections as there are to spare, and gives them file by file as they
 * come. Whoever asks for no more stops what the other connections do.
 */
export async function* readRows(request: ReadingRequest): AsyncGenerator<SpoolFile> {
  const { session, folder, readers, another } = request;
  const left = [...request.selects];
  const files = new Arrivals();
  const others = new AbortController();
  const copyAll = async (reader: PostgresSession): Promise<void> => {
    for (let select = left.shift(); select !== undefined; select = left.shift())
      await reader.copyRows(select, new SpoolWriter(folder, fileBytes, (file) => files.add(file)));
  };
  const help = async (): Promise<void> => {
    const reader = await another(others.signal);
    if (reader !== null) await copyAll(reader).finally(() => reader.close());
  };
  const helpers = Array.from({ length: Math.min(readers, left.length) - 1 }, help);
  Promise.all([copyAll(session), ...helpers]).then(
    () => files.end(),
    (error: unknown) => files.fail(error),
  );
  try {
    for (let file = await files.next(); file !== null; file = await files.next()) yield file;
  } finally {
    left.length = 0;
    others.abort(new Error('the reading has ended'));
    await Promise.allSettled(helpers);
  }
}

/** Files that have come, for one who waits for them. */
class Arrivals {
  readonly #files: SpoolFile[] = [];
  #wake = (): void => {};
  #failure: { readonly error: unknown } | null = null;
  #ended = false;

  add(file: SpoolFile): void {
    this.#files.push(file);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  fail(error: unknown): void {
    this.#failure = { error };
    this.#wake();
  }

  /** null: there are no more. */
  async next(): Promise<SpoolFile | null> {
    for (;;) {
      if (this.#failure !== null) throw this.#failure.error;
      const file = this.#files.shift();
      if (file !== undefined) return file;
      if (this.#ended) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
