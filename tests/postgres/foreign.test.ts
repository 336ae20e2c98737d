import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Flow, type FlowOptions } from '../../src/index.js';
import { hygge } from '../docs/sandbox.js';
import { password, startServer, type TestServer } from './support/server.js';

let server: TestServer;
let folder: string;
const rows = 20_000;

/** Real foreign tables: of another database by `postgres_fdw`, of a file of the server by `file_fdw`. */
beforeAll(async () => {
  server = await startServer({ fsync: 'off', autovacuum: 'off' });
  folder = await mkdtemp(join(tmpdir(), 'hygge-postgres-foreign-'));
  await server.query('CREATE DATABASE other');
  await server.query(
    `CREATE TABLE items (id bigint PRIMARY KEY, price numeric(12,2), note text, made timestamptz, tags text[]);
     INSERT INTO items SELECT i, i / 100.0, CASE WHEN i % 7 > 0 THEN 'note\t' || i END, timestamptz '2024-01-01 00:00+00' + i * interval '1 second', ARRAY['a', NULL, i::text] FROM generate_series(1, ${rows}) i`,
    'other',
  );
  const secret = password.replaceAll("'", "''");
  const file = join(server.folder, 'data', 'items.csv');
  await server.query(`
    CREATE EXTENSION postgres_fdw; CREATE EXTENSION file_fdw;
    CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '${server.port}', dbname 'other');
    CREATE USER MAPPING FOR CURRENT_USER SERVER far OPTIONS (user '${server.user}', password '${secret}');
    IMPORT FOREIGN SCHEMA public FROM SERVER far INTO public;
    COPY (SELECT * FROM items) TO '${file}' (FORMAT csv);
    CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
    CREATE FOREIGN TABLE filed (id bigint, price numeric(12,2), note text, made timestamptz, tags text[]) SERVER files OPTIONS (filename '${file}', format 'csv');
    CREATE TABLE mixed (id bigint, price numeric(12,2), note text, made timestamptz, tags text[]) PARTITION BY RANGE (id);
    CREATE TABLE mixed_here PARTITION OF mixed FOR VALUES FROM (1000000) TO (2000000);
    CREATE FOREIGN TABLE mixed_far PARTITION OF mixed FOR VALUES FROM (0) TO (1000000) SERVER far OPTIONS (table_name 'items');
    INSERT INTO mixed_here SELECT id + 1000000, price, note, made, tags FROM items;
    CREATE VIEW seen AS SELECT i.*, f.price AS other FROM items i JOIN filed f USING (id)`);
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

const connections = () => {
  const { port, user } = server;
  return { db: { type: 'postgres', host: '127.0.0.1', port, user, password, database: 'postgres' } };
};
const table = (name: string) => ({ type: 'postgres', connection: 'db', table: name }) as const;
const move = (name: string, options: Partial<FlowOptions> = {}) =>
  new Flow({
    name: 'foreign',
    home: table(name),
    store: join(folder, name),
    connections: connections(),
    retry: { attempts: 1 },
    ...options,
  }).start();
const sums =
  "count(*)::varchar, sum(id)::varchar, sum(price)::varchar, count(note)::varchar, sum(length(note))::varchar, min(made AT TIME ZONE 'UTC')::varchar, max(made AT TIME ZONE 'UTC')::varchar, string_agg(tags[3], ' ' ORDER BY id)::varchar";
const arrived = async (name: string): Promise<unknown> => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const result = await connection.runAndReadAll(`SELECT ${sums} FROM '${join(folder, name)}/*.parquet'`);
  const [row] = result.getRowsJson();
  connection.closeSync();
  instance.closeSync();
  return row;
};
const left = async (name: string): Promise<unknown> => (await server.query(`SELECT ${sums} FROM ${name}`))[0];

describe('a foreign table as a home', () => {
  it.each(['items', 'filed', 'mixed', 'seen'])('gives all rows: %s', async (name) => {
    const { rows: moved } = await move(name);
    expect(moved).toBe(name === 'mixed' ? 2 * rows : rows);
    expect(await arrived(name)).toEqual(await left(name));
  });

  it('is asked for what is wanted alone, and compared value by value', async () => {
    const where = 'id <= 100';
    const done = await move('items', { store: join(folder, 'few'), where, verify: 'fingerprint' });
    expect(done).toMatchObject({
      rows: 100,
      verified: { by: expect.stringContaining('fingerprints'), rows: 100 },
    });
  });

  it('brings what is new since the last run', async () => {
    const options = {
      store: join(folder, 'new'),
      run_type: 'incremental',
      watermark: { watermark_column: 'made', primary_key: 'id' },
    } as const;
    expect((await move('items', options)).rows).toBe(rows);
    await server.query(
      `INSERT INTO items VALUES (${rows + 1}, 1, 'late', timestamptz '2025-01-01 00:00+00', '{a,b,c}')`,
    );
    expect((await move('items', options)).rows).toBe(1);
    expect(await arrived('new')).toEqual(await left('items'));
    await server.query(`DELETE FROM items WHERE id = ${rows + 1}`);
  });

  it('is found by hygge discover', async () => {
    await writeFile(join(folder, 'hygge.yml'), JSON.stringify({ connections: connections() }));
    const { out } = await hygge(['discover', 'db', '--json'], folder, {});
    const { tables } = JSON.parse(out) as { tables: { name: string; kind: string }[] };
    expect(tables.map(({ name, kind }) => `${name}: ${kind}`)).toEqual(
      expect.arrayContaining(['filed: foreign table', 'items: foreign table', 'seen: view']),
    );
  });
});

describe('a foreign table as a store', () => {
  it.each([
    ['filed', /it is a foreign table/],
    ['items', /it is a foreign table/],
    ['mixed', /mixed_far/],
    ['seen', /it is a view/],
  ])('is refused in the plan: %s', async (name, message) => {
    const done = new Flow({
      name: 'foreign',
      home: table('items'),
      store: table(name),
      connections: connections(),
    }).start();
    await expect(done).rejects.toMatchObject({
      code: 'TABLE_UNFIT',
      message: expect.stringMatching(message),
    });
  });
});

describe('a table of partitions as a store', () => {
  it.each(['incremental', 'full_drop', 'merge'] as const)('is filled: %s', async (run) => {
    const name = `parts_${run}`;
    await server.query(`
      CREATE TABLE ${name} (id bigint PRIMARY KEY, price numeric(12,2), note text, made timestamptz, tags text[]) PARTITION BY RANGE (id);
      CREATE TABLE ${name}_1 PARTITION OF ${name} FOR VALUES FROM (0) TO (10000);
      CREATE TABLE ${name}_2 PARTITION OF ${name} DEFAULT;
      CREATE VIEW ${name}_seen AS SELECT count(*) AS n FROM ${name};
      INSERT INTO ${name} VALUES (${run === 'incremental' ? -1 : 1}, 0, 'old', NULL, NULL)`);
    const watermark = run === 'merge' ? { watermark: { primary_key: 'id' } } : {};
    await new Flow({
      name: 'parts',
      home: table('items'),
      store: table(name),
      connections: connections(),
      run_type: run,
      ...watermark,
    }).start();
    expect(await server.query(`SELECT * FROM ${name}_seen`)).toEqual([
      [`${run === 'incremental' ? rows + 1 : rows}`],
    ]);
    const rest = `SELECT * FROM ${name} WHERE note IS DISTINCT FROM 'old'`;
    expect(await server.query(`SELECT count(*) FROM (${rest} EXCEPT SELECT * FROM items) AS more`)).toEqual([
      ['0'],
    ]);
    expect(await server.query(`SELECT count(*) FROM (SELECT * FROM items EXCEPT ${rest}) AS less`)).toEqual([
      ['0'],
    ]);
    expect(await server.query(`SELECT count(*) FROM ${name}_1`)).toEqual([['9999']]);
  });
});
