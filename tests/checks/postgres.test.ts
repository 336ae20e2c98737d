import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useWorkplace, visible } from '../integration/workplace.js';
import { password, startServer, type TestServer } from '../postgres/support/server.js';

const work = useWorkplace();
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ fsync: 'off' });
});
afterAll(() => server?.close());

const source = `SELECT i AS id, CASE WHEN i % 10 = 0 THEN NULL ELSE i % 100 - 5 END AS amount FROM range(1000) AS r(i)`;

describe('a table of Postgres', () => {
  it.each(['full_drop', 'merge'])(
    'gets the rows that keep the contract, and no others: %s',
    async (runType) => {
      await work.parquet('in.parquet', source);
      const { port, user } = server;
      await work.file(
        'hygge.yml',
        `name: cosy\nconnections:\n  db: { type: postgres, host: 127.0.0.1, port: ${port}, user: ${user}, password: ${JSON.stringify(password)}, database: postgres }\n`,
      );
      await work.file(
        'flows/orders/flow.yml',
        `home: in.parquet\nstore: { type: postgres, connection: db, table: ${runType}_orders }\nrun_type: ${runType}\nwatermark: { watermark_column: id, primary_key: id }\ncontract:\n  columns: { amount: { min: 0, on_fail: quarantine }, id: { unique: true } }\n`,
      );
      for (const expected of [{ rows: 960, rows_quarantined: 40 }, {}]) {
        const { flows } = await (await work.project()).coordinator.start();
        expect(flows[0]?.error).toBe(null);
        expect(flows[0]).toMatchObject(expected);
        const settled = await server.query(`SELECT id, amount FROM ${runType}_orders ORDER BY id`);
        const wanted = await work.witness.rows(
          `SELECT * FROM (${source}) WHERE NOT coalesce(amount < 0, false) ORDER BY id`,
        );
        expect(settled).toEqual(wanted);
      }
      const aside = visible(work.at('.hygge', 'quarantine', 'orders'));
      expect(aside).toHaveLength(runType === 'merge' ? 1 : 2);
      const { coordinator } = await work.project();
      expect((await coordinator.checkStores())[0]).toMatchObject({ ok: true, rows: 960 });
    },
  );
});

describe('references', () => {
  const inPostgres = (table: string): string => `store: { type: postgres, connection: db, table: ${table} }`;
  it.each([
    ['out of files into Postgres', 'store: orders', inPostgres('customers_1')],
    ['out of Postgres into files', inPostgres('orders_2'), 'store: customers'],
    ['within Postgres', inPostgres('orders_3'), inPostgres('customers_3')],
  ])('%s: rows without a counterpart are put aside, and come with it', async (_, orders, customers) => {
    const { port, user } = server;
    const db = `{ type: postgres, host: 127.0.0.1, port: ${port}, user: ${user}, password: ${JSON.stringify(password)}, database: postgres }`;
    await work.file('hygge.yml', `name: cosy\noptions: { concurrency: 1 }\nconnections: { db: ${db} }\n`);
    await work.parquet('customers.parquet', "SELECT i AS id, 'c' || i AS name FROM range(50) AS r(i)");
    await work.parquet(
      'orders.parquet',
      'SELECT i AS id, CASE WHEN i % 10 = 0 THEN NULL ELSE i END AS customer FROM range(100) AS r(i)',
    );
    await work.file('flows/customers/flow.yml', `home: customers.parquet\n${customers}\n`);
    await work.file(
      'flows/orders/flow.yml',
      `home: orders.parquet\n${orders}\ncontract:\n  columns: { customer: { references: customers.id, on_fail: quarantine } }\n`,
    );
    const first = await (await work.project()).coordinator.start();
    expect(first.flows.map(({ error }) => error)).toEqual([null, null]);
    expect(first.flows[1]).toMatchObject({ name: 'orders', rows: 55, rows_quarantined: 45 });
    const [aside] = visible(work.at('.hygge', 'quarantine', 'orders'));
    const rows = await work.witness.rows(
      `SELECT min(id), max(id), count(*) FROM '${work.at('.hygge', 'quarantine', 'orders', aside ?? '', 'rows.parquet')}'`,
    );
    expect(rows).toEqual([['51', '99', '45']]);
    const kept = async () => (await (await work.project()).coordinator.checkStores()).map(({ ok }) => ok);
    expect(await kept()).toEqual([true, true]);
    await work.parquet('customers.parquet', "SELECT i AS id, 'c' || i AS name FROM range(100) AS r(i)");
    const second = await (await work.project()).coordinator.start();
    expect(second.flows[1]).toMatchObject({ error: null, rows: 100, rows_quarantined: 0 });
    // What is not there any more is found by a check of what the store holds.
    await work.parquet('customers.parquet', "SELECT i AS id, 'c' || i AS name FROM range(99) AS r(i)");
    await (await work.project()).coordinator.start({ flows: ['customers'] });
    expect(await kept()).toEqual([true, false]);
  });
});
