// Names that try to be something else: whatever a table or a column is called, nothing else is touched.
import { DatabaseSync } from '@photostructure/sqlite';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Flow, HyggeError } from '../../src/index.js';
import { settled, useWorkplace } from '../integration/workplace.js';
import { nastyName, quote, seed } from './nasty-names.js';

const place = useWorkplace();
const name = nastyName(
  ['canary', 'DROP TABLE canary', 'select', 'rowid', 'hygge rowid', 'main', 'temp', 'a', 'A', 'Ü', 'x.db'],
  /^(canary|other)$/i,
);

/** By SQLite itself. */
function inFile(path: string, sql: string): unknown[][] {
  const database = new DatabaseSync(path);
  try {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    return statement.all() as unknown as unknown[][];
  } finally {
    database.close();
  }
}

/** Brings rows into a table, into it again by key, and out of it by its name and by a query. */
async function move(
  path: string,
  table: string,
  columns: Readonly<Record<string, string>>,
  store: string,
): Promise<void> {
  const how = { name: 'names', retry: { attempts: 1 } } as const;
  const there = { type: 'sqlite', path, table } as const;
  const into = { ...how, home: place.at('in.parquet'), store: there, columns };
  await new Flow({ ...into, verify: 'fingerprint' }).start();
  await new Flow({ ...into, run_type: 'merge', watermark: { primary_key: 'id' } }).start();
  const query = `SELECT ${Object.keys(columns).map(quote)} FROM ${quote(table)}`;
  await new Flow({ ...how, home: there, store }).start();
  await new Flow({ ...how, home: { type: 'sqlite', path, query }, store: `${store}-query` }).start();
}

it(`names are names, HYGGE_SEED=${seed}`, async () => {
  const path = place.at('store.sqlite');
  inFile(path, "CREATE TABLE canary AS SELECT 'alive' AS state");
  await place.parquet('in.parquet', 'SELECT i AS id, i * 2 AS twice FROM range(7) AS n(i)');
  let done = 0;
  await fc.assert(
    fc.asyncProperty(name, name, async (first, column) => {
      // The same table with another column would be refused.
      const table = `${first} ${++done}`;
      const store = place.at(`store${done}`);
      const isRefused = await move(path, table, { [column]: 'id', other: 'twice' }, store).then(
        () => false,
        (error: unknown) => {
          // NUL cannot be in a name, and is refused before anything is written.
          if (!(error instanceof HyggeError) || !`${first}${column}`.includes('\0')) throw error;
          return true;
        },
      );
      for (const read of isRefused ? [] : [store, `${store}-query`]) {
        const sum = await place.witness.rows(`SELECT sum(${quote(column)}) FROM (${settled(read)})`);
        expect(sum).toEqual([['21']]);
      }
      expect(inFile(path, 'SELECT * FROM canary')).toEqual([['alive']]);
    }),
    { numRuns: 15, seed },
  );
}, 120_000);

it('names that are alike in their first 63 bytes stay apart', async () => {
  const path = place.at('store.sqlite');
  await place.parquet('in.parquet', 'SELECT i AS id, i * 2 AS twice FROM range(7) AS n(i)');
  const [long, longer] = [`${'é'.repeat(31)}xa`, `${'é'.repeat(31)}xb`];
  for (const table of [long, longer])
    await move(path, table, { [long]: 'id', [longer]: 'twice' }, place.at(table.at(-1) ?? ''));
  expect(inFile(path, "SELECT name FROM sqlite_schema WHERE name LIKE 'é%' ORDER BY 1")).toEqual([
    [long],
    [longer],
  ]);
  for (const store of ['a', 'b', 'a-query', 'b-query']) {
    const sums = await place.witness.rows(
      `SELECT sum(${quote(long)}), sum(${quote(longer)}) FROM (${settled(place.at(store))})`,
    );
    expect(sums).toEqual([['21', '42']]);
  }
});

it.each([
  'SELECT 1 AS one; DROP TABLE canary',
  'DROP TABLE canary',
  'SELECT 1 AS one) ; DROP TABLE canary; --',
])('a query that would do more than read does nothing: %s', async (query) => {
  const path = place.at('store.sqlite');
  inFile(path, "CREATE TABLE canary AS SELECT 'alive' AS state");
  const home = { type: 'sqlite', path, query } as const;
  const moved = new Flow({ name: 'names', home, store: place.at('out'), retry: { attempts: 1 } }).start();
  await expect(moved).rejects.toMatchObject({ code: 'QUERY_FAILED' });
  expect(inFile(path, 'SELECT * FROM canary')).toEqual([['alive']]);
});
