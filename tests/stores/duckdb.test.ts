import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { Flow, type RunType } from '../../src/index.js';
import { duckdbStore } from '../../src/stores/duckdb/index.js';
import { atWorkbench, storeOf, withStore } from '../../src/testing/workbench.js';
import { useWorkplace } from '../integration/workplace.js';

const place = useWorkplace();
const store = (table = 'orders') => ({ type: 'duckdb' as const, path: place.at('store.duckdb'), table });

/** Does something with the file by somebody else's engine; gives the rows of the last statement as text. */
async function inFile(...statements: readonly string[]): Promise<(string | null)[][]> {
  const instance = await DuckDBInstance.create(place.at('store.duckdb'));
  const connection = await instance.connect();
  try {
    let rows: (string | null)[][] = [];
    for (const sql of statements) {
      const reader = await connection.runAndReadAll(sql);
      rows = reader.getRowsJS().map((row) => row.map((value) => (value === null ? null : String(value))));
    }
    return rows;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Brings a SELECT into the table. */
async function bring(select: string, run_type: RunType = 'full_drop', more: Record<string, unknown> = {}) {
  const home = await place.parquet(`${Math.random()}.parquet`, select);
  return new Flow({ name: 'flow', home, store: store(), run_type, ...more }).start();
}
const byKey = { watermark: { primary_key: 'id' } };
const later = { watermark: { primary_key: 'id', watermark_column: 'seen' } };

const failsWith = (code: string, message = /./) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

const declared =
  "CREATE TABLE Orders (id INTEGER PRIMARY KEY, label VARCHAR NOT NULL DEFAULT 'none', price DECIMAL(9,2) CHECK (price >= 0), noted TIMESTAMP DEFAULT '2020-01-01')";

describe('a table that is there', () => {
  const facts =
    "SELECT sql, index_count, comment FROM duckdb_tables() WHERE table_name = 'Orders' UNION ALL SELECT sql, NULL, NULL FROM duckdb_indexes() WHERE index_name = 'by_label'";

  it.each<RunType>(['full_drop', 'incremental', 'merge'])(
    'keeps its constraints, defaults, indexes and comments: %s',
    async (run_type) => {
      const before = await inFile(
        declared,
        'CREATE INDEX by_label ON Orders (label)',
        "COMMENT ON TABLE Orders IS 'kept'",
        "INSERT INTO Orders VALUES (1, 'old', 5, NULL), (2, 'old', 6, NULL)",
        facts,
      );
      const select = `SELECT 'new' AS label, CAST(i AS BIGINT) AS ID, CAST(1.5 AS DECIMAL(4,1)) AS price FROM range(${run_type === 'incremental' ? 3 : 2}, 4) AS n(i)`;
      await bring(select, run_type, {
        watermark: { primary_key: 'ID', ...(run_type === 'merge' ? {} : { watermark_column: 'ID' }) },
      });
      expect(await inFile(facts)).toEqual(before);
      const noted = '2020-01-01';
      const rows = await inFile(
        'SELECT id, label, price, CAST(noted AS DATE)::VARCHAR FROM Orders ORDER BY id',
      );
      const one = ['1', 'old', '5', null];
      const three = ['3', 'new', '1.5', noted];
      const expected = {
        full_drop: [['2', 'new', '1.5', noted], three],
        incremental: [one, ['2', 'old', '6', null], three],
        // what the rows have no column for stays as it is
        merge: [one, ['2', 'new', '1.5', null], three],
      };
      expect(rows).toEqual(expected[run_type]);
    },
  );

  it('takes new columns in a replace where there is nothing to keep', async () => {
    await inFile('CREATE TABLE orders AS SELECT 1 AS id');
    await bring("SELECT 'x' AS other");
    expect(await inFile('SELECT * FROM orders')).toEqual([['x']]);
    expect(
      await inFile("SELECT table_name FROM duckdb_tables() WHERE table_name NOT LIKE 'hygge_runs'"),
    ).toEqual([['orders']]);
  });

  it.each<[string, string, RunType, string, RegExp]>([
    [
      'a column that it lacks',
      'SELECT 7 AS id, 1 AS colour',
      'incremental',
      'TABLE_UNFIT',
      /no column "colour"; it has id, label, price, noted/,
    ],
    [
      'a value that does not fit',
      'SELECT i AS id FROM range(2147483640, 2147483650) AS n(i)',
      'incremental',
      'VALUE_UNFIT',
      /column "id", row 9: 2147483648 does not fit the type INTEGER/,
    ],
    [
      'a value that would be rounded',
      'SELECT 7 AS id, CAST(i AS DOUBLE) + 0.125 AS price FROM range(1) AS n(i)',
      'full_drop',
      'VALUE_UNFIT',
      /"price", row 1: 0.125/,
    ],
    ['a key twice', 'SELECT 7 AS id FROM range(2)', 'incremental', 'CONSTRAINT_FAILED', /7/],
    [
      'NULL where it must not be',
      'SELECT 7 AS id, CAST(NULL AS VARCHAR) AS label',
      'full_drop',
      'CONSTRAINT_FAILED',
      /label/,
    ],
    ['names that differ in case alone', 'SELECT 1 AS id, 2 AS "ID"', 'full_drop', 'TABLE_UNFIT', /one name/],
  ])('refuses %s, and stays as it was', async (_, select, run_type, code, message) => {
    await inFile(declared, 'INSERT INTO Orders (id, price) VALUES (1, 2)');
    // parquet itself would not tell ID from id
    const work =
      code === 'TABLE_UNFIT' && select.includes('"ID"')
        ? atWorkbench((bench) =>
            withStore(storeOf(duckdbStore, store()), bench.store, async (session) =>
              session.checkSchema?.(
                ['id', 'ID'].map((name) => ({ name, type: { kind: 'integer' }, nullable: true })),
              ),
            ),
          )
        : bring(select, run_type);
    await expect(work).rejects.toEqual(failsWith(code, message));
    expect(await inFile('SELECT id, price FROM orders')).toEqual([['1', '2']]);
    expect(await inFile("SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'hygge_stage%'")).toEqual(
      [['0']],
    );
  });

  it('is not taken from a view, nor from hygge itself', async () => {
    await inFile('CREATE VIEW orders AS SELECT 1 AS id');
    await expect(bring('SELECT 1 AS id')).rejects.toEqual(failsWith('TABLE_UNFIT', /is a view/));
    const own = new Flow({ name: 'flow', home: place.at('x.parquet'), store: store('hygge_runs') });
    await place.parquet('x.parquet', 'SELECT 1 AS id');
    await expect(own.start()).rejects.toEqual(failsWith('INVALID_VALUE', /keeps for itself/));
  });
});

describe('a merge', () => {
  it('inserts, updates, and leaves what is the same or later', async () => {
    const at = (day: number) => `DATE '2024-01-0${day}'`;
    await bring(
      `SELECT * FROM (VALUES (1, 'a', ${at(1)}), (2, 'b', ${at(1)}), (3, 'c', ${at(5)})) AS t(id, label, seen)`,
    );
    const result = await bring(
      `SELECT * FROM (VALUES (1, 'a', ${at(1)}), (2, 'B', ${at(2)}), (3, 'old', ${at(3)}), (4, 'd', ${at(3)})) AS t(id, label, seen)`,
      'merge',
      later,
    );
    expect(result.merged).toEqual({ inserted: 1, updated: 1, unchanged: 2 });
    expect(await inFile('SELECT id, label FROM orders ORDER BY id')).toEqual([
      ['1', 'a'],
      ['2', 'B'],
      ['3', 'c'],
      ['4', 'd'],
    ]);
    expect(
      (await bring("SELECT 4 AS id, 'd' AS label, DATE '2024-01-03' AS seen", 'merge', byKey)).status,
    ).toBe('skip');
  });

  it('makes the table where there is none', async () => {
    expect((await bring('SELECT i AS id FROM range(5) AS n(i)', 'merge', byKey)).merged).toEqual({
      inserted: 5,
      updated: 0,
      unchanged: 0,
    });
    expect(await inFile('SELECT count(*) FROM orders')).toEqual([['5']]);
  });
});

describe('the record of a run', () => {
  it('lies in the same file: rows, watermark, one row for each of the last runs', async () => {
    const how = { watermark: { primary_key: 'id', watermark_column: 'id' } };
    for (const to of [10, 25, 25])
      await bring(`SELECT i AS id FROM range(${to}) AS n(i)`, 'incremental', how);
    const runs = await inFile(
      "SELECT fence, state, row_count, record->'watermark'->>'value', staging FROM hygge_runs ORDER BY fence",
    );
    expect(runs).toEqual([
      ['1', 'published', '10', '9', null],
      ['2', 'published', '15', '24', null],
    ]);
    expect(await inFile('SELECT count(*), count(DISTINCT id) FROM orders')).toEqual([['25', '25']]);
  });

  it('tells a run that did not know of its own end', async () => {
    const target = storeOf(duckdbStore, store());
    const schema = [{ name: 'id', type: { kind: 'integer' as const }, nullable: true }];
    await atWorkbench(async (bench) => {
      const { runId } = bench.store;
      await withStore(target, bench.store, async (session) => {
        await session.begin({ mode: 'append', schema, rows: null });
        await session.writeRelation?.({ sql: 'SELECT 1 AS id', schema }, () => {});
        await session.finish();
        await session.publish({ runId, rows: 1, record: { rows: 1 } });
      });
      const told: unknown[] = [];
      const context = { ...bench.store, earlier: (run: unknown) => told.push(run) };
      await withStore(target, context, async (session) => {
        await session.begin({ mode: 'append', schema, rows: null });
        expect(told).toEqual([{ what: 'published', runId, record: { rows: 1 }, message: null }]);
        await session.publish({ runId, rows: 1, record: { rows: 1 } });
      });
    });
    expect(await inFile('SELECT * FROM orders')).toEqual([['1']]);
    expect(await inFile('SELECT state FROM hygge_runs')).toEqual([['published']]);
  });

  it('does not let a run publish that another has followed', async () => {
    const target = storeOf(duckdbStore, store());
    const schema = [{ name: 'id', type: { kind: 'integer' as const }, nullable: true }];
    await atWorkbench(async (bench) => {
      await withStore(target, bench.store, async (slow) => {
        await slow.begin({ mode: 'append', schema, rows: null });
        await slow.writeRelation?.({ sql: 'SELECT 1 AS id', schema }, () => {});
        await slow.finish();
        const notices: string[] = [];
        const context = { ...bench.store, runId: 'later', notice: (text: string) => notices.push(text) };
        await withStore(target, context, (session) => session.begin({ mode: 'append', schema, rows: null }));
        expect(notices).toEqual([expect.stringContaining('had died before it published')]);
        const late = slow.publish({ runId: bench.store.runId, rows: 1, record: {} });
        await expect(late).rejects.toEqual(failsWith('LOCK_LOST'));
      });
    });
  });
});

describe('one file', () => {
  it('takes many tables side by side, and is read from in the same run', async () => {
    await place.parquet('in.parquet', 'SELECT i AS id FROM range(20000) AS n(i)');
    const names = Array.from({ length: 12 }, (_, i) => `t${i}`);
    await place.file('hygge.yml', 'name: many\noptions: { concurrency: 6 }\n');
    await place.file(
      'flows/a/flow.yml',
      `home: { path: in.parquet }\nstore: { type: duckdb, path: store.duckdb }\ndefaults: { home: { path: ${place.at('in.parquet')} } }\nentities: [${names.join(', ')}]\n`,
    );
    const first = await (await place.project()).coordinator.start();
    expect(first.flows.map(({ error }) => error)).toEqual(names.map(() => null));
    // Taking their places beside one another has let none of them fail.
    expect(first.flows.map(({ attempts }) => attempts)).toEqual(names.map(() => 1));
    // Each table is read, and copied to another one of the same file, with half of its rows.
    await place.file(
      'flows/b/flow.yml',
      `home: { type: duckdb, path: store.duckdb, query: 'SELECT id FROM {entity} WHERE id % 2 = 0' }\nstore: { type: duckdb, path: store.duckdb, table: 'copy.{entity}' }\nentities: [${names.join(', ')}]\n`,
    );
    const second = await (await place.project()).coordinator.start({ flows: ['b'] });
    expect(second.flows.map(({ error }) => error)).toEqual(names.map(() => null));
    const total = names.map((name) => `SELECT count(*) AS n FROM copy.${name}`).join(' UNION ALL ');
    expect(await inFile(`SELECT DISTINCT n FROM (${total})`)).toEqual([['10000']]);
  });

  it('is held against other programs, and says by whom', async () => {
    await bring('SELECT 1 AS id');
    const { spawn } = await import('node:child_process');
    const script = `import { DuckDBInstance } from '@duckdb/node-api'; await DuckDBInstance.create(process.argv[1]); console.log('open'); setInterval(() => {}, 1000);`;
    const other = spawn(process.execPath, ['--input-type=module', '-e', script, place.at('store.duckdb')], {
      cwd: process.cwd(),
    });
    const gone = new Promise((resolve) => other.once('exit', resolve));
    try {
      await new Promise((resolve) => other.stdout.once('data', resolve));
      const work = bring('SELECT 2 AS id', 'full_drop', { retry: { attempts: 1 } });
      await expect(work).rejects.toEqual(failsWith('DATABASE_LOCKED', new RegExp(`PID ${other.pid}`)));
    } finally {
      other.kill('SIGKILL');
      await gone;
    }
    expect(await inFile('SELECT * FROM orders')).toEqual([['1']]);
  });
});
