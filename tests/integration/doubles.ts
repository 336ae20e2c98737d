import {
  type Batch,
  defineHome,
  defineStore,
  Home,
  type Row,
  type StoreSession,
  z,
} from '../../src/index.js';

/** What a home and a store of a test saw. */
export interface Seen {
  /** Pieces that were asked of the home. */
  pieces: number;
  batches: number;
  rows: number;
  readonly calls: string[];
}

export const nothingSeen = (): Seen => ({ pieces: 0, batches: 0, rows: 0, calls: [] });

const rowsPerPiece = 100;

/** A home whose read is a generator of the test's own. It declares one column, `id`. */
export function homeThat(read: (signal: AbortSignal) => AsyncIterable<readonly Row[]>) {
  return defineHome({
    type: 'rows_of_a_test',
    summary: 'Rows of a test',
    config: z.strictObject({}),
    capabilities: { gives: ['batches'], ordered: true },
    open: async () => ({
      schema: async () => [{ name: 'id', type: { kind: 'bigint' }, nullable: false }],
      estimate: async () => ({ rows: null, bytes: null, files: null, exact: false }),
      read: ({ signal }) => read(signal),
      close: async () => {},
    }),
  });
}

/** A home that declares no columns: they are those of the rows that it gives. */
export function undeclared(rows: () => readonly Row[]) {
  const definition = defineHome({
    type: 'undeclared_rows_of_a_test',
    summary: 'Rows',
    config: z.strictObject({}),
    capabilities: { gives: ['batches'], ordered: true },
    open: async () => ({
      schema: async () => null,
      estimate: async () => ({ rows: null, bytes: null, files: null, exact: false }),
      read: async function* () {
        yield rows();
      },
      close: async () => {},
    }),
  });
  return Home.of(definition, {});
}

/** Pieces of a hundred rows: `before` of them, then whatever `then` does. */
export async function* pieces(
  before: number,
  seen: Seen = nothingSeen(),
  then: () => Promise<void> = async () => {},
): AsyncGenerator<readonly Row[]> {
  try {
    for (let piece = 0; piece < before; piece++) {
      seen.pieces++;
      yield Array.from({ length: rowsPerPiece }, (_, i) => ({ id: piece * rowsPerPiece + i }));
    }
    await then();
  } finally {
    seen.calls.push('home left');
  }
}

/** A store in memory whose `writeBatch` is the test's own. */
export function storeThat(seen: Seen, writeBatch: (batch: Batch) => Promise<void>) {
  return defineStore({
    type: 'store_of_a_test',
    summary: 'Remembers what was asked of it',
    config: z.strictObject({}),
    capabilities: { takes: ['batches'], modes: ['replace', 'append'], atomic: true, ordered: true },
    destination: () => 'the test',
    open: async (): Promise<StoreSession> => {
      const call = async (name: string): Promise<void> => {
        seen.calls.push(name);
      };
      return {
        inspect: async () => ({ files: 0, rows: 0, bytes: 0, foreign: [] }),
        begin: () => call('begin'),
        writeBatch: async (batch) => {
          await writeBatch(batch);
          seen.batches++;
          seen.rows += batch.rows;
        },
        finish: async () => {
          await call('finish');
          return { rows: seen.rows, bytes: 0, files: 0, by: 'counting' };
        },
        publish: async () => {
          await call('publish');
          return { files: [], removed: 0, bytes: 0 };
        },
        discard: () => call('discard'),
        close: () => call('close'),
      };
    },
  });
}

/** A promise, and what resolves it. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

export const forever = (): Promise<never> => new Promise(() => {});

/** A home that is a SELECT of the engine. */
export function selectHome(sql: string) {
  return defineHome({
    type: 'select_of_a_test',
    summary: 'A SELECT',
    config: z.strictObject({}),
    capabilities: { gives: ['relation'], ordered: true },
    open: async (_, context) => {
      const schema = await (await context.engine()).describe(sql);
      return {
        schema: async () => schema,
        estimate: async () => ({ rows: null, bytes: null, files: null, exact: false }),
        relation: async () => ({ sql, schema }),
        close: async () => {},
      };
    },
  });
}
