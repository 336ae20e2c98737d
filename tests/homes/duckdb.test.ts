import { dirname } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { Flow } from '../../src/index.js';
import { readFile, settled, useWorkplace } from '../integration/workplace.js';

const place = useWorkplace();

/** Makes a database by somebody else's engine, and lets go of it. */
async function database(name: string, ...statements: readonly string[]): Promise<string> {
  const path = place.at(name);
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const sql of statements) await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
  return path;
}

const orders = 'CREATE TABLE orders AS SELECT i AS id, i % 3 AS item FROM range(1000) AS n(i)';
const items = "CREATE TABLE items AS SELECT i AS item, 'item ' || i AS label FROM range(3) AS n(i)";

const bring = (home: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  new Flow({
    name: 'flow',
    home: { type: 'duckdb', ...home } as never,
    store: place.at('store'),
    ...more,
  }).start();

const failsWith = (code: string, message?: RegExp) =>
  expect.objectContaining({
    code,
    ...(message === undefined ? {} : { message: expect.stringMatching(message) }),
  });

describe('the duckdb home', () => {
  it.each<[string, string, string]>([
    [
      'a join',
      'SELECT o.id, i.label FROM orders o JOIN items AS i USING (item)',
      'SELECT id, label FROM shop.orders JOIN shop.items USING (item)',
    ],
    [
      'its own name',
      'SELECT id, label FROM shop.main.orders, shop.items WHERE orders.id < 5',
      'SELECT id, label FROM shop.orders, shop.items WHERE orders.id < 5',
    ],
    [
      'a name that stands for two things',
      'WITH orders AS (SELECT * FROM orders WHERE id < 7) SELECT * FROM orders',
      'SELECT * FROM shop.orders WHERE id < 7',
    ],
    [
      'names in a subquery',
      'SELECT id FROM Orders WHERE item IN (FROM main."items" SELECT item WHERE item > 1) -- done;',
      'SELECT id FROM shop.orders WHERE item > 1',
    ],
    [
      'recursion',
      "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t, items WHERE n < 4 AND item = 0) SELECT n, 'é🦆' AS o FROM t;",
      "SELECT unnest([1, 2, 3, 4]) AS n, 'é🦆' AS o",
    ],
    [
      'large numbers',
      'SELECT 9223372036854775807 AS n, 1.10 AS d FROM items UNION ALL (SELECT 1, 2 FROM items)',
      'SELECT 9223372036854775807 AS n, 1.10 AS d FROM shop.items UNION ALL (SELECT 1, 2 FROM shop.items)',
    ],
  ])('reads a query with %s', async (_, query, expected) => {
    const path = await database('shop.duckdb', orders, items);
    expect((await bring({ path, query })).route).toBe('engine');
    await place.witness.run(`ATTACH '${path}' AS shop (READ_ONLY)`);
    try {
      await place.witness.expectSame(settled(place.at('store')), expected);
    } finally {
      await place.witness.run('DETACH shop');
    }
  });

  it.each<[string, Record<string, unknown>, string, RegExp]>([
    ['a table that is not there', { table: 'order' }, 'TABLE_NOT_FOUND', /no table order in /],
    ['no table', {}, 'TABLE_NEEDED', /table: or query:/],
    ['a name that is none', { table: 'a.b.c' }, 'INVALID_VALUE', /"a\.b\.c" is no name/],
    ['a query that writes', { query: 'DELETE FROM orders' }, 'QUERY_FAILED', /no SELECT/],
    ['two queries', { query: 'SELECT 1; SELECT 2' }, 'QUERY_FAILED', /2 statements/],
    [
      'a query of nothing that is there',
      { query: 'SELECT * FROM nowhere' },
      'QUERY_FAILED',
      /nowhere does not exist/,
    ],
    ['a query that is none', { query: 'SELEC 1' }, 'QUERY_FAILED', /syntax error/],
    [
      'an extension that is not installed',
      { table: 'orders', extensions: ['spatial'] },
      'EXTENSION_MISSING',
      /spatial/,
    ],
  ])('refuses %s', async (_, home, code, message) => {
    const path = await database('shop.duckdb', orders, items);
    await expect(bring({ path, ...home })).rejects.toEqual(failsWith(code, message));
  });

  it('loads no extension that is not named, and says how to name it', async () => {
    const path = await database('shop.duckdb', orders);
    const failed = bring({ path, query: 'SELECT ST_Point(id, item) AS at FROM orders' });
    await expect(failed).rejects.toMatchObject({
      code: 'QUERY_FAILED',
      hint: 'None is loaded by itself: name it with extensions: [spatial]. It must be installed already.',
    });
    // One that comes with the engine needs no installing.
    expect((await bring({ path, table: 'orders', extensions: ['json'] })).rows).toBe(1000);
  });

  it('refuses what is no database', async () => {
    const text = await place.file('text.duckdb', 'id,label\n1,one\n');
    await expect(bring({ path: text, table: 't' })).rejects.toEqual(failsWith('NOT_A_DATABASE'));
    await expect(bring({ path: dirname(await place.file('some/thing', '')), table: 't' })).rejects.toEqual(
      failsWith('NOT_A_DATABASE', /folder/),
    );
    await expect(bring({ path: place.at('none.duckdb'), table: 't' })).rejects.toEqual(
      failsWith('PATH_NOT_FOUND'),
    );
  });

  it('selects columns and rows, and goes on from its watermark', async () => {
    const path = await database('shop.duckdb', orders);
    const how = {
      columns: ['id'],
      where: 'item = 1',
      run_type: 'incremental',
      watermark: { primary_key: 'id', watermark_column: 'id' },
    };
    expect((await bring({ path, table: 'orders' }, how)).rows).toBe(333);
    await database('shop.duckdb', 'INSERT INTO orders VALUES (1000, 1), (1001, 2), (1002, 1)');
    expect((await bring({ path, table: 'orders' }, how)).rows).toBe(2);
    expect((await bring({ path, table: 'orders' }, how)).status).toBe('skip');
  });

  it('gives each entity the table of its name, or the file of its own', async () => {
    await database('shop.duckdb', orders, items);
    await database('other.duckdb', 'CREATE TABLE orders AS SELECT 7 AS seven');
    await place.file('hygge.yml', 'name: shop\n');
    await place.file(
      'flows/all/flow.yml',
      'home: { type: duckdb, path: shop.duckdb }\nstore: store\nentities:\n  - orders\n  - items\n  - name: seven\n    home: { path: other.duckdb, table: orders }\n',
    );
    const { coordinator } = await place.project();
    const { flows } = await coordinator.start();
    expect(flows.map(({ name, rows }) => [name, rows])).toEqual([
      ['all_orders', 1000],
      ['all_items', 3],
      ['all_seven', 1],
    ]);
  });

  it('is read by two engines of one process, one after the other', async () => {
    const path = await database('shop.duckdb', orders);
    const copy = (store: string) =>
      new Flow({
        name: store,
        home: { type: 'duckdb', path, table: 'orders' },
        store: place.at(store),
      }).start();
    const results = await Promise.all(['a', 'b', 'c'].map(copy));
    expect(results.map(({ rows }) => rows)).toEqual([1000, 1000, 1000]);
    await place.witness.expectSame(settled(place.at('a')), settled(place.at('c')));
  });

  it('leaves the file as it was', async () => {
    const path = await database('shop.duckdb', orders);
    const parquet = await place.parquet(
      'same.parquet',
      'SELECT i AS id, i % 3 AS item FROM range(1000) AS n(i)',
    );
    const { readFile: read, stat } = await import('node:fs/promises');
    const before = [await read(path), (await stat(path)).mtimeMs];
    await bring({ path, table: 'orders' });
    expect([await read(path), (await stat(path)).mtimeMs]).toEqual(before);
    await place.witness.expectSame(settled(place.at('store')), readFile(parquet));
  });
});
