import {
  type PostgresSession,
  type SpoolFile,
  type SpoolFolder,
  SpoolWriter,
} from '../../connections/postgres/index.js';

/** Bytes in a file of rows: about so much is on its way while the engine reads what came before. */
const fileBytes = 16 * 1024 * 1024;

/** Files that wait for the engine, at most, so that a server that is quicker does not fill the disk. */
const mostWaiting = 8;

export interface ReadingRequest {
  readonly session: PostgresSession;
  readonly folder: SpoolFolder;
  /** The SELECTs whose rows are all that is read, in any order. */
  readonly selects: readonly string[];
  /** Connections to read over, at most. */
  readonly readers: number;
  /** Some rows have come. */
  onProgress(): void;
  /** One more connection, which sees the same; null where there is none to spare. */
  another(signal: AbortSignal): Promise<PostgresSession | null>;
}

/**
 * Brings rows out of the server, over as many connections as there are to spare, and gives them file by file as they
 * come. Whoever asks for no more stops what the other connections do.
 */
export async function* readRows(request: ReadingRequest): AsyncGenerator<SpoolFile> {
  const { session, folder, readers, another, onProgress } = request;
  const left = [...request.selects];
  const files = new Arrivals();
  const others = new AbortController();
  // Whoever is ready takes the next one, into files of its own that do not end where a SELECT does.
  function* next(): Generator<string> {
    for (let select = left.shift(); select !== undefined; select = left.shift()) yield select;
  }
  const copyAll = (reader: PostgresSession): Promise<void> =>
    reader.copyRows(next(), new SpoolWriter(folder, fileBytes, (file) => files.add(file), onProgress));
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
    files.leave();
    others.abort(new Error('the reading has ended'));
    await Promise.allSettled(helpers);
  }
}

/** Files that have come, for one who waits for them; those who bring them wait where there are too many. */
export class Arrivals {
  readonly #files: SpoolFile[] = [];
  readonly #waiting: (() => void)[] = [];
  #isLeft = false;
  #wake = (): void => {};
  #failure: { readonly error: unknown } | null = null;
  #ended = false;

  /** A promise: the next may come when it has settled. */
  add(file: SpoolFile): Promise<void> | null {
    this.#files.push(file);
    this.#wake();
    if (this.#isLeft || this.#files.length < mostWaiting) return null;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Nobody takes any more of them, and nobody has to wait for that. */
  leave(): void {
    this.#isLeft = true;
    for (const go of this.#waiting.splice(0)) go();
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
      if (file !== undefined) {
        this.#waiting.shift()?.();
        return file;
      }
      if (this.#ended) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
