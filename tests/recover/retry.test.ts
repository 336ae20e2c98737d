import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pauseAfter, wait } from '../../src/flow/retry.js';
import {
  type EventMap,
  Flow,
  type FlowOptions,
  fail,
  Home,
  HyggeError,
  type Row,
  Store,
  type StoreDefinition,
} from '../../src/index.js';
import { parquetStore } from '../../src/stores/parquet/index.js';
import { forever, homeThat } from '../integration/doubles.js';
import { settled, useWorkplace } from '../integration/workplace.js';

const place = useWorkplace();
const soon = { attempts: 3, delay: 0.01 };

/** Two pieces of rows; after the first one the nth reading fails with the nth error, if there is one. */
function flaky(errors: readonly unknown[]) {
  let reading = 0;
  const home = homeThat(async function* (): AsyncGenerator<readonly Row[]> {
    const error = errors[reading++];
    yield [{ id: 1 }, { id: 2 }];
    if (error !== undefined) throw error;
    yield [{ id: 3 }];
  });
  return { home: Home.of(home, {}), readings: () => reading };
}

const withCode = (code: string): Error => Object.assign(new Error(`it was ${code}`), { code });

interface Told {
  readonly retries: EventMap['flow.retrying'][];
  readonly attempts: number;
  readonly rows: number;
  readonly error: HyggeError | null;
}

async function start(options: FlowOptions, signal?: AbortSignal): Promise<Told> {
  const flow = new Flow(options);
  const retries: EventMap['flow.retrying'][] = [];
  let attempts = 0;
  flow.events.on('flow.retrying', (event) => void retries.push(event));
  flow.events.on('flow.finished', ({ result }) => {
    attempts = result.attempts;
  });
  try {
    const { rows } = await flow.start(signal === undefined ? {} : { signal });
    return { retries, attempts, rows, error: null };
  } catch (error) {
    if (!(error instanceof HyggeError)) throw error;
    return { retries, attempts, rows: 0, error };
  }
}

describe('an error in the middle of a read', () => {
  it.each([
    ['of the network', withCode('ECONNRESET')],
    ['of the network, below another', new TypeError('fetch failed', { cause: withCode('ETIMEDOUT') })],
    ['that says so itself', Object.assign(new Error('busy'), { retryable: true })],
    ['of hygge', fail('FILE_SYSTEM', { path: 'p', what: 'w', reason: 'r' })],
  ])('%s is tried again from the beginning, and nothing arrives twice', async (_, error) => {
    const store = place.at('store');
    const { home, readings } = flaky([error]);
    const told = await start({ name: 'f', home, store, run_type: 'incremental', retry: soon });
    expect(told).toMatchObject({ attempts: 2, rows: 3, error: null });
    expect(readings()).toBe(2);
    expect(told.retries).toMatchObject([{ attempt: 1, attempts: 3 }]);
    await place.witness.expectSame(settled(store), 'SELECT * FROM (VALUES (1::BIGINT), (2), (3)) AS t(id)');
  });

  it.each([
    ['a plain one', new Error('wrong')],
    ['a wrong value', fail('VALUE_UNFIT', { name: 'f', column: 'c', row: 1, value: 'v', type: 't' })],
    ['one that says so itself', Object.assign(withCode('ECONNRESET'), { retryable: false })],
  ])('that stays is final: %s', async (_, error) => {
    const { home, readings } = flaky([error]);
    const told = await start({ name: 'f', home, store: place.at('store'), retry: soon });
    expect(told).toMatchObject({ attempts: 1, retries: [] });
    expect(told.error).not.toBeNull();
    expect(readings()).toBe(1);
  });

  it('is given up after so many tries, and the store is as it was', async () => {
    const store = place.at('store');
    const before = flaky([]);
    await start({ name: 'f', home: before.home, store });
    const all = Array.from({ length: 9 }, () => withCode('ECONNRESET'));
    const { home, readings } = flaky(all);
    const told = await start({ name: 'f', home, store, retry: { ...soon, attempts: 4 } });
    expect(told).toMatchObject({ attempts: 4, error: { code: 'TYPE_FAILED', retryable: true } });
    expect(readings()).toBe(4);
    expect(told.retries.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    await place.witness.expectSame(settled(store), 'SELECT * FROM (VALUES (1::BIGINT), (2), (3)) AS t(id)');
  });

  it('is not tried again where that is not wanted', async () => {
    const { home } = flaky([withCode('ECONNRESET')]);
    const told = await start({ name: 'f', home, store: place.at('store'), retry: { attempts: 1 } });
    expect(told).toMatchObject({ attempts: 1, retries: [], error: { code: 'TYPE_FAILED' } });
  });
});

describe('time that runs out', () => {
  it('stops the first try, and the second one may do better', async () => {
    let reading = 0;
    const home = homeThat(async function* () {
      if (reading++ === 0) await forever();
      yield [{ id: 1 }];
    });
    const told = await start({
      name: 'f',
      home: Home.of(home, {}),
      store: place.at('store'),
      timeout: 1,
      retry: { ...soon, attempts: 20 },
    });
    expect(told).toMatchObject({ rows: 1, error: null });
    expect(told.attempts).toBeGreaterThan(1);
    expect(told.retries[0]?.error.code).toBe('FLOW_TIMEOUT');
  });
});

describe('a home that does not close', () => {
  it('does not keep the run from ending, nor from trying again', async () => {
    const { home: good, readings } = flaky([withCode('ECONNRESET')]);
    const definition = {
      ...good.definition,
      open: async (...given: Parameters<typeof good.definition.open>) => ({
        ...(await good.definition.open(...given)),
        close: forever,
      }),
    };
    const home = Home.of(definition, {});
    const retry = { ...soon, attempts: 20 };
    const told = await start({ name: 'f', home, store: place.at('store'), timeout: 1, retry });
    expect(told).toMatchObject({ rows: 3, error: null });
    expect(readings()).toBeGreaterThan(1);
  });
});

describe('a run that is stopped while it waits to try again', () => {
  it('ends at once', async () => {
    const { home, readings } = flaky([withCode('ECONNRESET')]);
    const stop = new AbortController();
    const options = { name: 'f', home, store: place.at('store'), retry: { attempts: 3, delay: 3600 } };
    const flow = new Flow(options);
    flow.events.on('flow.retrying', () => stop.abort());
    await expect(flow.start({ signal: stop.signal })).rejects.toMatchObject({ code: 'TYPE_FAILED' });
    expect(readings()).toBe(1);
  });
});

/** A parquet store whose sessions are changed by a test. */
function storeWith(change: (session: Awaited<ReturnType<typeof parquetStore.open>>, nth: number) => void) {
  let opened = 0;
  const definition = {
    ...parquetStore,
    type: 'changed_by_a_test',
    async open(...given: Parameters<typeof parquetStore.open>) {
      const session = await parquetStore.open(...given);
      change(session, ++opened);
      return session;
    },
  } as unknown as StoreDefinition;
  return { store: Store.of(definition, { path: place.at('store') }), opened: () => opened };
}

const unfinished = () => fail('PUBLISH_UNFINISHED', { path: 'p', reason: 'the disk went away' });

describe('a publication of which nobody knows whether it happened', () => {
  it('is not done twice where it did', async () => {
    const { home, readings } = flaky([]);
    const { store, opened } = storeWith((session, nth) => {
      const publish = session.publish.bind(session);
      session.publish = async (commit) => {
        const published = await publish(commit);
        if (nth === 1) throw unfinished();
        return published;
      };
    });
    const told = await start({ name: 'f', home, store, run_type: 'incremental', retry: soon });
    expect(told).toMatchObject({ attempts: 2, rows: 3, error: null });
    expect(opened()).toBe(2);
    // Nor is anything read again.
    expect(readings()).toBe(1);
    await place.witness.expectSame(
      settled(place.at('store')),
      'SELECT * FROM (VALUES (1::BIGINT), (2), (3)) AS t(id)',
    );
  });

  it('is done where it did not', async () => {
    const { home } = flaky([]);
    const { store } = storeWith((session, nth) => {
      const publish = session.publish.bind(session);
      session.publish = async (commit) => {
        if (nth === 1) throw unfinished();
        return publish(commit);
      };
    });
    const told = await start({ name: 'f', home, store, run_type: 'incremental', retry: soon });
    expect(told).toMatchObject({ attempts: 2, rows: 3, error: null });
    await place.witness.expectSame(
      settled(place.at('store')),
      'SELECT * FROM (VALUES (1::BIGINT), (2), (3)) AS t(id)',
    );
  });
});

describe('a store that another run holds', () => {
  it.each(['STORE_LOCKED', 'LOCK_LOST'] as const)('is not waited for: %s', async (code) => {
    const { home } = flaky([]);
    const { store, opened } = storeWith((session) => {
      session.begin = async () => {
        throw code === 'LOCK_LOST'
          ? fail(code, { path: 'p', owner: 'o', holder: 'h' })
          : fail(code, { path: 'p', owner: 'o', runId: 'r', host: 'h', pid: 1, since: 's' });
      };
    });
    const told = await start({ name: 'f', home, store, retry: soon });
    expect(told).toMatchObject({ attempts: 1, retries: [], error: { code } });
    expect(opened()).toBe(1);
  });
});

describe('pauses', () => {
  it('grow about twofold, within a quarter, and stay within a minute or the delay', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0, max: 500, noNaN: true }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, delay, random) => {
          const pause = pauseAfter(attempt, { attempts: 99, delay }, () => random);
          const middle = delay * 2 ** (attempt - 1);
          expect(pause).toBeLessThanOrEqual(Math.max(60, delay));
          expect(pause).toBeLessThanOrEqual(middle * 1.25);
          expect(pause).toBeGreaterThanOrEqual(Math.min(middle * 0.75, Math.max(60, delay)));
        },
      ),
      { seed: 7 },
    );
  });

  it('end with the first signal', async () => {
    const stop = new AbortController();
    const waiting = wait(3600, [undefined, stop.signal]);
    stop.abort();
    expect(await waiting).toBe(false);
    expect(await wait(3600, [stop.signal])).toBe(false);
    expect(await wait(0, [new AbortController().signal])).toBe(true);
  });
});
