import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Flow, type FlowOptions, HyggeError } from '../../src/index.js';
import { openWitness } from '../integration/witness.js';
import { password, startServer, type TestServer } from './support/server.js';

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startServer({ fsync: 'off' });
  folder = await mkdtemp(join(tmpdir(), 'hygge-postgres-flows-'));
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

const db = () => ({
  type: 'postgres',
  host: '127.0.0.1',
  port: server.port,
  user: server.user,
  password,
  database: 'postgres',
});
type Ends = Pick<FlowOptions, 'home' | 'store'> & Partial<FlowOptions>;
const flow = (options: Ends): Flow =>
  new Flow({ name: 'orders', connections: { db: db() }, retry: { attempts: 1 }, ...options });
const table = (name: string) => ({ type: 'postgres', connection: 'db', table: name }) as const;
const rowsOf = (name: string): Promise<(string | null)[][]> =>
  server.query(`SELECT * FROM ${name} ORDER BY 1, 2`);
const ownTables = (schema: string): Promise<(string | null)[][]> =>
  server.query(`SELECT tablename FROM pg_tables WHERE schemaname = '${schema}' ORDER BY 1`);
const failure = async (work: Promise<unknown>): Promise<HyggeError> => {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(HyggeError);
  return error as HyggeError;
};

describe('a flow into Postgres', () => {
  it('makes the schema and the table, and keeps what was published beside it', async () => {
    await server.query(
      "CREATE TABLE made_from AS SELECT i AS id, 'x' || i AS label FROM generate_series(1, 10) i",
    );
    const result = await flow({ home: table('made_from'), store: table('fresh.made') }).start();
    expect(result).toMatchObject({ status: 'success', rows: 10, verified: { by: 'count(*)', rows: 10 } });
    expect(await rowsOf('fresh.made')).toEqual(await rowsOf('made_from'));
    expect(await ownTables('fresh')).toEqual([['hygge_runs'], ['made']]);
    const [run] = await server.query(
      'SELECT table_schema, table_name, state, row_count, staging FROM fresh.hygge_runs',
    );
    expect(run).toEqual(['fresh', 'made', 'published', '10', null]);
  });

  it('replaces the rows of a table, which stays the table that it was', async () => {
    await server.query(`
      CREATE TABLE kept (id int PRIMARY KEY, label text NOT NULL, n int GENERATED ALWAYS AS IDENTITY);
      INSERT INTO kept (id, label) VALUES (100, 'old'), (200, 'old');
      CREATE VIEW kept_view AS SELECT id FROM kept;
      CREATE ROLE reader; GRANT SELECT ON kept TO reader;
      CREATE TABLE child (kept int REFERENCES kept DEFERRABLE INITIALLY DEFERRED);
      CREATE TABLE kept_from AS SELECT i AS id, 'new' AS label FROM generate_series(1, 3) i`);
    await flow({ home: table('kept_from'), store: table('kept') }).start();
    expect(await server.query('SELECT * FROM kept_view ORDER BY 1')).toEqual([['1'], ['2'], ['3']]);
    expect(await server.query("SELECT has_table_privilege('reader', 'kept', 'SELECT')")).toEqual([['t']]);
    expect(await server.query("SELECT count(*) FROM pg_indexes WHERE tablename = 'kept'")).toEqual([['1']]);
  });

  it('shows readers the old rows or the new ones', async () => {
    await server.query('CREATE TABLE seen AS SELECT 1 AS id; CREATE TABLE seen_from AS SELECT 2 AS id');
    const reader = await server.client();
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await reader.query('SELECT * FROM seen');
    await flow({ home: table('seen_from'), store: table('seen') }).start();
    expect((await reader.query('SELECT * FROM seen')).rows).toEqual([{ id: 1 }]);
    await reader.query('COMMIT');
    expect((await reader.query('SELECT * FROM seen')).rows).toEqual([{ id: 2 }]);
    await reader.end();
  });

  it('appends what is new, also rows that come late at the watermark itself', async () => {
    await server.query(
      "CREATE TABLE grows (id int, at timestamp); INSERT INTO grows VALUES (1, '2024-01-01'), (2, '2024-01-02'), (3, NULL)",
    );
    const run = () =>
      flow({
        home: table('grows'),
        store: table('grown'),
        run_type: 'incremental',
        watermark: { watermark_column: 'at', primary_key: 'id' },
      }).start();
    expect(await run()).toMatchObject({ rows: 3, watermark: '2024-01-02 00:00:00' });
    expect((await run()).status).toBe('skip');
    await server.query("INSERT INTO grows VALUES (4, '2024-01-02'), (5, '2024-01-03')");
    expect(await run()).toMatchObject({ rows: 2, watermark: '2024-01-03 00:00:00' });
    expect(await rowsOf('grown')).toEqual(await rowsOf('grows'));
  });

  it('asks the server for no more than what lies above the watermark', async () => {
    await server.query(
      'CREATE TABLE wide AS SELECT i AS id, repeat(i::text, 10) AS pad FROM generate_series(1, 20000) i; CREATE INDEX ON wide (id); ANALYZE wide',
    );
    const options = {
      home: table('wide'),
      store: table('wide_copy'),
      run_type: 'incremental',
      watermark: { watermark_column: 'id', primary_key: 'id' },
    } as const;
    await flow(options).start();
    await server.query('INSERT INTO wide VALUES (20001, NULL)');
    await server.query('SELECT pg_stat_reset()');
    await flow(options).start();
    expect(await server.query('SELECT count(*), count(DISTINCT id) FROM wide_copy')).toEqual([
      ['20001', '20001'],
    ]);
    await expect
      .poll(() => server.query("SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'wide'"))
      .not.toEqual([[null]]);
    const [[read]] = (await server.query(
      "SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'wide'",
    )) as [[string]];
    expect(Number(read)).toBeLessThan(25_000);
  });

  it('merges by key: inserts, updates, and leaves alone what is just so or later', async () => {
    await server.query(`
      CREATE TABLE target (id int, label text, doc json, v int, own text DEFAULT 'mine');
      INSERT INTO target VALUES (1, 'same', '{}', 1, 'a'), (2, 'old', '{}', 1, 'b'), (3, 'later', '{}', 9, 'c');
      CREATE TABLE source AS SELECT * FROM (VALUES (1, 'same', '{}'::json, 1), (2, 'new', '{}', 2), (3, 'earlier', '{}', 5), (4, 'added', NULL, 1)) AS t (id, label, doc, v)`);
    const result = await flow({
      home: table('source'),
      store: table('target'),
      run_type: 'merge',
      watermark: { watermark_column: 'v', primary_key: 'id' },
    }).start();
    expect(result.merged).toEqual({ inserted: 1, updated: 1, unchanged: 2 });
    expect(await server.query('SELECT id, label, own FROM target ORDER BY id')).toEqual([
      ['1', 'same', 'a'],
      ['2', 'new', 'b'],
      ['3', 'later', 'c'],
      ['4', 'added', 'mine'],
    ]);
    expect((await ownTables('public')).filter(([name]) => name?.startsWith('hygge_stage'))).toEqual([]);
  });

  it.each([
    ['a column that the table lacks', 'SELECT 1 AS id, 2 AS extra', 'TABLE_UNFIT', /extra/],
    [
      'a number that would be rounded',
      'SELECT 1 AS id, 1.555::numeric(10,3) AS price',
      'COLUMN_REFUSED',
      /price/,
    ],
    ['a text that would be cut', "SELECT 1 AS id, 'abc  ' AS code", 'ENGINE_FAILED', /"code".*3 characters/],
    ['a value that a constraint forbids', 'SELECT -1 AS id', 'CONSTRAINT_FAILED', /check/],
    ['a computed column', 'SELECT 1 AS id, 2 AS twice', 'COLUMN_REFUSED', /twice/],
  ])('refuses %s, and leaves the table as it is', async (_, query, code, message) => {
    await server.query(`
      CREATE TABLE IF NOT EXISTS strict (id int CHECK (id > 0), price numeric(10,2), code varchar(3), twice int GENERATED ALWAYS AS (id * 2) STORED);
      DELETE FROM strict; INSERT INTO strict (id) VALUES (7)`);
    const error = await failure(
      flow({ home: { type: 'postgres', connection: 'db', query }, store: table('strict') }).start(),
    );
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
    expect(await server.query('SELECT id FROM strict')).toEqual([['7']]);
    expect((await ownTables('public')).filter(([name]) => name?.startsWith('hygge_stage'))).toEqual([]);
  });

  it('is held by one run at a time, and the other is told who holds it', async () => {
    const gate = await server.client();
    await gate.query('SELECT pg_advisory_lock(42)');
    const home = (query: string) => ({ type: 'postgres', connection: 'db', query }) as const;
    const store = table('held');
    const first = flow({
      home: home('SELECT 1 AS id, pg_advisory_lock_shared(42)::text AS gate'),
      store,
    }).start();
    const begun = "SELECT count(*) FROM hygge_runs WHERE table_name = 'held' AND state = 'begun'";
    await expect.poll(() => server.query(begun)).toEqual([['1']]);
    const error = await failure(flow({ home: home('SELECT 2 AS id'), store }).start());
    expect([error.code, error.message]).toEqual([
      'TABLE_LOCKED',
      expect.stringMatching(/public\.held .* is held by hygge [0-9a-z]{26} \(process \d+ of the server/),
    ]);
    await gate.end();
    expect((await first).status).toBe('success');
    expect(await server.query('SELECT id FROM held')).toEqual([['1']]);
  });

  it('says which table there is where one is misspelt', async () => {
    await server.query('CREATE TABLE customers AS SELECT 1 AS id');
    const error = await failure(flow({ home: table('custmers'), store: join(folder, 'x') }).start());
    expect([error.code, error.hint]).toEqual(['TABLE_NOT_FOUND', 'Did you mean public.customers?']);
  });
});

it('verify: fingerprint is refused, in the plan too, where the table cannot tell what a value was', async () => {
  const witness = await openWitness();
  const path = join(folder, 'union.duckdb');
  await witness.run(`ATTACH '${path}' AS made`);
  await witness.run(
    'CREATE TABLE made.things AS SELECT union_value(num := 7) AS u, [1, 2]::INTEGER[2] AS pair',
  );
  await witness.run('DETACH made');
  witness.close();
  const home = { type: 'duckdb', path, table: 'things' } as const;
  const refused = flow({ home, store: table('unions'), verify: 'fingerprint' });
  for (const work of [() => refused.plan(), () => refused.start()]) {
    const error = await failure(work());
    expect([error.code, error.message]).toEqual([
      'VERIFY_UNSUPPORTED',
      expect.stringContaining('column "u" settles as JSON, which does not tell what a union was made of'),
    ]);
  }
  await flow({ home, store: table('unions') }).start();
  expect(await server.query('SELECT u, pair FROM unions')).toEqual([['{"num":7}', '{1,2}']]);
});

it('rows that can be had once, masked and beyond a watermark, settle in a table', async () => {
  const path = join(folder, 'once.sqlite');
  const database = new DatabaseSync(path);
  database.exec(
    "CREATE TABLE things (id INTEGER, mail TEXT); INSERT INTO things VALUES (1, 'a@b'), (2, 'c@d')",
  );
  const run = () =>
    flow({
      home: { type: 'sqlite', path, table: 'things' },
      store: table('once'),
      run_type: 'incremental',
      watermark: { watermark_column: 'id', primary_key: 'id' },
      mask: { columns: { mail: 'redact' } },
    }).start();
  expect((await run()).rows).toBe(2);
  database.exec("INSERT INTO things VALUES (3, 'e@f')");
  database.close();
  expect((await run()).rows).toBe(1);
  expect((await rowsOf('once')).map(([id]) => id)).toEqual(['1', '2', '3']);
  expect((await rowsOf('once')).some(([, mail]) => mail?.includes('@'))).toBe(false);
});
