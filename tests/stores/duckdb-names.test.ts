// Names that try to be something else: whatever a table, a schema or a column is called, nothing else is touched.
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Flow, HyggeError } from '../../src/index.js';
import { settled, useWorkplace } from '../integration/workplace.js';
import { nastyName, quote, seed } from './nasty-names.js';

const place = useWorkplace();
const name = nastyName(
  ['canary', 'DROP TABLE canary', 'select', 'hygge_runs', 'main', 'a', 'A', 'Ü'],
  /^(canary|main|hygge_runs)$/i,
);

/** By somebody else's engine. */
async function rowsIn(path: string, sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  const rows = (await connection.runAndReadAll(sql)).getRowsJS();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

it(`names are names, HYGGE_SEED=${seed}`, async () => {
  const path = place.at('store.duckdb');
  const inFile = (sql: string): Promise<unknown[][]> => rowsIn(path, sql);
  await inFile("CREATE TABLE canary AS SELECT 'alive' AS is");
  await place.parquet('in.parquet', 'SELECT i AS id, i * 2 AS twice FROM range(7) AS n(i)');
  let done = 0;
  await fc.assert(
    fc.asyncProperty(name, name, name, async (schema, table, column) => {
      const store = place.at(`store${done++}`);
      const there = { type: 'duckdb', path, table: `${quote(schema)}.${quote(table)}` } as const;
      const how = {
        retry: { attempts: 1 },
        verify: 'fingerprint',
        columns: { [column]: 'id', other: 'twice' },
      } as const;
      const moves = [
        () => new Flow({ name: 'in', home: place.at('in.parquet'), store: there, ...how }).start(),
        () =>
          new Flow({
            name: 'in',
            home: place.at('in.parquet'),
            store: there,
            ...how,
            verify: 'counts',
            run_type: 'merge',
            watermark: { primary_key: 'id' },
          }).start(),
        () => new Flow({ name: 'out', home: there, store }).start(),
        () =>
          new Flow({
            name: 'out',
            home: { type: 'duckdb', path, query: `SELECT ${quote(column)} FROM ${there.table}` },
            store,
          }).start(),
      ];
      let isRefused = false;
      for (const move of moves) {
        await move().catch((error: unknown) => {
          // NUL cannot be in a name, and is refused before anything is written.
          if (!(error instanceof HyggeError) || ![schema, table, column].some((text) => text.includes('\0')))
            throw error;
          isRefused = true;
        });
        if (isRefused) break;
      }
      if (!isRefused) {
        const [[sum] = []] = await place.witness.rows(
          `SELECT sum(${quote(column)}) FROM (${settled(store)})`,
        );
        expect(sum).toBe('21');
      }
      expect(await inFile('SELECT * FROM canary')).toEqual([['alive']]);
      expect(
        await inFile("SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'hygge_stage%'"),
      ).toEqual([[0n]]);
    }),
    { numRuns: 12, seed },
  );
}, 120_000);

it('names that are alike in their first 63 bytes stay apart', async () => {
  const path = place.at('store.duckdb');
  await place.parquet('in.parquet', 'SELECT i AS id, i * 2 AS twice FROM range(7) AS n(i)');
  const [long, longer] = [`${'é'.repeat(31)}xa`, `${'é'.repeat(31)}xb`];
  for (const table of [long, longer]) {
    const there = { type: 'duckdb', path, table } as const;
    const columns = { [long]: 'id', [longer]: 'twice' };
    await new Flow({ name: 'in', home: place.at('in.parquet'), store: there, columns }).start();
    const store = place.at(`out-${table.at(-1)}`);
    await new Flow({ name: 'out', home: there, store }).start();
    const sums = await place.witness.rows(
      `SELECT sum(${quote(long)}), sum(${quote(longer)}) FROM (${settled(store)})`,
    );
    expect(sums).toEqual([['21', '42']]);
  }
  expect(
    await rowsIn(path, "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'é%' ORDER BY 1"),
  ).toEqual([[long], [longer]]);
});

it.each([
  'SELECT 1 AS one; DROP TABLE canary',
  'DROP TABLE canary',
  'SELECT 1 AS one) ; DROP TABLE canary; --',
])('a query that would do more than read does nothing: %s', async (query) => {
  const path = place.at('store.duckdb');
  await rowsIn(path, "CREATE TABLE canary AS SELECT 'alive' AS state");
  const home = { type: 'duckdb', path, query } as const;
  const moved = new Flow({ name: 'names', home, store: place.at('out'), retry: { attempts: 1 } }).start();
  await expect(moved).rejects.toMatchObject({ code: 'QUERY_FAILED' });
  expect(await rowsIn(path, 'SELECT * FROM canary')).toEqual([['alive']]);
});
