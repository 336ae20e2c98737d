import { describe, expect, it } from 'vitest';
import { defineHome, Flow, type FlowOptions, Home, type HyggeError, Store, z } from '../../src/index.js';
import { forever, gate, homeThat, nothingSeen, pieces, storeThat } from './doubles.js';
import { everything, settled, useWorkplace } from './workplace.js';

const place = useWorkplace();

/** A parquet store that already holds three rows, and what can be seen of it. */
async function filled(): Promise<{ store: string; unchanged(): Promise<void> }> {
  const store = place.at('store');
  const home = await place.parquet('before.parquet', 'SELECT i AS id FROM range(3) AS n(i)');
  await new Flow({ name: 'before', home, store }).start();
  const before = everything(store);
  const unchanged = async (): Promise<void> => {
    expect(everything(store)).toEqual(before);
    await place.witness.expectSame(settled(store), 'SELECT i AS id FROM range(3) AS n(i)');
  };
  return { store, unchanged };
}

const failureOf = (run: Promise<unknown>): Promise<HyggeError> =>
  run.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as HyggeError,
  );

const small = (store: string) => ({ type: 'parquet', path: store, batch_size: 500 }) as const;

describe('a home that throws', () => {
  it.each([0, 1, 50])('after %i pieces: what it said is told, and the store is as it was', async (before) => {
    const { store, unchanged } = await filled();
    const seen = nothingSeen();
    const broken = homeThat(() =>
      pieces(before, seen, async () => {
        throw new RangeError('row 5000 is torn');
      }),
    );
    const run = new Flow({ name: 'torn', home: Home.of(broken, {}), store: small(store) }).start();
    const error = await failureOf(run);
    expect(error.code).toBe('TYPE_FAILED');
    expect(error.message).toContain('row 5000 is torn');
    expect(error.message).toContain('rows_of_a_test');
    expect((error.cause as Error).name).toBe('RangeError');
    await unchanged();
  });

  it('while the store still writes: the store is tidied when that has ended', async () => {
    const seen = nothingSeen();
    const failed = gate();
    const store = storeThat(seen, async () => {
      await failed.opened;
      await new Promise((resolve) => setTimeout(resolve, 50));
      seen.calls.push('written');
    });
    const home = homeThat(() =>
      pieces(2, seen, async () => {
        failed.open();
        throw new Error('the rest is torn');
      }),
    );
    const options = { name: 'torn', home: Home.of(home, {}), store: Store.of(store, {}) };
    const error = await failureOf(new Flow(options).start());
    expect(error.message).toContain('the rest is torn');
    expect(seen.calls.filter((call) => call === 'written' || call === 'discard')).toEqual([
      'written',
      'discard',
    ]);
  });

  it('gives a value that does not fit: column and row are named, and the store is as it was', async () => {
    const { store, unchanged } = await filled();
    const home = homeThat(async function* () {
      yield* pieces(3);
      yield [{ id: 300 }, { id: 'three hundred and one' }];
    });
    const error = await failureOf(
      new Flow({ name: 'unfit', home: Home.of(home, {}), store: small(store) }).start(),
    );
    expect(error.code).toBe('VALUE_UNFIT');
    expect(error.message).toContain('"id"');
    expect(error.message).toContain('row 302');
    expect(error.message).toContain('three hundred and one');
    await unchanged();
  });

  it('while it is opened: what it said is told', async () => {
    const { store, unchanged } = await filled();
    const home = defineHome({
      type: 'closed',
      summary: 'Cannot be opened',
      config: z.strictObject({}),
      capabilities: { gives: ['batches'], ordered: true },
      open: async () => {
        throw new Error('the door is locked');
      },
    });
    const error = await failureOf(
      new Flow({ name: 'closed', home: Home.of(home, {}), store: small(store) }).start(),
    );
    expect(error.message).toContain('the door is locked');
    await unchanged();
  });

  it('throws something that is no error at all: it is told all the same', async () => {
    const { store, unchanged } = await filled();
    const home = homeThat(() =>
      pieces(2, nothingSeen(), async () => {
        throw 'just a string';
      }),
    );
    const error = await failureOf(
      new Flow({ name: 'odd', home: Home.of(home, {}), store: small(store) }).start(),
    );
    expect(error.message).toContain('just a string');
    await unchanged();
  });
});

describe('a store that throws', () => {
  it('with fifty batches left and a queue of one stops the home at once, and nothing hangs', async () => {
    const seen = nothingSeen();
    const store = storeThat(seen, async () => {
      if (seen.batches === 3) throw new Error('the disk is gone');
    });
    const home = homeThat(() => pieces(54, seen));
    const options = { name: 'gone', home: Home.of(home, {}), store: Store.of(store, {}), queue_size: 1 };
    const error = await failureOf(new Flow(options).start());
    expect(error.code).toBe('TYPE_FAILED');
    expect(error.message).toContain('the disk is gone');
    expect(seen.batches).toBe(3);
    // Three are written, one is being written, one waits in the queue, one waits to get in.
    expect(seen.pieces).toBeLessThanOrEqual(6);
    expect(seen.calls).toContain('home left');
    expect(seen.calls).toContain('discard');
    expect(seen.calls).not.toContain('publish');
    expect(seen.calls.filter((call) => call === 'close').length).toBeGreaterThan(0);
  });

  it('while it publishes: the flow fails, and says so', async () => {
    const seen = nothingSeen();
    const good = storeThat(seen, async () => {});
    const store = {
      ...good,
      open: async (...given: Parameters<typeof good.open>) => ({
        ...(await good.open(...given)),
        publish: async () => {
          throw new Error('nobody may publish');
        },
      }),
    };
    const home = homeThat(() => pieces(2));
    const error = await failureOf(
      new Flow({ name: 'unpublished', home: Home.of(home, {}), store: Store.of(store, {}) }).start(),
    );
    expect(error.message).toContain('nobody may publish');
    expect(seen.calls).toContain('discard');
  });

  it('loses a row: the counts are held against one another, and nothing is published', async () => {
    const seen = nothingSeen();
    const store = storeThat(seen, async () => {
      if (seen.batches === 1) seen.rows--;
    });
    const home = homeThat(() => pieces(3));
    const error = await failureOf(
      new Flow({
        name: 'lost',
        home: Home.of(home, {}),
        store: Store.of(store, {}),
        retry: { attempts: 1 },
      }).start(),
    );
    expect(error.code).toBe('ROWS_DIFFER');
    expect(error.facts).toMatchObject({ read: 300, staged: 299 });
    expect(seen.calls).not.toContain('publish');
    expect(seen.calls).toContain('discard');
  });
});

describe('what never answers', () => {
  const timeout = 0.3;
  const stalls = async (options: Pick<FlowOptions, 'home' | 'store'>): Promise<void> => {
    const error = await failureOf(
      new Flow({ name: 'stalled', timeout, retry: { attempts: 1 }, ...options }).start(),
    );
    expect(error.code).toBe('FLOW_TIMEOUT');
    expect(error.message).toContain('0.3 seconds');
    expect(error.retryable).toBe(true);
  };

  it.each([0, 20])('a home, after %i pieces: it is left, and the store is as it was', async (before) => {
    const { store, unchanged } = await filled();
    await stalls({
      home: Home.of(
        homeThat(() => pieces(before, nothingSeen(), forever)),
        {},
      ),
      store: small(store),
    });
    await unchanged();
  });

  it('a home that is being opened', async () => {
    const { store, unchanged } = await filled();
    const deaf = { ...homeThat(() => pieces(1)), open: forever };
    await stalls({ home: Home.of(deaf, {}), store: small(store) });
    await unchanged();
  });

  it('a store, in the middle of writing', async () => {
    const seen = nothingSeen();
    const store = storeThat(seen, async () => {
      if (seen.batches === 2) await forever();
    });
    await stalls({
      home: Home.of(
        homeThat(() => pieces(54, seen)),
        {},
      ),
      store: Store.of(store, {}),
    });
    expect(seen.calls).not.toContain('publish');
  });

  it('is not what goes on for longer than the timeout, with a sign of life now and then', async () => {
    const seen = nothingSeen();
    const started = performance.now();
    const home = homeThat(async function* () {
      while (performance.now() - started < timeout * 2_000) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        yield [{ id: seen.pieces++ }];
      }
    });
    const options = {
      home: Home.of(home, {}),
      store: Store.of(
        storeThat(seen, async () => {}),
        {},
      ),
    };
    const result = await new Flow({ name: 'slow', timeout, ...options }).start();
    expect(result).toMatchObject({ status: 'success', rows: seen.pieces });
  });
});

describe('a run that is stopped', () => {
  it('in the middle of batches leaves the store as it was, and tells the home', async () => {
    const { store, unchanged } = await filled();
    const stop = new AbortController();
    const told = gate();
    const home = homeThat(async function* (signal) {
      signal.addEventListener('abort', told.open);
      yield* pieces(20);
      stop.abort();
      await told.opened;
      yield* pieces(20);
    });
    const flow = new Flow({ name: 'stopped', home: Home.of(home, {}), store: small(store) });
    const error = await failureOf(flow.start({ signal: stop.signal }));
    expect(error).toMatchObject({ code: 'INTERRUPTED', kind: 'interrupt' });
    await told.opened;
    await unchanged();
  });

  it('in the middle of a statement of the engine leaves the store as it was', async () => {
    const { store, unchanged } = await filled();
    const stop = new AbortController();
    const endless = defineHome({
      type: 'endless',
      summary: 'More rows than anybody can wait for',
      config: z.strictObject({}),
      capabilities: { gives: ['relation'], ordered: true },
      open: async () => {
        const schema = [{ name: 'id', type: { kind: 'bigint' }, nullable: false }] as const;
        return {
          schema: async () => schema,
          estimate: async () => ({ rows: null, bytes: null, files: null, exact: false }),
          relation: async () => ({ sql: 'SELECT i AS id FROM range(1000000000000) AS n(i)', schema }),
          close: async () => {},
        };
      },
    });
    const flow = new Flow({ name: 'stopped', home: Home.of(endless, {}), store });
    flow.events.on('flow.progress', () => stop.abort());
    const error = await failureOf(flow.start({ signal: stop.signal, route: 'engine' }));
    expect(error.code).toBe('INTERRUPTED');
    await unchanged();
  });

  it('before it began does nothing at all', async () => {
    const { store, unchanged } = await filled();
    const home = Home.of(
      homeThat(() => pieces(1)),
      {},
    );
    const error = await failureOf(
      new Flow({ name: 'stopped', home, store }).start({ signal: AbortSignal.abort() }),
    );
    expect(error.code).toBe('INTERRUPTED');
    await unchanged();
  });
});
