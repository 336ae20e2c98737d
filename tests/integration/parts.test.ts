import { describe, expect, it } from 'vitest';
import {
  defineHome,
  Flow,
  Home,
  type HomePart,
  type HomeSession,
  Store,
  type StoreSession,
  z,
} from '../../src/index.js';
import { forever, nothingSeen, storeThat } from './doubles.js';
import { everything, useWorkplace, visible } from './workplace.js';

const place = useWorkplace();
const schema = [{ name: 'id', type: { kind: 'bigint' }, nullable: false }] as const;

/** A home whose parts are the test's own. */
function homeOfParts(parts: (signal: AbortSignal) => AsyncIterable<HomePart>) {
  const definition = defineHome({
    type: 'parts_of_a_test',
    summary: 'Parts of a test',
    config: z.strictObject({}),
    capabilities: { gives: ['relation'], ordered: true },
    open: async (_, { signal }): Promise<HomeSession> => ({
      schema: async () => schema,
      estimate: async () => ({ rows: null, bytes: null, files: null, exact: false }),
      relation: () => Promise.reject(new Error('nobody needs all of them')),
      parts: () => parts(signal),
      close: async () => {},
    }),
  });
  return Home.of(definition, {});
}

/** What is known of the parts that a home has given. */
class Giving {
  readonly calls: string[] = [];
  /** Parts that are being read, at most. */
  most = 0;
  #open = 0;

  part(name: string, sql: string, rows: number): HomePart {
    this.calls.push(`${name} given`);
    this.#open += 1;
    this.most = Math.max(this.most, this.#open);
    return {
      sql,
      schema,
      rows,
      done: async () => {
        this.calls.push(`${name} done`);
        this.#open -= 1;
      },
    };
  }
}

const numbers = (from: number, rows: number): string =>
  `SELECT i + ${from} AS id FROM range(${rows}) AS n(i)`;
/** The same, long after others have ended. */
const slowly = (from: number, rows: number): string =>
  `SELECT n.id + 0 * (SELECT count(*) FROM range(40000) a(i), range(10000) b(j) WHERE a.i * b.j % 7 = 1) AS id FROM (${numbers(from, rows)}) n`;

describe('parts of a home', () => {
  it('are written side by side, and lie in the order in which they were given', async () => {
    const giving = new Giving();
    const home = homeOfParts(async function* () {
      yield giving.part('slow', slowly(0, 3000), 3000);
      for (let i = 1; i < 5; i++) yield giving.part(`quick ${i}`, numbers(i * 3000, 3000), 3000);
    });
    const result = await new Flow({ name: 'parts', home, store: place.at('store') }).start();
    expect(result).toMatchObject({ rows: 15_000, verified: { rows: 15_000 } });
    const ids = await place.witness.rows(`SELECT id::varchar FROM '${place.at('store')}/*.parquet'`);
    expect(ids.flat()).toEqual(Array.from({ length: 15_000 }, (_, i) => `${i}`));
    expect(giving.most).toBe(2);
    expect(giving.calls.filter((call) => call.endsWith('done'))).toHaveLength(5);
    expect(giving.calls.indexOf('quick 1 given')).toBeLessThan(giving.calls.indexOf('slow done'));
  });

  it.each([
    ['while another is read', (giving: Giving) => giving.part('endless', slowly(0, 1e12), 1e12)],
    ['while the next one is waited for', forever],
  ])('stop at once where one of them cannot be read: %s', async (_, meanwhile) => {
    const giving = new Giving();
    const home = homeOfParts(async function* (signal) {
      const aborted = new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
      try {
        yield giving.part('good', numbers(0, 10), 10);
        yield giving.part('bad', "SELECT error('broken')::BIGINT AS id", 10);
        const next = await Promise.race([meanwhile(giving), aborted]);
        yield next as HomePart;
        await aborted;
      } finally {
        giving.calls.push('home left');
      }
    });
    const flow = new Flow({ name: 'parts', home, store: place.at('store') });
    await expect(flow.start()).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
    const ends = giving.calls.filter((call) => call.endsWith('done') || call.endsWith('left'));
    expect(ends.toSorted()).toEqual(
      [
        ...giving.calls.filter((call) => call.endsWith('given')).map((call) => call.replace('given', 'done')),
        'home left',
      ].toSorted(),
    );
    expect(visible(place.at('store'))).toEqual([]);
    expect(everything(place.at('store')).filter((path) => path.endsWith('.parquet'))).toEqual([]);
  });

  it('are let go of where a store refuses one before it has begun', async () => {
    const giving = new Giving();
    const home = homeOfParts(async function* () {
      yield giving.part('only', numbers(0, 10), 10);
    });
    const seen = nothingSeen();
    const definition = storeThat(seen, async () => {});
    const refusing = {
      ...definition,
      type: 'refuses_at_once',
      capabilities: { ...definition.capabilities, takes: ['relation'] as const },
      open: async (...given: Parameters<typeof definition.open>): Promise<StoreSession> => ({
        ...(await definition.open(...given)),
        partsAtOnce: 1,
        writeRelation: () => {
          throw new Error('not today');
        },
      }),
    };
    const store = Store.of(refusing, {});
    const error = await new Flow({ name: 'parts', home, store }).start().catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('not today');
    expect(giving.calls).toEqual(['only given', 'only done']);
  });
});
