import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TypeKind } from '../../src/core/types.js';
import { allKinds, kindTable } from '../../src/testing/kinds.js';
import { formatsOf } from '../integration/matrix/formats.js';
import { useWorkplace } from '../integration/workplace.js';
import { password, startServer, type TestServer } from '../postgres/support/server.js';

const place = useWorkplace();
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ fsync: 'off' });
});
afterAll(() => server?.close());

/** Each store that is a table, and how somebody else writes into it. */
const stores = {
  duckdb: {
    store: (table: string) => `{ type: duckdb, path: x.duckdb, table: ${table} }`,
    run: async (sql: string) => {
      await place.witness.run(`ATTACH '${place.at('x.duckdb')}' AS there; USE there`);
      await place.witness.run(sql).finally(() => place.witness.run('USE memory; DETACH there'));
    },
  },
  sqlite: {
    store: (table: string) => `{ type: sqlite, path: x.sqlite, table: ${table} }`,
    run: async (sql: string) => {
      const database = new DatabaseSync(place.at('x.sqlite'));
      database.exec(sql);
      database.close();
    },
  },
  postgres: {
    store: (table: string) => `{ type: postgres, connection: db, table: ${table} }`,
    run: async (sql: string) => {
      await server.query(sql);
    },
  },
} as const;

async function project(flow: string) {
  const db = `{ type: postgres, host: 127.0.0.1, port: ${server.port}, user: ${server.user}, password: ${JSON.stringify(password)}, database: postgres }`;
  await place.file('hygge.yml', `connections:\n  db: ${db}\nflows:\n  tea: ${flow}\n`);
  return (await place.project()).coordinator;
}

let tables = 0;

describe.each(Object.entries(stores))(
  'hygge verify of a %s table, with fingerprints',
  (type, { store, run }) => {
    const flow = (table: string, more = ', verify: fingerprint'): string =>
      `{ home: in.parquet, store: ${store(table)}${more} }`;
    const words = (from: number, to: number): Promise<string> =>
      place.parquet(
        'in.parquet',
        `SELECT i::INTEGER AS id, CASE WHEN i % 3 = 0 THEN NULL ELSE 'wört ' || i END AS word FROM range(${from}, ${to}) t(i)`,
      );

    it('compares the values of all its runs, and names the column that has others', async () => {
      const table = `cups_${++tables}`;
      await words(0, 10);
      expect((await (await project(flow(table))).start()).status).toBe('success');
      const appending = await project(flow(table, ', verify: fingerprint, run_type: incremental'));
      for (const [from, to] of [
        [10, 25],
        [20, 22],
      ] as const) {
        await words(from, to);
        expect((await appending.start()).status).toBe('success');
      }
      const fine = {
        ok: true,
        problems: [],
        audit: { rows: 27, columns_compared: ['id', 'word'], notes: [] },
      };
      expect(await appending.verify()).toMatchObject([fine]);

      const wrong = async (change: string, message: RegExp, back: string): Promise<void> => {
        await run(change);
        expect(await appending.verify()).toMatchObject([
          { ok: false, problems: [{ what: 'changed', file: null, message: expect.stringMatching(message) }] },
        ]);
        await run(back);
        expect(await appending.verify()).toMatchObject([fine]);
      };
      await wrong(
        `UPDATE ${table} SET word = 'word 4' WHERE id = 4`,
        /cups_\d+ has other values in column "word" than/,
        `UPDATE ${table} SET word = 'wört 4' WHERE id = 4`,
      );
      await wrong(
        `UPDATE ${table} SET id = CASE id WHEN 4 THEN 5 WHEN 5 THEN 4 ELSE id END`,
        /has values in other rows than/,
        `UPDATE ${table} SET id = CASE id WHEN 4 THEN 5 WHEN 5 THEN 4 ELSE id END`,
      );
      await run(`ALTER TABLE ${table} RENAME COLUMN word TO phrase`);
      expect(await appending.verify()).toMatchObject([
        { ok: false, problems: [{ what: 'changed', message: expect.stringContaining('no column "word"') }] },
      ]);
      await run(`ALTER TABLE ${table} RENAME COLUMN phrase TO word`);

      // The watermark is changed beside the data.
      await (
        await project(
          flow(table, ', verify: fingerprint, run_type: incremental, watermark: { watermark_column: id }'),
        )
      ).setWatermark({ value: '30' });
      expect(await appending.verify()).toMatchObject([fine]);
    });

    it('says what was not compared, and compares again what is replaced', async () => {
      const table = `cups_${++tables}`;
      await words(0, 10);
      await (await project(flow(table))).start();
      const counting = await project(flow(table, ', run_type: incremental'));
      const { run_id: bare } = await counting.start();
      expect(await counting.verify()).toMatchObject([
        {
          ok: true,
          audit: {
            rows: 20,
            columns_compared: [],
            notes: [`the values were not compared, since run ${bare} was made without verify: fingerprint`],
          },
        },
      ]);
      const whole = await project(flow(table));
      await whole.start();
      expect(await whole.verify()).toMatchObject([
        { ok: true, audit: { rows: 10, columns_compared: ['id', 'word'], notes: [] } },
      ]);

      const merging = ', verify: fingerprint, run_type: merge, watermark: { primary_key: id }';
      const merge = await project(flow(table, merging));
      await words(5, 15);
      expect(await merge.start()).toMatchObject({ status: 'success', flows: [{ error: null }] });
      expect(await merge.verify()).toMatchObject([
        {
          ok: true,
          audit: { columns_compared: [], notes: [expect.stringContaining('a run has merged into it')] },
        },
      ]);

      // A merge into no table makes one, and so does an append.
      const fresh = await project(flow(`cups_${++tables}`, merging));
      await fresh.start();
      expect(await fresh.verify()).toMatchObject([
        { ok: true, audit: { rows: 10, columns_compared: ['id', 'word'] } },
      ]);
    });

    it('leaves out a column that not every run brought', async () => {
      const table = `cups_${++tables}`;
      await words(0, 10);
      await (await project(flow(table))).start();
      await place.parquet('in.parquet', "SELECT 11::INTEGER AS id, 'eleven' AS word, 1 AS more");
      const adapting = await project(
        flow(table, ', verify: fingerprint, run_type: incremental, schema: { mode: adapt }'),
      );
      expect((await adapting.start()).status).toBe('success');
      expect(await adapting.verify()).toMatchObject([
        {
          ok: true,
          audit: { rows: 11, columns_compared: ['id', 'word'], notes: [expect.stringContaining('"more"')] },
        },
      ]);
    });

    it('finds every kind of value as it was put there', async () => {
      const { lacks = [], fits = {} } = formatsOf(place.witness, () => server)[type] ?? {};
      const kinds = allKinds.filter(
        (kind: TypeKind) => !lacks.includes(kind) && kind !== 'union' && kind !== 'variant',
      );
      await place.witness.run(`ATTACH '${place.at('kinds.duckdb')}' AS made (STORAGE_VERSION 'latest')`);
      await place.witness.run(`CREATE TABLE made.kinds AS ${kindTable(kinds)}`);
      const values = kinds.map((kind) => {
        const condition = fits[kind]?.(kind);
        return condition === undefined
          ? `"${kind}"`
          : `CASE WHEN ${condition} THEN "${kind}" END AS "${kind}"`;
      });
      await place.witness.run(`CREATE TABLE made.fitting AS SELECT ${values.join(', ')} FROM made.kinds`);
      await place.witness.run('DETACH made');
      const all = (more: string): string =>
        `{ home: { type: duckdb, path: kinds.duckdb, table: fitting }, store: ${store(table)}, verify: fingerprint${more} }`;
      const table = `kinds_${++tables}`;
      expect((await (await project(all(''))).start()).status).toBe('success');
      const appending = await project(all(', run_type: incremental'));
      expect((await appending.start()).status).toBe('success');
      expect(await appending.verify()).toMatchObject([
        { ok: true, problems: [], audit: { columns_compared: kinds, notes: [] } },
      ]);
    });
  },
);
