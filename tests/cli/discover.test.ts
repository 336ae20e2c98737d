import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { password, startServer, type TestServer } from '../postgres/support/server.js';
import { hygge } from './helpers.js';

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startServer({ fsync: 'off' });
  await server.query(`
    CREATE SCHEMA shop;
    CREATE TABLE shop.orders (id bigint PRIMARY KEY, customer int NOT NULL, created_at timestamptz, updated_at timestamptz);
    INSERT INTO shop.orders SELECT i, i % 10, now(), now() FROM generate_series(1, 500) i;
    CREATE TABLE shop."Odd/Name.x" (a int, b text, PRIMARY KEY (b, a));
    CREATE VIEW shop.recent AS SELECT * FROM shop.orders WHERE id > 400;
    CREATE TABLE shop.parts (id int, gone int, happened date) PARTITION BY RANGE (id); ALTER TABLE shop.parts DROP COLUMN gone;
    CREATE TABLE shop.parts_1 PARTITION OF shop.parts FOR VALUES FROM (0) TO (10); INSERT INTO shop.parts VALUES (1, '2024-01-01'), (2, NULL);
    CREATE TABLE orders (id int); CREATE TABLE secret (id int);
    CREATE ROLE clerk LOGIN PASSWORD 'clerk'; GRANT USAGE ON SCHEMA shop TO clerk; GRANT SELECT ON shop.orders TO clerk;
    ANALYZE`);
  folder = mkdtempSync(join(tmpdir(), 'hygge-discover-'));
  const { port, user } = server;
  const place = { type: 'postgres', host: '127.0.0.1', port, database: 'postgres' };
  const connections = {
    warehouse: { ...place, user, password },
    clerk: { ...place, user: 'clerk', password: 'clerk' },
  };
  writeFileSync(join(folder, 'hygge.yml'), JSON.stringify({ connections }));
  mkdirSync(join(folder, 'data'));
  const instance = await DuckDBInstance.create(join(folder, 'data', 'ducks.db'));
  const connection = await instance.connect();
  await connection.run(
    'CREATE SCHEMA pond; CREATE TABLE pond."a.b" (id INTEGER PRIMARY KEY, seen_at TIMESTAMP); INSERT INTO pond."a.b" VALUES (1, NULL); CREATE VIEW plain AS SELECT 1 AS one',
  );
  connection.closeSync();
  instance.closeSync();
  const database = new DatabaseSync(join(folder, 'data', 'lite.db'));
  database.exec(
    "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, changed DATETIME); INSERT INTO people VALUES (1, 'a', NULL); CREATE VIRTUAL TABLE words USING fts5(word)",
  );
  database.close();
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Found {
  readonly home: object;
  readonly tables: readonly Record<string, unknown>[];
}
const found = async (...args: string[]): Promise<Found> => {
  const { stdout, stderr, code } = await hygge(['discover', ...args, '--json'], { cwd: folder });
  expect([stderr, code]).toEqual(['', 0]);
  return JSON.parse(stdout);
};
const fails = async (...args: string[]): Promise<string> => {
  const { stderr, code } = await hygge(['discover', ...args], { cwd: folder });
  expect(code).toBe(2);
  return stderr;
};

describe('hygge discover', () => {
  it('tells tables, columns, keys, likely watermarks, and what the statistics say', async () => {
    const { home, tables } = await found('warehouse', '--schema', 'shop');
    expect(home).toEqual({ type: 'postgres', connection: 'warehouse' });
    expect(tables.map(({ name, kind, rows }) => [name, kind, rows])).toEqual([
      ['Odd/Name.x', 'table', 0],
      ['orders', 'table', 500],
      ['parts', 'partitioned table', 2],
      ['recent', 'view', null],
    ]);
    expect(tables[0]).toMatchObject({ home: { table: 'shop."Odd/Name.x"' }, primary_key: ['b', 'a'] });
    expect(tables[1]).toMatchObject({
      schema: 'shop',
      primary_key: ['id'],
      watermark_columns: ['updated_at', 'created_at', 'id'],
      readable: true,
      columns: expect.arrayContaining([{ name: 'customer', type: 'integer', nullable: false }]),
    });
    expect(tables[2]).toMatchObject({ watermark_columns: ['happened'], bytes: expect.any(Number) });
    expect(JSON.stringify(tables)).not.toContain('dropped');
  });

  it('says what a role may not read, and leaves it out of a flow', async () => {
    const { tables } = await found('clerk', '-t', 'orders,sec*');
    expect(tables.map(({ schema, name, readable }) => [schema, name, readable])).toEqual([
      ['public', 'orders', false],
      ['public', 'secret', false],
      ['shop', 'orders', true],
    ]);
    const { stdout } = await hygge(['discover', 'clerk', '--write', 'clerk'], { cwd: folder });
    expect(stdout).toMatch(
      /^Written: flows\/clerk\/flow\.yml and 1 entity; 5 tables without the right to read left out$/m,
    );
    rmSync(join(folder, 'flows', 'clerk'), { recursive: true });
  });

  it('writes a flow that runs, and writes over nothing', async () => {
    const { stdout } = await hygge(['discover', 'warehouse', '--write', 'all'], { cwd: folder });
    expect(stdout).toMatch(/^shop\.orders +table +~500 +[\d.]+ kB +id +updated_at +4: id, customer/m);
    expect(stdout).toMatch(/^Next: hygge plan -f all$/m);
    const entities = readdirSync(join(folder, 'flows', 'all', 'entities'));
    expect(entities).toEqual([
      'Odd_Name_x.yml',
      'parts.yml',
      'public_orders.yml',
      'recent.yml',
      'secret.yml',
      'shop_orders.yml',
    ]);
    const run = await hygge(['go', '-f', 'all', '--json'], { cwd: folder });
    expect(JSON.parse(run.stdout)).toMatchObject({ status: 'success', rows: 500 + 100 + 2 });
    const file = join(folder, 'flows', 'all', 'entities', 'shop_orders.yml');
    writeFileSync(file, `${readFileSync(file, 'utf8').replaceAll(/^# (?!Only)/gm, '')}`);
    const again = await hygge(['go', '-e', 'all.shop_orders', '--json'], { cwd: folder });
    expect(JSON.parse(again.stdout).flows[0]).toMatchObject({ run_type: 'incremental' });
    expect(await fails('warehouse', '--write', 'all')).toMatch(
      /^✗ FILES_IN_THE_WAY {2}there is already flows\/all\/flow\.yml/,
    );
    expect(readFileSync(file, 'utf8')).toMatch(/^run_type: incremental$/m);
    expect((await hygge(['discover', 'warehouse', '--write', 'all', '--force'], { cwd: folder })).code).toBe(
      0,
    );
    expect(readFileSync(file, 'utf8')).toMatch(/^# run_type: incremental$/m);
    rmSync(join(folder, 'flows'), { recursive: true });
  });

  it('reads database files, whichever type knows them', async () => {
    const ducks = await found('data/ducks.db');
    expect(ducks.home).toEqual({ type: 'duckdb', path: 'data/ducks.db' });
    expect(ducks.tables).toMatchObject([
      { schema: 'main', name: 'plain', kind: 'view', home: { table: 'plain' }, primary_key: [] },
      {
        schema: 'pond',
        name: 'a.b',
        rows: 1,
        home: { table: 'pond."a.b"' },
        primary_key: ['id'],
        watermark_columns: ['seen_at', 'id'],
      },
    ]);
    const lite = await found('data/lite.db');
    expect(lite.home).toEqual({ type: 'sqlite', path: 'data/lite.db' });
    expect(lite.tables).toMatchObject([
      { schema: null, name: 'people', primary_key: ['id'], watermark_columns: ['changed', 'id'] },
      { name: 'words', columns: [{ name: 'word' }] },
    ]);
    for (const name of ['ducks', 'lite']) {
      expect((await hygge(['discover', `data/${name}.db`, '--write', name], { cwd: folder })).code).toBe(0);
      const run = await hygge(['go', '-f', name, '--json'], { cwd: folder });
      expect(JSON.parse(run.stdout)).toMatchObject({ status: 'success' });
    }
    rmSync(join(folder, 'flows'), { recursive: true });
  });

  it('needs no project for a file', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'hygge-discover-'));
    const { stdout, code } = await hygge(['discover', join(folder, 'data', 'lite.db'), '--columns'], {
      cwd: elsewhere,
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {4}name +TEXT +never NULL$/m);
    expect(readdirSync(elsewhere)).toEqual([]);
    rmSync(elsewhere, { recursive: true });
  });

  it('says what is wrong', async () => {
    expect(await fails('warehous')).toMatch(
      /no connection "warehous", and no file[\s\S]*Did you mean "warehouse"\?/,
    );
    expect(await fails('warehouse', '-s', 'shp')).toMatch(/no schema "shp"[\s\S]*There are: public, shop\./);
    expect(await fails('warehouse', '--write', 'a/b')).toMatch(/"a\/b" cannot be the name of a flow/);
    const { stderr, code } = await hygge(['discover', 'hygge.yml'], { cwd: folder });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^✗ NOT_A_DATABASE .*hygge\.yml/)]);
  });
});
