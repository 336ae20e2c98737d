import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  builtinRegistry,
  Coordinator,
  HyggeErrors,
  loadWorkspace,
  type RunResult,
  tablesOf,
} from '../../src/index.js';
import { password, startServer, type TestServer } from './support/server.js';

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startServer({ fsync: 'off' });
  folder = mkdtempSync(join(tmpdir(), 'hygge-entities-'));
  const tables = Array.from(
    { length: 12 },
    (_, i) => `CREATE TABLE shop.t_${i} AS SELECT 0 AS round FROM generate_series(1, 100)`,
  );
  await server.query(
    `CREATE SCHEMA shop; CREATE SCHEMA "od.d"; ${tables.join(';')}; CREATE VIEW shop.seen AS SELECT * FROM shop.t_0; CREATE TABLE "od.d"."W.x" (id int)`,
  );
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

let projects = 0;
const project = async (home: object, { pool = 10, flow = {} }: { pool?: number; flow?: object } = {}) => {
  const root = join(folder, `p${projects++}`);
  mkdirSync(root);
  const { port, user } = server;
  const connection = {
    type: 'postgres',
    host: '127.0.0.1',
    port,
    user,
    password,
    database: 'postgres',
    pool_size: pool,
  };
  const all = { home: { type: 'postgres', connection: 'db', ...home }, store: 'store', ...flow };
  writeFileSync(join(root, 'hygge.yml'), JSON.stringify({ connections: { db: connection }, flows: { all } }));
  const { workspace, registry } = await loadWorkspace({ path: root, registry: builtinRegistry(), tablesOf });
  return {
    root,
    coordinator: new Coordinator({ workspace, registry }),
    names: workspace.entities.map(({ entity }) => entity),
  };
};
const wrong = async (home: object, flow: object = {}): Promise<string> => {
  const error: unknown = await project(home, { flow }).catch((thrown: unknown) => thrown);
  return error instanceof HyggeErrors
    ? error.errors.map((one) => `${one.message} ${one.hint}`).join('\n')
    : String(error);
};
const rounds = async (root: string): Promise<unknown[][]> => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const found = await connection.runAndReadAll(
    `SELECT DISTINCT round::int FROM read_parquet('${root}/store/t_*/*.parquet') ORDER BY 1`,
  );
  connection.closeSync();
  instance.closeSync();
  return found.getRowsJson() as unknown[][];
};
const passed = (result: RunResult): unknown => result.flows.map(({ status }) => status);

describe('a home of several tables', () => {
  it('is an entity for each, in one snapshot, though somebody goes on writing', async () => {
    const { root, coordinator, names } = await project({
      table: 'shop.*',
      include: ['t_*'],
      exclude: ['t_1*'],
    });
    expect(names).toEqual(['t_0', 't_2', 't_3', 't_4', 't_5', 't_6', 't_7', 't_8', 't_9']);
    const writer = await server.client();
    let isOver = false;
    const busy = (async () => {
      while (!isOver)
        await writer.query(
          `BEGIN; ${names.map((name) => `UPDATE shop.${name} SET round = round + 1`).join(';')}; COMMIT`,
        );
    })();
    const result = await coordinator.start({ concurrency: 2 });
    isOver = true;
    await busy;
    await writer.end();
    expect(passed(result)).toEqual(names.map(() => 'success'));
    expect(await rounds(root)).toHaveLength(1);
    expect(
      await server.query("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"),
    ).toEqual([['0']]);
    const [first] = await coordinator.plan();
    expect(first?.plan?.warnings).toEqual([
      'the 9 entities of flow all are read in one snapshot of the database',
    ]);
    const [alone] = await coordinator.plan({ entities: ['all.t_3'] });
    expect(alone?.plan?.warnings).toEqual([]);
  });

  it('is read with few connections, and the plan says what that means', async () => {
    const three = await project({ table: 'shop.*' }, { pool: 3 });
    expect(three.names).toHaveLength(13);
    expect(passed(await three.coordinator.start())).toEqual(three.names.map(() => 'success'));
    const two = await project({ table: 'shop.*' }, { pool: 2 });
    expect((await two.coordinator.plan())[0]?.plan?.warnings).toEqual([
      expect.stringMatching(
        /^each entity of flow all is read at a moment of its own: pool_size of connection db \(2\)/,
      ),
    ]);
    expect(passed(await two.coordinator.start())).toEqual(two.names.map(() => 'success'));
  });

  it('has schemas and tables of any name', async () => {
    const { coordinator, names } = await project({ table: '"od.d".*' });
    expect(names).toEqual(['W.x']);
    expect(passed(await coordinator.start())).toEqual(['success']);
  });

  it('asks no database for flows that are not wanted, and leaves them out', async () => {
    const { root } = await project({ table: 'shop.*' });
    const told = await loadWorkspace({ path: root, registry: builtinRegistry(), tablesOf: async () => null });
    expect(told.workspace.entities).toEqual([]);
  });

  it('says what is wrong', async () => {
    expect(await wrong({ table: 'shp.*' })).toBe(
      'home.table: there is no table in shp.*, with what is included and excluded There are tables in: od.d, shop.',
    );
    expect(await wrong({ table: 'shop.t_0', include: ['t'] })).toMatch(
      /home\.include: chooses among the tables of a schema/,
    );
    expect(await wrong({ table: 'shop.*' }, { entities: ['t_0'] })).toMatch(/the flow has entities already/);
    expect(await wrong({ table: 'shop.*', connection: 'bd' })).toMatch(/no postgres connection "bd"/);
    const other = { type: 'postgress', host: 'here' };
    const flows = { x: { home: { type: 'postgres', connection: 'x', table: 't' }, store: 'y' } };
    writeFileSync(join(folder, 'other.yml'), JSON.stringify({ connections: { x: other }, flows }));
    const loading = loadWorkspace({ path: join(folder, 'other.yml'), registry: builtinRegistry(), tablesOf });
    await expect(loading).rejects.toThrow(/connection "x" is of type "postgress", and one of type postgres/);
  });
});
