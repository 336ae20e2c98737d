import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Flow, type FlowOptions } from '../../src/index.js';
import { password, startServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ fsync: 'off' });
});
afterAll(() => server?.close());

const flow = (store: string, query: string, more: Partial<FlowOptions> = {}): Flow => {
  const { port, user } = server;
  return new Flow({
    name: 'customers',
    connections: { db: { type: 'postgres', host: '127.0.0.1', port, user, password, database: 'postgres' } },
    home: { type: 'postgres', connection: 'db', query },
    store: { type: 'postgres', connection: 'db', table: store },
    retry: { attempts: 1 },
    ...more,
  });
};
const rowsOf = (table: string): Promise<(string | null)[][]> =>
  server.query(`SELECT * FROM ${table} ORDER BY 1, 2`);

/** Customers 1 to 4, and orders of each; `key` says what becomes of an order whose customer is deleted. */
async function shop(schema: string, key: string): Promise<void> {
  await server.query(`
    CREATE SCHEMA ${schema};
    CREATE TABLE ${schema}.customers (id int PRIMARY KEY, label text, code text UNIQUE, own text DEFAULT 'made here');
    INSERT INTO ${schema}.customers SELECT i, 'old ' || i, 'c' || i, 'kept' FROM generate_series(1, 4) i;
    CREATE TABLE ${schema}.orders (id int, customer int DEFAULT 1 REFERENCES ${schema}.customers ${key});
    INSERT INTO ${schema}.orders SELECT i * 10, i FROM generate_series(1, 4) i`);
}
/** Customer 1 stays, 2 is called otherwise, 5 is new; whether 3 and 4 have gone is for the test to say. */
const fresh = "(1, 'old 1', 'c1'), (2, 'new 2', 'c2'), (5, 'new 5', 'c5')";
const others = "(3, 'old 3', 'c3'), (4, 'old 4', 'c4')";
const query = (values: string): string => `SELECT * FROM (VALUES ${values}) AS t (id, label, code)`;

describe('a replacement of a table that others refer to', () => {
  it.each([
    ['no_action', ''],
    ['restrict', 'ON DELETE RESTRICT'],
    ['cascade', 'ON DELETE CASCADE'],
    ['set_null', 'ON DELETE SET NULL'],
    ['set_default', 'ON DELETE SET DEFAULT'],
    ['deferred', 'DEFERRABLE INITIALLY DEFERRED'],
  ])('leaves alone what refers to rows that are there still: %s', async (schema, key) => {
    await shop(schema, key);
    const before = await rowsOf(`${schema}.orders`);
    const result = await flow(`${schema}.customers`, query(`${fresh}, ${others}`)).start();
    expect([result.status, result.rows]).toEqual(['success', 5]);
    expect(await rowsOf(`${schema}.customers`)).toEqual([
      ['1', 'old 1', 'c1', 'kept'],
      ['2', 'new 2', 'c2', 'kept'],
      ['3', 'old 3', 'c3', 'kept'],
      ['4', 'old 4', 'c4', 'kept'],
      ['5', 'new 5', 'c5', 'made here'],
    ]);
    expect(await rowsOf(`${schema}.orders`)).toEqual(before);
  });

  it('does to what refers to rows that have gone what the foreign key says, and the plan says it before', async () => {
    await shop('gone', 'ON DELETE CASCADE');
    const { warnings } = await flow('gone.customers', query(fresh)).plan();
    expect(warnings).toEqual([
      'gone.orders refers to gone.customers: rows are replaced in their place, by id, and nobody else can write into it meanwhile; it can be read; rows of gone.orders are deleted where theirs is not among the new',
    ]);
    await flow('gone.customers', query(fresh)).start();
    expect((await rowsOf('gone.customers')).map(([id]) => id)).toEqual(['1', '2', '5']);
    expect(await rowsOf('gone.orders')).toEqual([
      ['10', '1'],
      ['20', '2'],
    ]);
  });

  it('is an error where the foreign key forbids that they go, and changes nothing', async () => {
    await shop('stays', '');
    const error = flow('stays.customers', query(fresh)).start();
    await expect(error).rejects.toMatchObject({ code: 'CONSTRAINT_FAILED' });
    expect((await rowsOf('stays.customers')).map(([, label]) => label)).toEqual([
      'old 1',
      'old 2',
      'old 3',
      'old 4',
    ]);
  });

  it('is refused, in the plan, where the key does not come and others would lose rows for it', async () => {
    await shop('keyless', 'ON DELETE CASCADE');
    const keyless = flow('keyless.customers', "SELECT 'new' AS label");
    for (const work of [() => keyless.plan(), () => keyless.start()])
      await expect(work()).rejects.toMatchObject({
        code: 'TABLE_UNFIT',
        message: expect.stringContaining('rows of keyless.orders refer to its "id", which does not come'),
      });
    expect(await server.query('SELECT count(*) FROM keyless.orders')).toEqual([['4']]);
  });

  it('is refused where a key comes twice', async () => {
    await shop('twice', '');
    const twice = flow('twice.customers', query(`${others}, (1, 'a', 'a'), (1, 'b', 'b'), (2, 'c', 'c')`));
    await expect(twice.start()).rejects.toMatchObject({ code: 'CONSTRAINT_FAILED' });
    expect(await server.query("SELECT count(*) FROM twice.customers WHERE label LIKE 'old%'")).toEqual([
      ['4'],
    ]);
  });

  it('may change its columns in the same step, and takes partitions and its own heads along', async () => {
    await server.query(`
      CREATE SCHEMA odd;
      CREATE TABLE odd.people (id int PRIMARY KEY, label text, head int REFERENCES odd.people) PARTITION BY RANGE (id);
      CREATE TABLE odd.people_1 PARTITION OF odd.people FOR VALUES FROM (0) TO (10);
      CREATE TABLE odd.people_2 PARTITION OF odd.people DEFAULT;
      INSERT INTO odd.people VALUES (1, 'old', NULL), (20, 'old', 1);
      CREATE TABLE odd.badges (person int REFERENCES odd.people ON DELETE CASCADE); INSERT INTO odd.badges VALUES (1), (20)`);
    await flow(
      'odd.people',
      "SELECT * FROM (VALUES (20, 'new', NULL::int), (1, 'new', 20), (30, 'new', 1)) AS t (id, label, head)",
    ).start();
    expect(await rowsOf('odd.people')).toEqual([
      ['1', 'new', '20'],
      ['20', 'new', null],
      ['30', 'new', '1'],
    ]);
    expect(await server.query('SELECT person FROM odd.badges ORDER BY 1')).toEqual([['1'], ['20']]);
  });
});

describe('values that are equal to the server, and not the same', () => {
  it('are brought by a merge', async () => {
    await server.query(`
      CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      CREATE TABLE alike (id int, amount numeric, span interval, name text COLLATE loose, spot point, doc json);
      INSERT INTO alike VALUES (1, 1.1, '30 days', 'ada', '(1,2)', '{}'), (2, 1.1, '30 days', 'ada', '(1,2)', '{}')`);
    const values =
      "SELECT 1 AS id, 1.10::numeric AS amount, '1 month'::interval AS span, 'Ada' AS name, '(1,2)' AS spot, '{}'::json AS doc UNION ALL SELECT 2, 1.1, '30 days', 'ada', '(1,2)', '{}'";
    const merged = await flow('alike', values, {
      run_type: 'merge',
      watermark: { primary_key: 'id' },
    }).start();
    expect(merged.merged).toEqual({ inserted: 0, updated: 1, unchanged: 1 });
    expect(await server.query('SELECT amount, span, name FROM alike ORDER BY id')).toEqual([
      ['1.10', '1 mon', 'Ada'],
      ['1.1', '30 days', 'ada'],
    ]);
  });
});

it('a plan says whom a change of a table makes wait', async () => {
  await server.query('CREATE TABLE waits (id int)');
  const merge = { run_type: 'merge', watermark: { primary_key: 'id' } } as const;
  expect((await flow('waits', 'SELECT 1 AS id', merge).plan()).warnings).toEqual([
    'nobody else can write into public.waits while rows are merged; it can be read',
  ]);
  expect((await flow('waits', 'SELECT 1 AS id').plan()).warnings).toEqual([]);
});
