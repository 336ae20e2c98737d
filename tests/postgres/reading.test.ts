import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresHome } from '../../src/homes/postgres/index.js';
import { Flow, type FlowOptions } from '../../src/index.js';
import { atWorkbench, homeOf, type Workbench, withHome } from '../../src/testing/workbench.js';
import { password, startServer, type TestServer } from './support/server.js';

let server: TestServer;
let folder: string;
/** Enough for several ranges of pages, and for several files of rows. */
const rows = 200_000;

beforeAll(async () => {
  server = await startServer({ fsync: 'off', autovacuum: 'off' });
  folder = await mkdtemp(join(tmpdir(), 'hygge-postgres-reading-'));
  await server.query(`
    CREATE TABLE large (id bigint, gone int, note text, twice bigint GENERATED ALWAYS AS (id * 2) STORED, made timestamp);
    INSERT INTO large (id, gone, note, made) SELECT i, 0, repeat(md5(i::text), 4), timestamp '2024-01-01' + i * interval '1 second' FROM generate_series(1, ${rows}) i;
    ALTER TABLE large DROP COLUMN gone; UPDATE large SET note = NULL WHERE id % 1000 = 0`);
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

const connections = (more: object = {}) => {
  const { port, user } = server;
  return { db: { type: 'postgres', host: '127.0.0.1', port, user, password, database: 'postgres', ...more } };
};
const table = (name: string, more: object = {}) =>
  ({ type: 'postgres', connection: 'db', table: name, ...more }) as const;
const flowOf = (name: string, options: Partial<FlowOptions> = {}, home = table(name)) =>
  new Flow({
    name: 'read',
    home,
    store: join(folder, name),
    connections: connections(),
    retry: { attempts: 1 },
    ...options,
  });
const move = (...of: Parameters<typeof flowOf>) => flowOf(...of).start();
const parquet = async (sql: string): Promise<unknown[][]> => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const result = await connection.runAndReadAll(sql);
  connection.closeSync();
  instance.closeSync();
  return result.getRowsJson() as unknown[][];
};
/** What arrived, and what left, as sums that do not depend on the order of rows. */
const sums =
  'count(*)::varchar, count(DISTINCT id)::varchar, sum(id)::varchar, sum(twice)::varchar, count(note)::varchar, sum(length(note))::varchar, min(made)::varchar, max(made)::varchar';
const arrived = async (name: string): Promise<unknown> =>
  (await parquet(`SELECT ${sums} FROM '${join(folder, name)}/*.parquet'`))[0];
const left = async (name: string): Promise<unknown> => (await server.query(`SELECT ${sums} FROM ${name}`))[0];
/** How many connections there have been; servers before version 14 do not count them. */
const sessions = async (): Promise<number> => {
  const [[counted = null] = []] = await server.query(
    "SELECT to_jsonb(d) ->> 'sessions' FROM pg_stat_database AS d WHERE datname = 'postgres'",
  );
  return counted === null ? Number.NaN : Number(counted);
};
/** The counters of the server come a moment later. */
const expectSessions = async (more: number): Promise<void> => {
  if (!Number.isNaN(more)) await expect.poll(sessions).toBeGreaterThan(more);
};

describe('a large table', () => {
  it('is read over several connections, each row once, as it was at one moment', async () => {
    const writer = await server.client();
    // Rows that are moved to other pages and back while they are read: who looked twice would see them twice or never.
    let isOver = false;
    const busy = (async () => {
      while (!isOver) {
        const at = Math.floor(Math.random() * 150) * 1000;
        await writer.query(`UPDATE large SET id = -id WHERE id BETWEEN ${at} AND ${at + 500}`);
        await writer.query(`UPDATE large SET id = -id WHERE id BETWEEN ${-at - 500} AND ${-at}`);
      }
    })();
    const before = await sessions();
    const result = await move('large');
    isOver = true;
    await busy;
    await writer.end();
    expect(result).toMatchObject({ rows, verified: { rows } });
    const [found] = await parquet(
      `SELECT count(*)::varchar, count(DISTINCT abs(id))::varchar, sum(abs(id))::varchar FROM '${join(folder, 'large')}/*.parquet'`,
    );
    expect(found).toEqual([`${rows}`, `${rows}`, `${(rows * (rows + 1)) / 2}`]);
    await expectSessions(before + 2);
  });

  it('has every value, the files as large as they were asked for, and nothing left over', async () => {
    const store = { type: 'parquet', path: join(folder, 'divided'), batch_size: 100_000 } as const;
    await move('large', { store });
    expect(await arrived('divided')).toEqual(await left('large'));
    const counts = await parquet(
      `SELECT num_rows::int FROM parquet_file_metadata('${join(folder, 'divided')}/*.parquet') ORDER BY file_name`,
    );
    const sizes = counts.map(([n]) => Number(n));
    // 100,000 in whole vectors of the engine, and less than one more, since text does not fill them.
    const vectors = 49 * 2_048;
    expect(sizes.filter((n) => n >= vectors + 2_048)).toEqual([]);
    // No file that the next one would have had room in.
    expect(sizes.slice(1).filter((n, i) => n + (sizes[i] ?? 0) <= vectors)).toEqual([]);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith(`hygge-rows-${process.pid}-`))).toEqual(
      [],
    );
  });

  it.each([
    ['one connection', {}, { readers: 1 }],
    ['a pool of two', { pool_size: 2 }, {}],
  ])('is read over %s, too', async (_, settings, keys) => {
    const name = `one_${Object.keys(settings).length}`;
    const home = table('large', keys);
    const done = await move(name, { connections: connections(settings), where: 'id > 1000' }, home);
    expect(done.rows).toBe(rows - 1000);
  });

  it.each([
    ['a table', { table: 'large' }],
    ['a query, that comes over one connection and into one file', { query: 'SELECT id, note FROM large' }],
  ])('tells of its rows while they come, long before all are there: %s', async (_, of) => {
    let told = 0;
    const onProgress = (): void => void told++;
    const work = async ({ home: context }: Workbench): Promise<void> => {
      const home = homeOf(postgresHome, { connection: 'db', ...of });
      await withHome(home, { ...context, onProgress }, async (opened) => {
        expect((await opened.relation?.())?.rows).toBe(rows);
      });
    };
    await atWorkbench(work, undefined, connections());
    expect(told).toBeGreaterThan(20);
  });

  it('keeps the order that a query asks for, over all files of rows', async () => {
    const query = 'SELECT id, note FROM large ORDER BY abs(id) DESC';
    const home = { type: 'postgres', connection: 'db', query } as const;
    await move('sorted', {
      home,
      store: { type: 'parquet', path: join(folder, 'sorted'), batch_size: 1_000_000 },
    });
    const [found] = await parquet(
      `SELECT count(*)::int, count(*) FILTER (abs(id) + file_row_number = ${rows})::int FROM read_parquet('${join(folder, 'sorted')}/*.parquet', file_row_number = true)`,
    );
    expect(found).toEqual([rows, rows]);
  });

  it('goes into other databases file by file, each row once', async () => {
    const path = join(folder, 'large.sqlite');
    const stores = [table('large_again'), { type: 'sqlite', path, table: 'large_again' }] as const;
    for (const store of stores)
      expect(await move('large', { store })).toMatchObject({ rows, verified: { rows } });
    expect(await left('large_again')).toEqual(await left('large'));
    const found = await move('sqlite', { home: { type: 'sqlite', path, table: 'large_again' } });
    expect(found.rows).toBe(rows);
    expect(await arrived('sqlite')).toEqual(await left('large'));
  });

  it('has one count of rows over all files, where a store refuses one', async () => {
    await server.query(
      `CREATE TABLE odd AS SELECT i AS id, repeat('x', 120) AS note, CASE WHEN i = ${rows} THEN 'NaN' ELSE 0.5 END::float8 AS share FROM generate_series(1, ${rows}) i`,
    );
    const store = { type: 'sqlite', path: join(folder, 'odd.sqlite'), table: 'odd' } as const;
    await expect(move('odd', { store }, table('odd', { readers: 1 }))).rejects.toMatchObject({
      code: 'VALUE_UNFIT',
      facts: { column: 'share', row: rows },
    });
  });

  it('is shaped in every part of it', async () => {
    const mask = { columns: { note: { rule: 'partial', last: 2 } } } as const;
    const polish = {
      columns: { case: 'pascal' },
      hash_ids: [{ name: 'hash', from_columns: ['id'] }],
    } as const;
    await move('large', { store: join(folder, 'shaped'), columns: ['note'], mask, polish });
    const sql = `SELECT count(*)::varchar, count(DISTINCT "Hash")::varchar, count("Note")::varchar, count(*) FILTER (regexp_full_match("Note", '[*]{126}..'))::varchar FROM '${join(folder, 'shaped')}/*.parquet'`;
    const notes = `${rows - rows / 1000}`;
    expect(await parquet(sql)).toEqual([[`${rows}`, `${rows}`, notes, notes]]);
  });

  it('is compared value by value where that is asked for', async () => {
    expect((await move('large', { store: join(folder, 'printed'), verify: 'fingerprint' })).rows).toBe(rows);
    expect(await arrived('printed')).toEqual(await left('large'));
  });
});

describe('what is not a plain table', () => {
  it('is read whole: partitions, of which the role may read only their table', async () => {
    await server.query(`
      CREATE TABLE parted (id bigint, note text, twice bigint, made timestamp) PARTITION BY RANGE (id);
      CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100000);
      CREATE TABLE parted_2 (made timestamp, twice bigint, id bigint, note text);
      ALTER TABLE parted ATTACH PARTITION parted_2 FOR VALUES FROM (100000) TO (1000000);
      INSERT INTO parted SELECT id, note, twice, made FROM large WHERE id > 0;
      CREATE ROLE clerk LOGIN PASSWORD 'clerk'; GRANT SELECT ON parted TO clerk`);
    const before = await sessions();
    await move('parted', { connections: connections({ user: 'clerk', password: 'clerk' }) });
    expect(await arrived('parted')).toEqual(await left('parted'));
    await expectSessions(before + 2);
  });

  it('is read as far as its policies let the role, and the run says so', async () => {
    await server.query(`
      CREATE TABLE guarded AS SELECT i AS id, 'x' AS note FROM generate_series(1, 10) i;
      CREATE VIEW guarded_view AS SELECT * FROM guarded;
      ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
      CREATE POLICY few ON guarded USING (id <= 3);
      CREATE ROLE keeper LOGIN PASSWORD 'keeper'; GRANT SELECT ON guarded, guarded_view TO keeper`);
    const keeper = { connections: connections({ user: 'keeper', password: 'keeper' }) };
    const said = /row-level security holds for guarded: rows .* hide from role keeper do not come/;
    for (const [home, of, rows] of [
      [{ table: 'guarded' }, keeper, 3],
      [{ query: 'SELECT g.* FROM guarded g JOIN guarded AS same USING (id)' }, keeper, 3],
      // Who made the view sees all.
      [{ table: 'guarded_view' }, keeper, 10],
      [{ table: 'guarded' }, {}, 10],
    ] as const) {
      const flow = flowOf('guarded', of, { type: 'postgres', connection: 'db', ...home } as never);
      const notices: string[] = [];
      flow.events.on('flow.notice', ({ message }) => notices.push(message));
      const { warnings } = await flow.plan();
      const told = rows === 3 ? [expect.stringMatching(said)] : [];
      expect({ home, warnings, notices }).toEqual({ home, warnings: told, notices: [] });
      expect({ home, rows: (await flow.start()).rows, notices }).toEqual({ home, rows, notices: told });
    }
  });

  it('is read whole: a view, a materialized view, a parent with heirs', async () => {
    await server.query(`
      CREATE VIEW seen AS SELECT * FROM large WHERE id > 100;
      CREATE MATERIALIZED VIEW frozen AS SELECT * FROM large;
      CREATE TABLE parent AS SELECT * FROM large WHERE id < 1000;
      CREATE TABLE heir (extra int) INHERITS (parent); INSERT INTO heir SELECT *, 1 FROM large WHERE id >= 1000`);
    for (const name of ['seen', 'frozen', 'parent']) {
      await move(name);
      expect([name, await arrived(name)]).toEqual([name, await left(name)]);
    }
  });

  it('may have no row at all', async () => {
    await server.query('CREATE TABLE empty (id int, note text)');
    expect((await move('empty')).rows).toBe(0);
    expect(
      await parquet(`SELECT count(*)::int, count(id)::int FROM '${join(folder, 'empty')}/*.parquet'`),
    ).toEqual([[0, 0]]);
  });

  it('sends only the columns that are moved', async () => {
    await server.query(
      'CREATE TABLE costly AS SELECT i AS id, i AS broken FROM generate_series(0, 9) i; ALTER TABLE costly RENAME TO costly_base; CREATE VIEW costly AS SELECT id, 1 / (broken - broken) AS broken FROM costly_base',
    );
    expect((await move('costly', { columns: ['id'], where: 'id >= 5' })).rows).toBe(5);
    await expect(move('costly', { store: join(folder, 'costly_all') })).rejects.toMatchObject({
      code: 'DATABASE_FAILED',
    });
  });
});
