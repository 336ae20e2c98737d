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
