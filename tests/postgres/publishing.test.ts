import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtinRegistry, Coordinator, Flow, type FlowOptions, loadWorkspace } from '../../src/index.js';
import { startProxy, type TroubledLine } from './support/proxy.js';
import { password, startServer, type TestServer } from './support/server.js';

let server: TestServer;
let proxy: TroubledLine;
let folder: string;
beforeAll(async () => {
  server = await startServer({ fsync: 'off', autovacuum: 'off' });
  proxy = await startProxy(() => server.port);
  folder = await mkdtemp(join(tmpdir(), 'hygge-postgres-publishing-'));
});
afterAll(async () => {
  await proxy?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

const place = () => ({ type: 'postgres', host: '127.0.0.1', port: server.port, database: 'postgres' });
const login = () => ({ user: server.user, password });
const flow = (store: string, query: string, more: Partial<FlowOptions> = {}): Flow =>
  new Flow({
    name: 'publishing',
    connections: { db: { ...place(), ...login() } },
    home: { type: 'postgres', connection: 'db', query },
    store: { type: 'postgres', connection: 'db', table: store },
    retry: { attempts: 1 },
    ...more,
  });

/** Starts a run that waits in its home, with its rows half brought; gives what ends the waiting. */
async function held(store: string) {
  const gate = await server.client();
  await gate.query('SELECT pg_advisory_lock(42)');
  const query = 'SELECT i AS id, pg_advisory_lock_shared(42)::text AS gate FROM generate_series(1, 3) i';
  const running = flow(store, query).start();
  running.catch(() => {});
  const begun = `SELECT run_id, fence, staging FROM hygge_runs WHERE table_name = '${store}' AND state = 'begun'`;
  await expect
    .poll(
      async () => (await server.query("SELECT to_regclass('hygge_runs')"))[0]?.[0] && server.query(begun),
      { timeout: 30_000 },
    )
    .toHaveLength(1);
  const [[runId, fence, staging] = []] = await server.query(begun);
  return { runId, fence: Number(fence), staging, running, release: () => gate.end() };
}

describe('a run into a table', () => {
  it.each([
    ['that is there: not logged', 'there', 'u'],
    ['that is new: logged, for it becomes the table', 'fresh', 'p'],
  ])('stages beside it, under its own id: %s', async (_, store, persistence) => {
    if (store === 'there') await server.query('CREATE TABLE there (id int, gate text)');
    const { runId, staging, running, release } = await held(store);
    expect(staging).toMatch(new RegExp(`^hygge_stage_${runId}_[0-9a-f]{12}$`));
    const found = `SELECT relpersistence FROM pg_class WHERE relname = '${staging}'`;
    await expect.poll(() => server.query(found), { timeout: 30_000 }).toEqual([[persistence]]);
    await release();
    expect((await running).rows).toBe(3);
    expect(await server.query(found)).toEqual([]);
    expect(await server.query(`SELECT relpersistence FROM pg_class WHERE relname = '${store}'`)).toEqual([
      ['p'],
    ]);
  });

  it('publishes nothing once a later run has taken it', async () => {
    await server.query("CREATE TABLE taken AS SELECT 0 AS id, 'old' AS gate");
    const { fence, running, release } = await held('taken');
    await server.query(
      `INSERT INTO hygge_runs (table_schema, table_name, fence, run_id, state, mode, begun_at) VALUES ('public', 'taken', ${fence + 1}, 'later', 'begun', 'replace', now())`,
    );
    await release();
    await expect(running).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect(await server.query('SELECT * FROM taken')).toEqual([['0', 'old']]);
    expect(await server.query("SELECT 1 FROM pg_class WHERE relname LIKE 'hygge\\_stage%'")).toEqual([]);
  });

  it.each(['full_drop', 'incremental', 'merge'] as const)(
    'is an error where a trigger of the table keeps a row out: %s',
    async (run_type) => {
      const name = `picky_${run_type}`;
      await server.query(`
        CREATE TABLE ${name} (id int, note text) PARTITION BY RANGE (id);
        CREATE TABLE ${name}_1 PARTITION OF ${name} DEFAULT;
        INSERT INTO ${name} VALUES (1, 'old'), (9, 'old');
        CREATE FUNCTION ${name}_keep() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN IF NEW.id = 7 THEN RETURN NULL; END IF; RETURN NEW; END';
        CREATE TRIGGER keep BEFORE INSERT OR UPDATE ON ${name}_1 FOR EACH ROW EXECUTE FUNCTION ${name}_keep()`);
      const more = run_type === 'merge' ? { watermark: { primary_key: 'id' } } : {};
      const bring = (ids: string) =>
        flow(name, `SELECT i AS id, 'new' AS note FROM unnest(ARRAY[${ids}]) i`, {
          run_type,
          ...more,
        }).start();
      await expect(bring('1, 7, 8')).rejects.toMatchObject({
        code: 'ROWS_DIFFER',
        facts: { read: 3, staged: 2 },
      });
      expect(await server.query(`SELECT * FROM ${name} ORDER BY 1`)).toEqual([
        ['1', 'old'],
        ['9', 'old'],
      ]);
      expect((await bring('1, 8')).rows).toBe(2);
    },
  );

  describe('of a server that takes its time', () => {
    const slow = async (name: string): Promise<void> => {
      await server.query(`
        CREATE TABLE ${name} (id int);
        CREATE FUNCTION ${name}_slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(6); RETURN NULL; END';
        CREATE TRIGGER late AFTER INSERT ON ${name} EXECUTE FUNCTION ${name}_slow()`);
    };
    const timeout = 4;

    it.each(['full_drop', 'merge'] as const)('is not stopped while that works: %s', async (run_type) => {
      const name = `slow_${run_type}`;
      await slow(name);
      const watermark = run_type === 'merge' ? { watermark: { primary_key: 'id' } } : {};
      const done = await flow(name, 'SELECT 1 AS id', { run_type, timeout, ...watermark }).start();
      expect([done.rows, await server.query(`SELECT id FROM ${name}`)]).toEqual([1, [['1']]]);
    });

    it('is stopped while that waits for somebody else', async () => {
      await server.query('CREATE TABLE locked AS SELECT 0 AS id');
      const other = await server.client();
      await other.query('BEGIN; LOCK TABLE locked IN SHARE MODE');
      const error = await flow('locked', 'SELECT 1 AS id', { timeout })
        .start()
        .then(
          () => null,
          (thrown: unknown) => thrown,
        );
      await other.end();
      expect(error).toMatchObject({ code: 'FLOW_TIMEOUT' });
      expect(await server.query('SELECT id FROM locked')).toEqual([['0']]);
    });
  });

  it.each(['full_drop', 'incremental', 'merge'] as const)(
    'refreshes the statistics: %s',
    async (run_type) => {
      const name = `counted_${run_type}`;
      await server.query(`CREATE TABLE ${name} (id int)`);
      const watermark = run_type === 'merge' ? { watermark: { primary_key: 'id' } } : {};
      await flow(name, 'SELECT i AS id FROM generate_series(1, 500) i', { run_type, ...watermark }).start();
      const known = `SELECT reltuples, (SELECT n_distinct FROM pg_stats WHERE tablename = relname) FROM pg_class WHERE relname = '${name}'`;
      expect(await server.query(known)).toEqual([['500', '-1']]);
    },
  );
});

describe('the settings of a connection', () => {
  const settings =
    "SELECT current_user::text AS role, current_database()::text AS base, current_setting('statement_timeout') AS stop, current_setting('application_name') AS name";
  const told = async (keys: object): Promise<(string | null)[] | undefined> => {
    await server.query('DROP TABLE IF EXISTS told');
    await flow('told', settings, {
      connections: { db: { ...place(), ...login() }, other: { type: 'postgres', ...keys } },
      home: { type: 'postgres', connection: 'other', query: settings },
    }).start();
    return (await server.query('SELECT * FROM told'))[0];
  };

  it('are each what the server is told, by keys, by a url, and by keys before a url', async () => {
    await server.query("CREATE ROLE clerk LOGIN PASSWORD 'cl:erk/@'");
    await server.query('CREATE DATABASE "o/ther"');
    const name = expect.stringMatching(/^mine [0-9a-z]{26}$/);
    const more = { statement_timeout: 7.5, application_name: 'mine' };
    const clerk = { user: 'clerk', password: 'cl:erk/@' };
    expect(await told({ ...place(), ...clerk, ...more, database: 'o/ther' })).toEqual([
      ...['clerk', 'o/ther', '7500ms', name],
    ]);
    const url = `postgresql://clerk:cl%3Aerk%2F%40@127.0.0.1:${server.port}/o%2Fther?sslmode=disable`;
    expect(await told({ url, ...more })).toEqual(['clerk', 'o/ther', '7500ms', name]);
    expect(await told({ url, ...login(), database: 'postgres' })).toEqual([
      ...['hygge_test', 'postgres', '0', expect.stringMatching(/^hygge [0-9a-z]{26}$/)],
    ]);
  });

  it('bound how many connections all entities take, however many there are', async () => {
    const flows = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [
        `f${i}`,
        {
          home: { type: 'postgres', connection: 'db', query: 'SELECT i FROM generate_series(1, 200) i' },
          store: { type: 'postgres', connection: 'db', table: `pooled_${i}` },
        },
      ]),
    );
    const db = { ...place(), ...login(), port: proxy.port, pool_size: 3 };
    const options = { concurrency: 8 };
    await writeFile(join(folder, 'hygge.yml'), JSON.stringify({ connections: { db }, options, flows }));
    const loaded = await loadWorkspace({ path: folder, registry: builtinRegistry() });
    proxy.mostOpen = 0;
    const { status, rows } = await new Coordinator(loaded).start();
    expect([status, rows, proxy.mostOpen]).toEqual(['success', 2_400, 3]);
  });
});
