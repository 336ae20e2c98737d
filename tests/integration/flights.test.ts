import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Flow } from '../../src/index.js';
import { readFile, settled, useWorkplace, visible } from './workplace.js';

const place = useWorkplace();
const flights = fileURLToPath(
  new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url),
);

/** How many rows differ between two relations, each read in its own order: 0 says the same rows in the same order. */
const differences = (a: string, b: string): string =>
  `SELECT count(*) FROM (${a}) AS a POSITIONAL JOIN (${b}) AS b WHERE a IS DISTINCT FROM b`;

describe('three million flights', () => {
  it('arrive equal, in the same order, by the engine route; a second run replaces them and never mixes', async () => {
    const store = place.at('store');
    const flow = (): Flow => new Flow({ name: 'flights', home: flights, store });
    const first = await flow().start({ route: 'engine' });
    expect(first).toMatchObject({ status: 'success', route: 'engine', rows: 3_000_000 });
    expect(first.verified).toEqual({ by: 'footers', rows: 3_000_000 });
    const counted = await place.witness.rows(`SELECT count(*) FROM (${settled(store)})`);
    expect(counted).toEqual([['3000000']]);
    expect(await place.witness.rows(differences(settled(store), readFile(flights)))).toEqual([['0']]);

    const before = visible(store);
    const second = await flow().start({ route: 'engine' });
    const after = visible(store);
    expect(second.rows).toBe(3_000_000);
    expect(after).toHaveLength(before.length);
    expect(after.filter((name) => before.includes(name))).toEqual([]);
    expect(await place.witness.rows(differences(settled(store), readFile(flights)))).toEqual([['0']]);
  });

  it('arrive equal, in the same order, by the route that the planner chooses', async () => {
    const store = place.at('store');
    const result = await new Flow({ name: 'flights', home: flights, store }).start();
    expect(result).toMatchObject({ status: 'success', route: 'splice', rows: 3_000_000 });
    expect(await place.witness.rows(`SELECT count(*) FROM (${settled(store)})`)).toEqual([['3000000']]);
    expect(await place.witness.rows(differences(settled(store), readFile(flights)))).toEqual([['0']]);
  });

  it('arrive equal, in the same order, by the batches route (200,000 of them)', async () => {
    const some = await place.parquet('some.parquet', `${readFile(flights)} LIMIT 200000`);
    const store = place.at('store');
    const result = await new Flow({ name: 'flights', home: some, store }).start({ route: 'batches' });
    expect(result).toMatchObject({ status: 'success', route: 'batches', rows: 200_000 });
    await place.witness.expectSame(settled(store), readFile(some));
    expect(await place.witness.rows(differences(settled(store), readFile(some)))).toEqual([['0']]);
  });
});
