import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readFile, settled, useWorkplace, visible } from '../integration/workplace.js';

const work = useWorkplace();

/** 5,000 rows, of which those with a negative price, with a bad code, and those whose code comes twice are wrong. */
const source = `SELECT i AS id, ((i * 37) % 1009)::DECIMAL(10, 2) - 20 AS price,
  CASE WHEN i % 97 = 0 THEN NULL WHEN i % 89 = 0 THEN 'ü' ELSE 'c' || (i % 4990) END AS code
  FROM range(5000) AS r(i)`;
const isBad = `price < 0 OR (code IS NOT NULL AND NOT regexp_matches(code, '^c[0-9]+$'))
  OR (code IS NOT NULL AND 1 < count(*) OVER (PARTITION BY code))`;
const contract = `contract:
  on_fail: quarantine
  columns:
    price: { min: 0 }
    code: { pattern: 'c\\d+', unique: true }
  checks:
    - max_rows: 4999
`;

const aside = async (name = 'orders'): Promise<string> => {
  const runs = visible(work.at('.hygge', 'quarantine', name));
  expect(runs).toHaveLength(1);
  return work.at('.hygge', 'quarantine', name, runs[0] ?? '', 'rows.parquet');
};

async function project(flow: string, home = source): Promise<string> {
  const path = await work.parquet('home/orders.parquet', home, ', ROW_GROUP_SIZE 2048');
  await work.file('hygge.yml', 'name: cosy\n');
  await work.file('flows/orders/flow.yml', `home: home/orders.parquet\n${flow}\n${contract}`);
  return path;
}

const marked = (home: string): string => `SELECT *, coalesce(${isBad}, false) AS bad FROM (${home})`;
const good = (home: string): string => `SELECT * EXCLUDE (bad) FROM (${marked(home)}) WHERE NOT bad`;
const bad = (home: string): string => `SELECT * EXCLUDE (bad) FROM (${marked(home)}) WHERE bad`;

describe('rows that break a contract', () => {
  it.each(['splice', 'engine', 'batches'] as const)(
    'are put aside on the %s route, and the others are published',
    async (route) => {
      const home = await project('store: store');
      const { coordinator, journal } = await work.project();
      const { flows } = await coordinator.start({ route });
      expect(flows[0]).toMatchObject({ status: 'success', route, error: null });
      await work.witness.expectSame(settled(work.at('store')), good(readFile(home)));
      const file = await aside();
      await work.witness.expectSame(`SELECT * EXCLUDE (hygge_reasons) FROM '${file}'`, bad(readFile(home)));
      const [counted] = await work.witness.rows(
        `SELECT count(*), count(*) FILTER (WHERE list_contains(hygge_reasons, 'price >= 0')),
          count(*) FILTER (WHERE list_contains(hygge_reasons, 'price >= 0') <> (price < 0)) FROM '${file}'`,
      );
      const [entry] = await journal();
      expect(flows[0]?.rows_quarantined).toBe(Number(counted?.[0]));
      expect(entry).toMatchObject({ rows_quarantined: Number(counted?.[0]), row_count: flows[0]?.rows });
      expect((entry?.row_count ?? 0) + (entry?.rows_quarantined ?? 0)).toBe(5000);
      expect(counted?.[2]).toBe('0');
      // The check of the whole was asked of what is left.
      expect(flows[0]?.checks?.map(({ status }) => status)).toEqual([
        'quarantined',
        'quarantined',
        'quarantined',
        'passed',
      ]);
    },
  );

  it('are not looked for a second time where there are none: the route stays spliced', async () => {
    const home = await project(
      'store: store',
      `SELECT i AS id, 1::DECIMAL(10, 2) AS price, 'c' || i AS code FROM range(3000) AS r(i)`,
    );
    const { coordinator } = await work.project();
    const { flows } = await coordinator.start();
    expect(flows[0]).toMatchObject({
      status: 'success',
      route: 'splice',
      rows: 3000,
      rows_quarantined: 0,
      quarantine: null,
    });
    await work.witness.expectSame(settled(work.at('store')), readFile(home));
    expect(existsSync(work.at('.hygge', 'quarantine'))).toBe(false);
  });

  it('are proved by their values with verify: fingerprint, copied or not', async () => {
    const home = await project('store: store\nverify: fingerprint');
    for (const route of ['splice', 'engine', 'batches'] as const) {
      const { coordinator } = await work.project();
      const { flows } = await coordinator.start({ route });
      expect(flows[0]).toMatchObject({ status: 'success', error: null });
      expect(flows[0]?.fingerprint?.rows).toBe(flows[0]?.rows);
      await work.witness.expectSame(settled(work.at('store')), good(readFile(home)));
    }
    const result = await (await work.project()).coordinator.verify();
    expect(result[0]?.ok).toBe(true);
  });

  it.each([
    [
      'csv',
      'store: { type: csv, path: store }',
      `SELECT * FROM read_csv('STORE/*.csv', header = true, all_varchar = true, allow_quoted_nulls = false)`,
    ],
    [
      'csv in pieces',
      'store: { type: csv, path: store, batch_size: 700 }',
      `SELECT * FROM read_csv('STORE/*.csv', header = true, all_varchar = true, allow_quoted_nulls = false)`,
    ],
    [
      'ndjson',
      'store: { type: ndjson, path: store }',
      `SELECT id, price, code FROM read_ndjson('STORE/*.ndjson')`,
    ],
    [
      'small parquet files',
      'store: { path: store, batch_size: 300 }',
      `SELECT * FROM read_parquet('STORE/*.parquet')`,
    ],
  ])('are put aside from a store of %s', async (_, flow, read) => {
    const home = await project(flow);
    const { coordinator } = await work.project();
    const { flows } = await coordinator.start();
    expect(flows[0]?.error).toBe(null);
    const texts = (sql: string): string => `SELECT id::BIGINT, price::DECIMAL(10, 2), code FROM (${sql})`;
    await work.witness.expectSame(
      texts(read.replace('STORE', work.at('store'))),
      texts(good(readFile(home))),
    );
    await work.witness.expectSame(
      `SELECT * EXCLUDE (hygge_reasons) FROM '${await aside()}'`,
      bad(readFile(home)),
    );
  });

  it('are put aside from a DuckDB file and a SQLite file', async () => {
    const home = await project('store: { type: duckdb, path: store.duckdb, table: orders }');
    await work.file(
      'flows/lite/flow.yml',
      `home: home/orders.parquet\nstore: { type: sqlite, path: store.sqlite, table: orders }\n${contract}`,
    );
    // Both ends of a second hygge: what settled is moved on, and read there.
    for (const type of ['duckdb', 'sqlite'])
      await work.file(
        `back/flows/${type}/flow.yml`,
        `home: { type: ${type}, path: ../store.${type}, table: orders }\nstore: out/${type}\n`,
      );
    await work.file('back/hygge.yml', 'name: back\n');
    const { coordinator } = await work.project();
    const { flows } = await coordinator.start();
    expect(flows.map(({ error }) => error)).toEqual([null, null]);
    const { hygge } = await import('../docs/sandbox.js');
    const back = await hygge(['go', work.at('back')], work.folder);
    expect(back.exitCode, back.out).toBe(0);
    for (const type of ['duckdb', 'sqlite']) {
      const texts = (sql: string): string => `SELECT id::BIGINT, price::DECIMAL(10, 2), code FROM (${sql})`;
      await work.witness.expectSame(
        texts(settled(work.at('back', 'out', type))),
        texts(good(readFile(home))),
      );
    }
    for (const name of ['orders', 'lite'])
      await work.witness.expectSame(
        `SELECT * EXCLUDE (hygge_reasons) FROM '${await aside(name)}'`,
        bad(readFile(home)),
      );
  });

  it.each(['merge', 'incremental'])(
    'are put aside once by a %s, whose watermark goes on',
    async (runType) => {
      const home = await project(
        `store: store\nwatermark: { watermark_column: id, primary_key: id }\nrun_type: ${runType}`,
      );
      const first = await (await work.project()).coordinator.start();
      expect(first.flows[0]).toMatchObject({ error: null, status: 'success', watermark: '4999' });
      // The last row is among those that were put aside, and is looked at again by every run.
      await work.witness.expectSame(settled(work.at('store')), good(readFile(home)));
      await work.parquet(
        'home/orders.parquet',
        `${source} UNION ALL SELECT 5000 + i, -1, NULL FROM range(10) AS r(i)`,
      );
      const second = await (await work.project()).coordinator.start();
      expect(second.flows[0]).toMatchObject({
        error: null,
        rows: 0,
        rows_quarantined: 10,
        watermark: '5009',
      });
      const third = await (await work.project()).coordinator.start();
      expect(third.flows[0]).toMatchObject({ status: 'skip', rows: 0, rows_quarantined: 0 });
      expect(visible(work.at('.hygge', 'quarantine', 'orders'))).toHaveLength(2);
      await work.witness.expectSame(settled(work.at('store')), good(`SELECT * FROM (${source})`));
    },
  );

  it('leave nothing behind where another check stops the run', async () => {
    await project('store: store');
    await work.file(
      'flows/orders/flow.yml',
      `home: home/orders.parquet\nstore: store\n${contract.replace('4999', '100')}`,
    );
    const { coordinator } = await work.project();
    const { flows } = await coordinator.start();
    expect(flows[0]).toMatchObject({ status: 'fail', rows_quarantined: 0, error: { code: 'CHECKS_FAILED' } });
    expect(visible(work.at('.hygge', 'quarantine', 'orders'))).toEqual([]);
    expect(visible(work.at('store'))).toEqual([]);
  });
});

describe('checks against other data', () => {
  it('know the values of another store, and the rows of earlier runs', async () => {
    await work.parquet('home/customers.parquet', 'SELECT i AS id FROM range(100) AS r(i)');
    await work.parquet(
      'home/orders.parquet',
      'SELECT i AS id, CASE WHEN i % 10 = 0 THEN NULL ELSE i * 2 END AS customer FROM range(100) AS r(i)',
    );
    await work.file('hygge.yml', 'name: cosy\noptions: { concurrency: 1 }\n');
    await work.file('flows/customers/flow.yml', 'home: home/customers.parquet\nstore: store/customers\n');
    const orders = (more: string): Promise<string> =>
      work.file(
        'flows/orders/flow.yml',
        `home: home/orders.parquet\nstore: store/orders\ncontract:\n${more}`,
      );
    await orders(
      '  columns: { customer: { references: customers.id, on_fail: quarantine } }\n  checks: [max_drop: 20%, max_growth: 10%]\n',
    );
    const first = await (await work.project()).coordinator.start();
    expect(first.flows[1]).toMatchObject({ error: null, rows: 55, rows_quarantined: 45 });
    await orders('  checks: [{ max_drop: 20% }, { max_growth: 10%, on_fail: warn }]\n');
    const second = await (await work.project()).coordinator.start();
    expect(second.flows[1]?.checks?.map(({ status, found }) => [status, found])).toEqual([
      ['passed', '100 rows, and 55 last time'],
      ['warned', '100 rows, and 55 last time'],
    ]);
    await work.parquet('home/orders.parquet', 'SELECT i AS id, i AS customer FROM range(79) AS r(i)');
    const third = await (await work.project()).coordinator.start();
    expect(third.flows[1]?.error?.message).toContain('79 rows, and 100 last time');
    await orders('  columns: { id: { references: customer.id } }\n');
    const wrong = await (await work.project()).coordinator.start();
    expect(wrong.flows[1]?.error).toMatchObject({ code: 'CHECK_INVALID', hint: 'Did you mean "customers"?' });
  });
});
