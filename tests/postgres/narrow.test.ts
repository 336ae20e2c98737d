import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Flow } from '../../src/index.js';
import { password, startServer, type TestServer } from './support/server.js';

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startServer({ fsync: 'off' });
  folder = await mkdtemp(join(tmpdir(), 'hygge-postgres-narrow-'));
  await server.query(`
    CREATE TABLE judged (id int, "Name" text, price numeric(10,2), day date, at_time timestamp, kept boolean, f float8, host inet);
    INSERT INTO judged SELECT i, chr(65 + i % 26), i / 4.0, date '2024-01-01' + i, timestamp '2024-01-01' + i * interval '1 hour', i % 2 = 0, i, '10.0.0.1' FROM generate_series(0, 99) i;
    INSERT INTO judged VALUES (NULL, NULL, NULL, 'infinity', '-infinity', NULL, 'NaN', NULL), (-5, E'it''s \\\\ "x"', 0, '2024-02-01', NULL, true, 1, NULL);
    CREATE VIEW brittle AS SELECT id, 1 / (id - 7) AS broken FROM judged WHERE id IS NOT NULL;
    CREATE TABLE strange (id int, price numeric(10,2)); INSERT INTO strange VALUES (1, 'NaN'), (2, 2)`);
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

const flow = (table: string, store: string, where: string): Flow => {
  const { port, user } = server;
  return new Flow({
    name: 'read',
    home: { type: 'postgres', connection: 'db', table },
    store: join(folder, store),
    connections: { db: { type: 'postgres', host: '127.0.0.1', port, user, password, database: 'postgres' } },
    retry: { attempts: 1 },
    where,
  });
};
const rows = async (store: string): Promise<unknown[]> => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const found = await connection.runAndReadAll(
    `SELECT * FROM '${join(folder, store)}/*.parquet' ORDER BY ALL`,
  );
  connection.closeSync();
  instance.closeSync();
  return found.getRowsJson();
};

describe('a condition', () => {
  it.each([
    'id >= 10 and id < 20',
    'ID between 5 and 7',
    '"name" = \'C\'',
    "name = 'it''s \\ \"x\"'",
    'price > 3.25 and kept',
    "day >= '2024-01-15'",
    "at_time < '2024-01-02 12:30:00'",
    'kept = false and id is not null',
    'host is null',
  ])('that means the same to the server is its work: %s', async (where) => {
    const { warnings } = await flow('judged', 'by_server', where).plan();
    expect(warnings).toEqual(['the server sends only the rows for which where holds']);
    await flow('judged', 'by_server', where).start();
    await flow('judged', 'by_engine', `(${where})`).start();
    const found = await rows('by_server');
    expect(found).toEqual(await rows('by_engine'));
    expect(found.length).toBeGreaterThan(0);
  });

  it.each(['id = 1 or id = 2', "name > 'C'", 'f > 5', "host = '10.0.0.1'", 'id % 2 = 0', 'id > 1.5'])(
    'that might not is not: %s',
    async (where) => {
      const { warnings } = await flow('judged', 'planned', where).plan();
      expect(warnings).toEqual([
        expect.stringMatching(/^the server sends all rows, and where is applied here/),
      ]);
    },
  );

  it('keeps other rows from being sent', async () => {
    await expect(flow('brittle', 'brittle', '(id < 5)').start()).rejects.toMatchObject({
      code: 'DATABASE_FAILED',
    });
    expect((await flow('brittle', 'brittle', 'id < 5').start()).rows).toBe(6);
  });

  it('hides no value that the engine cannot hold', async () => {
    await expect(flow('strange', 'strange', 'price < 5').start()).rejects.toMatchObject({
      code: 'VALUE_UNFIT',
    });
  });
});
