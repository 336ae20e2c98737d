import { describe, expect, it } from 'vitest';
import { Flow } from '../../src/index.js';
import { by, everything, everyWay, readFile, settled, useWorkplace } from './workplace.js';

const place = useWorkplace();

/** A union is a struct in a parquet file, one of whose fields has no name: batches cannot bring that. */
const left = { chosen: '', engine: '', batches: 'EXCLUDE ("union")' } as const;

describe.each(everyWay)('values of every type, by the %s route', (route) => {
  it('are what they were: all that the engine can put into a parquet file', async () => {
    const file = await place.parquet('all.parquet', `SELECT * ${left[route]} FROM test_all_types()`);
    const store = place.at('store');
    await new Flow({ name: 'types', home: file, store }).start(by(route));
    // The text of every value, since NaN, -0.0 and nested values must be told apart to the last bit.
    const text = (sql: string): string => `SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (${sql})`;
    await place.witness.expectSame(text(settled(store)), text(readFile(file)));
    await place.witness.expectSame(settled(store), readFile(file));
  });

  it('are what they were where most of them are NULL', async () => {
    const file = await place.parquet(
      'null.parquet',
      `SELECT t.* FROM range(5000) AS numbers(i) LEFT JOIN (SELECT row_number() OVER () * 1000 AS n, * ${left[route]} FROM test_all_types()) AS t ON t.n = i`,
    );
    const store = place.at('store');
    await new Flow({ name: 'types', home: file, store }).start(by(route));
    await place.witness.expectSame(settled(store), readFile(file));
  });

  it('are what they were where texts are long', async () => {
    const file = await place.parquet(
      'long.parquet',
      "SELECT i, repeat('🦆' || i, 100000) AS text, encode(repeat('x', i * 10000)) AS bytes FROM range(20) AS numbers(i)",
    );
    const store = place.at('store');
    await new Flow({ name: 'types', home: file, store }).start(by(route));
    await place.witness.expectSame(settled(store), readFile(file));
    expect((await place.witness.rows(`SELECT count(*) FROM (${settled(store)})`))[0]).toEqual(['20']);
  });
});

it('a column that batches cannot bring is refused, with its name, and nothing is written', async () => {
  const file = await place.parquet('union.parquet', 'SELECT "union" FROM test_all_types()');
  const store = place.at('store');
  const run = new Flow({ name: 'types', home: file, store }).start({ route: 'batches' });
  await expect(run).rejects.toThrow('column "union"');
  expect(everything(store)).toEqual([]);
});
