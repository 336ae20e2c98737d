import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useWorkplace, type Workplace } from '../integration/workplace.js';
import { codeOf, driftCases, project, run, type StoreCase } from '../schema/cases.js';
import { password, startServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ fsync: 'off' });
});
afterAll(() => server?.close());

const place = useWorkplace();

/** A table of its own for each test. */
const tableOf = (at: Workplace): string =>
  `t_${createHash('sha256').update(at.folder).digest('hex').slice(0, 12)}`;

const store: StoreCase = {
  yaml: (at) => `{ type: postgres, connection: db, table: ${tableOf(at)} }`,
  beside: () =>
    `connections: { db: { type: postgres, host: 127.0.0.1, port: ${server.port}, user: hygge_test, password: ${JSON.stringify(password)}, database: postgres } }`,
  read: async (at) => {
    const table = tableOf(at);
    const names = await server.query(
      `SELECT column_name FROM information_schema.columns WHERE table_name = '${table}' ORDER BY ordinal_position`,
    );
    return {
      columns: names.map(([name]) => name ?? ''),
      rows: await server.query(`SELECT * FROM ${table}`),
    };
  },
  text: true,
  retypes: 'wider',
};

describe('a postgres store', () => {
  driftCases(place, store);

  const parts = () => ({ store: store.yaml(place), beside: store.beside?.() ?? '' });
  const typeOf = async (column: string): Promise<unknown> =>
    server.query(
      `SELECT data_type, is_nullable FROM information_schema.columns WHERE table_name = '${tableOf(place)}' AND column_name = '${column}'`,
    );

  it('lets a column be NULL that never was, and its type grow, in one change', async () => {
    await place.parquet('in.parquet', 'SELECT 1 AS id, 10::INTEGER AS n');
    expect(codeOf((await run(await project(place, parts()))).result)).toBeNull();
    await server.query(`ALTER TABLE ${tableOf(place)} ALTER COLUMN n SET NOT NULL`);
    await place.parquet('in.parquet', 'SELECT 2 AS id, NULL::BIGINT AS n, 1.5::DECIMAL(4,2) AS price');
    expect((await run(await project(place, parts()))).result.flows[0]?.error).toBeNull();
    expect(await typeOf('n')).toEqual([['bigint', 'YES']]);
    expect(await typeOf('price')).toEqual([['numeric', 'YES']]);
    expect(await server.query(`SELECT * FROM ${tableOf(place)} ORDER BY id`)).toEqual([
      ['1', '10', null],
      ['2', null, '1.50'],
    ]);
  });

  it('is as it was where something forbids the change', async () => {
    await place.parquet('in.parquet', 'SELECT 1 AS id, 10::INTEGER AS n');
    await run(await project(place, parts()));
    await server.query(`CREATE VIEW of_${tableOf(place)} AS SELECT n FROM ${tableOf(place)}`);
    await place.parquet('in.parquet', 'SELECT 2 AS id, 5000000000 AS n, true AS extra');
    const { result } = await run(await project(place, parts()));
    expect(result.flows[0]?.error?.message).toMatch(/view/);
    expect(await server.query(`SELECT * FROM ${tableOf(place)}`)).toEqual([['1', '10']]);
    expect(await typeOf('extra')).toEqual([]);
  });

  it('does not change a table that somebody else made', async () => {
    await server.query(`CREATE TABLE ${tableOf(place)} (id integer)`);
    await place.parquet('in.parquet', 'SELECT 1 AS id, 10 AS n');
    expect(codeOf((await run(await project(place, parts()))).result)).toBe('TABLE_UNFIT');
  });
});
