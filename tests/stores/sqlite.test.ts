import { spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it } from 'vitest';
import { Flow, type RunType, type StoreSession } from '../../src/index.js';
import { sqliteStore } from '../../src/stores/sqlite/index.js';
import { atWorkbench, storeOf, withStore } from '../../src/testing/workbench.js';
import { hygge, mainOfModules } from '../cli/helpers.js';
import { settled, useWorkplace } from '../integration/workplace.js';

const place = useWorkplace();
const file = (): string => place.at('shop.sqlite');
const store = (table = 'orders') => ({ type: 'sqlite' as const, path: file(), table });

/** Does something with a file by SQLite itself; gives the rows of the last statement. */
function inFile(path: string, sql: string, select = 'SELECT 1'): unknown[][] {
  const database = new DatabaseSync(path);
  try {
    database.exec(sql);
    const statement = database.prepare(select);
    statement.setReturnArrays(true);
    return statement.all() as unknown as unknown[][];
  } finally {
    database.close();
  }
}

let inputs = 0;

async function bring(select: string, run_type: RunType = 'full_drop', more: Record<string, unknown> = {}) {
  inputs += 1;
  const home = await place.parquet(`in${inputs}.parquet`, select);
  return new Flow({ name: 'flow', home, store: store(), run_type, retry: { attempts: 1 }, ...more }).start();
}

const fetch = (home: Record<string, unknown>) =>
  new Flow({
    name: 'flow',
    home: { type: 'sqlite', path: file(), table: 'orders', ...home } as never,
    store: place.at('store'),
    retry: { attempts: 1 },
  }).start();

const failsWith = (code: string, message = /./) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });
/** Stages one row for an append. */
async function stageOne(session: StoreSession): Promise<void> {
  const schema = [{ name: 'id', type: { kind: 'integer' as const }, nullable: true }];
  await session.begin({ mode: 'append', schema, rows: null });
  await session.writeRelation?.({ sql: 'SELECT 1 AS id', schema }, () => {});
  await session.finish();
}

const byId = { watermark: { primary_key: 'id', watermark_column: 'id' } };

describe('values that are not what their column says', () => {
  it.each<[string, string, string, RegExp]>([
    [
      'a text among whole numbers',
      'a INTEGER',
      "('x')",
      /column "a", rowid 30: "x" does not fit the type BIGINT/,
    ],
    ['a fraction among whole numbers', 'a INTEGER', '(1.5)', /rowid 30: 1.5/],
    [
      'a day that there is not',
      'a DATE',
      "('2023-02-29')",
      /rowid 30: "2023-02-29" does not fit the type DATE/,
    ],
    [
      'a number for a day',
      'a DATETIME',
      '(1700000000)',
      /rowid 30: 1700000000 does not fit the type TIMESTAMP/,
    ],
    ['too many digits', 'a DECIMAL(4,2)', '(1.234)', /rowid 30: "1.234"/],
    ['a number that is no truth', 'a BOOLEAN', '(2)', /rowid 30: 2/],
    ['a blob among texts', 'a TEXT', "(x'00ff')", /rowid 30: the blob x00FF/],
    ['what is no UTF-8', 'a TEXT', "(CAST(x'61ff' AS TEXT))", /rowid 30/],
  ])('%s', async (_, column, value, message) => {
    inFile(
      file(),
      `CREATE TABLE orders (${column}); INSERT INTO orders (rowid, a) VALUES (7, NULL); INSERT INTO orders (rowid, a) SELECT 30, * FROM (VALUES ${value})`,
    );
    await expect(fetch({})).rejects.toEqual(failsWith('VALUE_UNFIT', message));
  });

  it('keeps a text whole that holds NUL', async () => {
    inFile(file(), "CREATE TABLE orders (a TEXT); INSERT INTO orders VALUES (CAST(x'610062' AS TEXT))");
    await fetch({});
    expect(
      await place.witness.rows(`SELECT encode(a)::VARCHAR FROM (${settled(place.at('store'))})`),
    ).toEqual([['a\\x00b']]);
  });

  it.each(['UTF-8', 'UTF-16le', 'UTF-16be'])('reads every text of a file in %s', async (encoding) => {
    const texts = ['ascii', 'grün', '😀', '\uFFFD', 'a\uFFFDb', '', 'x\0y', '\0', '\uFEFFmark', 'ü\0\uFFFD'];
    const codes = (text: string): string =>
      text === '' ? "''" : `char(${[...text].map((one) => one.codePointAt(0)).join(', ')})`;
    const values = texts.map((text, i) => `(${i}, ${codes(text)})`).join(', ');
    inFile(
      file(),
      `PRAGMA encoding = '${encoding}'; CREATE TABLE orders (id INTEGER, a TEXT); INSERT INTO orders VALUES ${values}`,
    );
    await fetch({});
    const found = await place.witness.rows(
      `SELECT hex(encode(a)) FROM (${settled(place.at('store'))}) ORDER BY id`,
    );
    expect(found).toEqual(texts.map((text) => [Buffer.from(text).toString('hex').toUpperCase()]));
  });

  it('takes the types that the configuration gives, and refuses a mixture where nobody does', async () => {
    inFile(file(), "CREATE TABLE orders (a, b INTEGER); INSERT INTO orders VALUES (1, '1.5'), ('two', 3)");
    await expect(fetch({})).rejects.toEqual(
      failsWith('INVALID_VALUE', /column "a": it holds integer and text/),
    );
    await fetch({
      table: undefined,
      query: 'SELECT CAST(a AS TEXT) AS a, b FROM orders',
      columns: { a: 'VARCHAR', b: 'DECIMAL(4,1)' },
    });
    expect(await place.witness.rows(settled(place.at('store')))).toEqual([
      ['1', '1.5'],
      ['two', '3.0'],
    ]);
  });

  it.each<[string, string, string]>([
    ['NaN', "'nan'::DOUBLE", 'NaN'],
    ['minus zero', "'-0.0'::DOUBLE", '-0.0'],
    ['NUL in a text', "'a' || chr(0)", 'u0000'],
  ])('are not made in the store: %s', async (_, value, shown) => {
    const work = bring(`SELECT i AS id, CASE WHEN i = 4 THEN ${value} END AS v FROM range(9) AS n(i)`);
    await expect(work).rejects.toEqual(failsWith('VALUE_UNFIT', /column "v", row 5/));
    await expect(work).rejects.toEqual(failsWith('VALUE_UNFIT', new RegExp(shown)));
    expect(existsSync(file())).toBe(false);
  });
});

describe('a table that is there', () => {
  const declared =
    "CREATE TABLE Orders (ID INTEGER PRIMARY KEY, label TEXT NOT NULL DEFAULT 'none', price REAL CHECK (price >= 0)); CREATE INDEX by_label ON Orders (label); INSERT INTO Orders VALUES (1, 'old', 5), (2, 'old', 6)";
  const schema = "SELECT sql FROM sqlite_schema WHERE tbl_name = 'Orders' ORDER BY name";

  it.each<[RunType, unknown[][]]>([
    [
      'full_drop',
      [
        [2, 'new', null],
        [3, 'new', null],
      ],
    ],
    [
      'incremental',
      [
        [1, 'old', 5],
        [2, 'old', 6],
        [3, 'new', null],
      ],
    ],
    [
      'merge',
      [
        [1, 'old', 5],
        [2, 'new', 6],
        [3, 'new', null],
      ],
    ],
  ])('keeps what it has: %s', async (run_type, expected) => {
    const before = inFile(file(), declared, schema);
    const result = await bring(
      "SELECT i AS id, 'new' AS label FROM range(2, 4) AS n(i)",
      run_type,
      run_type === 'merge' ? { watermark: { primary_key: 'id' } } : byId,
    );
    expect(result.merged).toEqual(
      run_type === 'merge' ? { inserted: 1, updated: 1, unchanged: 0 } : undefined,
    );
    expect(inFile(file(), '', schema)).toEqual(before);
    expect(inFile(file(), '', 'SELECT * FROM Orders ORDER BY id')).toEqual(expected);
  });

  it.each<[string, string, string, RegExp]>([
    ['a column that it lacks', 'SELECT 7 AS id, 1 AS colour', 'TABLE_UNFIT', /no column "colour"/],
    [
      'texts where numbers are meant',
      "SELECT 7 AS id, '1.10' AS price",
      'TABLE_UNFIT',
      /"price" is declared REAL/,
    ],
    ['a key twice', 'SELECT 1 AS id', 'CONSTRAINT_FAILED', /UNIQUE/],
    ['NULL', 'SELECT 7 AS id, CAST(NULL AS VARCHAR) AS label', 'CONSTRAINT_FAILED', /NOT NULL/],
  ])('refuses %s, and stays as it was', async (_, select, code, message) => {
    inFile(file(), declared);
    await expect(bring(select, 'incremental')).rejects.toEqual(failsWith(code, message));
    expect(inFile(file(), '', 'SELECT id, price FROM orders ORDER BY id')).toEqual([
      [1, 5],
      [2, 6],
    ]);
  });
});

describe('a merge', () => {
  it('leaves what is the same or later, by days, times and numbers', async () => {
    const casts = ['DATE', 'TIMESTAMP', 'DOUBLE'];
    const texts = ["'2024-01-0' || d", "'2024-01-0' || d || ' 10:00:00'", "d || '9'"];
    for (const [i, cast] of casts.entries()) {
      rmSync(file(), { force: true });
      const rows = (values: string): string =>
        `SELECT id, label, CAST(${texts[i]} AS ${cast}) AS seen FROM (VALUES ${values}) AS t(id, label, d)`;
      await bring(rows("(1, 'a', '1'), (2, 'b', '1'), (3, 'c', '5'), (4, 'd', NULL)"));
      const later = { watermark: { primary_key: 'id', watermark_column: 'seen' } };
      const result = await bring(
        rows("(1, 'a', '1'), (2, 'B', '2'), (3, 'old', '3'), (4, 'D', '3'), (5, 'e', '3')"),
        'merge',
        later,
      );
      expect(result.merged).toEqual({ inserted: 1, updated: 2, unchanged: 2 });
      expect(inFile(file(), '', 'SELECT label FROM orders ORDER BY id')).toEqual([
        ['a'],
        ['B'],
        ['c'],
        ['D'],
        ['e'],
      ]);
    }
  });

  it('refuses an order that SQLite does not know', async () => {
    const select = 'SELECT 1 AS id, CAST(9 AS DECIMAL(9,2)) AS seen';
    const later = { watermark: { primary_key: 'id', watermark_column: 'seen' } };
    await expect(bring(select, 'merge', later)).rejects.toEqual(
      failsWith('TYPE_UNSUPPORTED', /which of two/),
    );
  });

  it('puts days and moments where a table was declared for them', async () => {
    inFile(file(), 'CREATE TABLE orders (id INT, day DATE, seen DATETIME)');
    await bring("SELECT 1 AS id, DATE '2024-02-29' AS day, TIMESTAMP '2024-02-29 01:02:03.5' AS seen");
    expect(inFile(file(), '', 'SELECT * FROM orders')).toEqual([[1, '2024-02-29', '2024-02-29 01:02:03.5']]);
    await fetch({});
    expect(await place.witness.rows(settled(place.at('store')))).toEqual([
      ['1', '2024-02-29', '2024-02-29 01:02:03.5'],
    ]);
  });
});

describe('runs', () => {
  it('keep their record in the file, and move what is new once', async () => {
    for (const to of [10, 25, 25])
      await bring(`SELECT i AS id FROM range(${to}) AS n(i)`, 'incremental', byId);
    expect(inFile(file(), '', 'SELECT count(*), count(DISTINCT id) FROM orders')).toEqual([[25, 25]]);
    const runs =
      "SELECT fence, state, row_count, json_extract(record, '$.watermark.value') FROM hygge_runs ORDER BY fence";
    expect(inFile(file(), '', runs)).toEqual([
      [1, 'published', 10, '9'],
      [2, 'published', 15, '24'],
    ]);
  });

  it('verify every value, there and back', async () => {
    const select =
      "SELECT i AS id, CAST(i AS DECIMAL(20,4)) / 7 AS d, (DATE '2024-01-01' + CAST(i AS INTEGER)) AS day, uuid() AS u, i / 3.0 AS half, i % 2 = 0 AS even, '{\"a\":1}'::JSON AS j, encode('é' || i) AS raw, TIMESTAMPTZ '2024-01-01 12:00:00.123456+00' AS seen FROM range(3000) AS n(i)";
    const types = `SELECT id, d::DECIMAL(20,4) AS d, day, u, half, even, j, raw, seen FROM (${select})`;
    await bring(types, 'full_drop', { verify: 'fingerprint' });
    await fetch({});
    await place.witness.expectSame(
      settled(place.at('store')),
      `SELECT * FROM read_parquet('${place.at(`in${inputs}.parquet`)}')`,
    );
  });

  it('share a file: many tables side by side, and read from while it is written', async () => {
    await place.parquet('in.parquet', 'SELECT i AS id FROM range(5000) AS n(i)');
    const names = Array.from({ length: 8 }, (_, i) => `t${i}`);
    await place.file('hygge.yml', 'name: many\noptions: { concurrency: 4 }\n');
    const defaults = `defaults: { home: { path: ${place.at('in.parquet')} } }`;
    await place.file(
      'flows/a/flow.yml',
      `home: { path: in.parquet }\nstore: { type: sqlite, path: shop.sqlite }\n${defaults}\nentities: [${names.join(', ')}]\n`,
    );
    const first = await (await place.project()).coordinator.start();
    expect(first.flows.map(({ error }) => error)).toEqual(names.map(() => null));
    await place.file(
      'flows/b/flow.yml',
      `home: { type: sqlite, path: shop.sqlite, query: 'SELECT id FROM {entity} WHERE id % 2 = 0' }\nstore: { type: sqlite, path: shop.sqlite, table: 'copy_{entity}' }\nentities: [${names.join(', ')}]\n`,
    );
    const second = await (await place.project()).coordinator.start({ flows: ['b'] });
    expect(second.flows.map(({ error }) => error)).toEqual(names.map(() => null));
    for (const name of names)
      expect(inFile(file(), '', `SELECT count(*) FROM copy_${name}`)).toEqual([[2500]]);
  });

  it('that did not know of their own end are told of it, and move nothing twice', async () => {
    await atWorkbench(async (bench) => {
      const { runId } = bench.store;
      await withStore(storeOf(sqliteStore, store()), bench.store, async (session) => {
        await stageOne(session);
        await session.publish({ runId, rows: 1, record: { rows: 1 } });
      });
      const told: unknown[] = [];
      const context = { ...bench.store, earlier: (run: unknown) => told.push(run) };
      await withStore(storeOf(sqliteStore, store()), context, async (session) => {
        await stageOne(session);
        expect(told).toEqual([{ what: 'published', runId, record: { rows: 1 }, message: null }]);
        await session.publish({ runId, rows: 1, record: { rows: 1 } });
      });
    });
    expect(inFile(file(), '', 'SELECT id FROM orders')).toEqual([[1]]);
    expect(inFile(file(), '', 'SELECT state FROM hygge_runs')).toEqual([['published']]);
  });

  it('do not publish where another has published meanwhile', async () => {
    inFile(file(), 'CREATE TABLE orders (id INTEGER)');
    await atWorkbench(async (bench) => {
      await withStore(storeOf(sqliteStore, store()), bench.store, async (slow) => {
        await stageOne(slow);
        await withStore(storeOf(sqliteStore, store()), bench.store, async (session) => {
          await stageOne(session);
          await session.publish({ runId: 'another', rows: 1, record: {} });
        });
        const late = slow.publish({ runId: bench.store.runId, rows: 1, record: {} });
        await expect(late).rejects.toEqual(failsWith('LOCK_LOST'));
      });
    });
    expect(inFile(file(), '', 'SELECT id FROM orders')).toEqual([[1]]);
  });

  it('wait for readers before they publish', async () => {
    inFile(file(), 'CREATE TABLE orders (id INTEGER)');
    const reader = new DatabaseSync(file());
    reader.exec('BEGIN');
    reader.prepare('SELECT * FROM orders').all();
    const work = bring('SELECT 1 AS id', 'incremental');
    // It has begun to change the file, and cannot end.
    while (!existsSync(`${file()}-journal`)) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(reader.prepare('SELECT count(*) AS n FROM orders').get()).toEqual({ n: 0 });
    reader.exec('COMMIT');
    reader.close();
    expect((await work).rows).toBe(1);
  });

  it('wait for another program that writes', async () => {
    await bring('SELECT 1 AS id');
    const script = `import { DatabaseSync } from '@photostructure/sqlite'; const d = new DatabaseSync(process.argv[1]); d.exec('BEGIN IMMEDIATE; INSERT INTO orders VALUES (9)'); console.log('open'); process.stdin.once('data', () => { d.exec('COMMIT'); process.exit(); });`;
    const other = spawn(process.execPath, ['--input-type=module', '-e', script, file()], {
      cwd: process.cwd(),
    });
    await new Promise((resolve) => other.stdout.once('data', resolve));
    const work = bring('SELECT 2 AS id', 'incremental');
    const [isDone] = await Promise.all([
      Promise.race([work.then(() => true), new Promise((resolve) => setTimeout(() => resolve(false), 500))]),
    ]);
    expect(isDone).toBe(false);
    other.stdin.write('now\n');
    await work;
    expect(inFile(file(), '', 'SELECT * FROM orders ORDER BY id')).toEqual([[1], [2], [9]]);
  });
});

it('a run that is killed before any of its statements leaves the old or the new', async () => {
  const killer = fileURLToPath(new URL('fixtures/kill-at-sqlite.mjs', import.meta.url));
  const rows = (to: number): string => `SELECT i AS id, md5(i::VARCHAR) AS label FROM range(${to}) AS n(i)`;
  const flow = `home: in.parquet, store: { type: sqlite, path: out.sqlite, table: orders }, run_type: incremental, watermark: { watermark_column: id, primary_key: id }`;
  await place.file('from/hygge.yml', `flows:\n  f: { ${flow} }\n`);
  await place.parquet('from/in.parquet', rows(1000));
  const from = place.at('from');
  expect((await hygge(['go'], { cwd: from })).code).toBe(0);
  rmSync(place.at('from/in.parquet'));
  await place.parquet('from/in.parquet', rows(3000));
  const state = (folder: string): unknown =>
    inFile(
      `${folder}/out.sqlite`,
      '',
      'SELECT count(*), count(DISTINCT id), (SELECT max(fence) FROM hygge_runs) FROM orders',
    )[0];
  let statements = 1;
  const seen: unknown[] = [];
  for (let at = 0; at <= statements; at++) {
    const folder = place.at(`killed${at}`);
    cpSync(from, folder, { recursive: true });
    const log = place.at('log');
    const env = at === 0 ? { HYGGE_KILL_LOG: log } : { HYGGE_KILL_AT: String(at) };
    await hygge(['go'], { cwd: folder, nodeArgs: ['--import', killer], program: mainOfModules, env });
    if (at === 0) statements = Number(readFileSync(log, 'utf8'));
    seen.push(state(folder));
    expect((await hygge(['go'], { cwd: folder })).code).toBe(0);
    expect(state(folder)).toEqual([3000, 3000, 2]);
  }
  expect(statements).toBeGreaterThan(5);
  expect(seen[0]).toEqual([3000, 3000, 2]);
  for (const one of seen.slice(1)) expect(one).toEqual([1000, 1000, 1]);
}, 120_000);
