import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtinRegistry, Coordinator, Flow, loadWorkspace, tablesOf } from '../../src/index.js';
import { password, startServer, type TestServer } from './support/server.js';

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startServer({ fsync: 'off' });
  folder = await mkdtemp(join(tmpdir(), 'hygge-postgres-emptied-'));
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

const connections = () => {
  const { port, user } = server;
  return { db: { type: 'postgres', host: '127.0.0.1', port, user, password, database: 'postgres' } };
};
const labels = async (store: string): Promise<unknown> => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const found = await connection.runAndReadAll(
    `SELECT label, count(*)::int FROM '${join(folder, store)}/*.parquet' GROUP BY 1`,
  );
  connection.closeSync();
  instance.closeSync();
  return found.getRowsJson();
};
const isWaiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'relation' AND NOT granted";

// To the server a table that is emptied or written anew is empty for everybody who looks as of a moment before that.
describe('a table that somebody empties and fills again', () => {
  const refill = (name: string) =>
    `TRUNCATE ${name}; INSERT INTO ${name} SELECT i, 'new' FROM generate_series(1, 7) i`;
  const swap = (name: string) =>
    `DROP TABLE ${name} CASCADE; CREATE TABLE ${name} AS SELECT i AS id, 'new' AS label FROM generate_series(1, 7) i`;
  const table = (name: string) => ({ type: 'postgres', connection: 'db', table: name }) as const;
  const query = (name: string) =>
    ({ type: 'postgres', connection: 'db', query: `SELECT * FROM ${name}` }) as const;

  it.each([
    ['a table', 'plain', refill, table],
    ['a query', 'asked', refill, query],
    ['a table that is another', 'swapped', swap, table],
  ] as const)('while %s is opened has its new rows', async (_, name, change, home) => {
    await server.query(`CREATE TABLE ${name} AS SELECT i AS id, 'old' AS label FROM generate_series(1, 5) i`);
    const writer = await server.client();
    await writer.query(`BEGIN; ${change(name)}`);
    const running = new Flow({
      name,
      connections: connections(),
      home: home(name),
      store: join(folder, name),
      retry: { attempts: 1 },
    }).start();
    await expect.poll(() => server.query(isWaiting), { timeout: 30_000 }).toEqual([['1']]);
    await writer.query('COMMIT');
    await writer.end();
    expect((await running).rows).toBe(7);
    expect(await labels(name)).toEqual([['new', 7]]);
  });

  it('after the moment of its flow is read as it is now, and that is said', async () => {
    await server.query(`
      CREATE SCHEMA shop; CREATE TABLE shop.a_first (id int, label text); INSERT INTO shop.a_first VALUES (1, 'old');
      CREATE TABLE shop.b_second AS SELECT i AS id, 'old' AS label FROM generate_series(1, 5) i;
      CREATE VIEW shop.c_seen AS SELECT * FROM shop.b_second;
      CREATE TABLE shop.d_last AS TABLE shop.a_first`);
    const home = { type: 'postgres', connection: 'db', table: 'shop.*' };
    const flows = { all: { home, store: 'store' } };
    await writeFile(join(folder, 'hygge.yml'), JSON.stringify({ connections: connections(), flows }));
    const options = { path: folder, registry: builtinRegistry(), tablesOf };
    const { workspace, registry } = await loadWorkspace(options);
    const coordinator = new Coordinator({ workspace, registry });
    const notes: Record<string, readonly string[]> = {};
    let isChanged = false;
    coordinator.events.on('flow.planned', ({ ref, plan }) => {
      notes[ref.name] = plan.warnings;
    });
    const gate = await server.client();
    await gate.query('BEGIN; LOCK TABLE shop.a_first IN ACCESS EXCLUSIVE MODE');
    const running = coordinator.start({ concurrency: 1 });
    await expect.poll(() => server.query(isWaiting), { timeout: 30_000 }).toEqual([['1']]);
    await server.query(`${refill('shop.b_second')}; INSERT INTO shop.d_last VALUES (2, 'later')`);
    isChanged = true;
    await gate.query('COMMIT');
    await gate.end();
    const { status, rows } = await running;
    expect([isChanged, status, rows]).toEqual([true, 'success', 1 + 7 + 7 + 1]);
    expect(await labels('store/b_second')).toEqual([['new', 7]]);
    expect(await labels('store/c_seen')).toEqual([['new', 7]]);
    expect(await labels('store/d_last')).toEqual([['old', 1]]);
    const one = 'the 4 entities of flow all are read in one snapshot of the database';
    const later = (name: string) =>
      `shop.b_second was emptied or written anew after the moment at which flow all is read: ${name} is read at a later one`;
    expect(notes).toEqual({
      all_a_first: [one],
      all_b_second: [later('all_b_second')],
      all_c_seen: [later('all_c_seen')],
      all_d_last: [one],
    });
  });
});
