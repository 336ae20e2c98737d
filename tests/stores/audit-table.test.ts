import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
    store: '{ type: duckdb, path: x.duckdb, table: cups }',
    run: async (sql: string) => {
      await place.witness.run(`ATTACH '${place.at('x.duckdb')}' AS there; USE there`);
      await place.witness.run(sql).finally(() => place.witness.run('USE memory; DETACH there'));
    },
  },
  sqlite: {
    store: '{ type: sqlite, path: x.sqlite, table: cups }',
    run: async (sql: string) => {
      const database = new DatabaseSync(place.at('x.sqlite'));
      database.exec(sql);
      database.close();
    },
  },
  postgres: {
    store: '{ type: postgres, connection: db, table: cups }',
    run: async (sql: string) => {
      await server.query(sql);
    },
  },
} as const;

async function project(store: string, more = '') {
  await place.parquet('in.parquet', 'SELECT range AS id FROM range(10)');
  const db = `{ type: postgres, host: 127.0.0.1, port: ${server.port}, user: ${server.user}, password: ${JSON.stringify(password)}, database: postgres }`;
  await place.file(
    'hygge.yml',
    `connections:\n  db: ${db}\nflows:\n  tea: { home: in.parquet, store: ${store}${more} }\n`,
  );
  return (await place.project()).coordinator;
}

describe.each(Object.entries(stores))('hygge verify and undo of a %s table', (_, { store, run }) => {
  it('count what the runs since the last full_drop have put there, and take nothing back', async () => {
    const first = await project(store);
    expect(await first.verify()).toMatchObject([{ ok: true, audit: { run_id: null } }]);
    expect((await first.start()).status).toBe('success');
    const appending = await project(store, ', run_type: incremental');
    const { run_id: last } = await appending.start();
    expect(await appending.verify()).toMatchObject([
      { ok: true, error: null, audit: { rows: 20, run_id: last, notes: [] } },
    ]);

    const [undone] = await appending.undo(await appending.findRun(last));
    expect(undone).toMatchObject({
      undone: false,
      error: { code: 'UNDO_UNSUPPORTED', hint: expect.stringContaining('hygge watermark set') },
    });

    await run('DELETE FROM cups WHERE id = 3');
    expect(await appending.verify()).toMatchObject([
      {
        ok: false,
        problems: [{ what: 'rows', message: expect.stringMatching(/cups has 18 rows, .* put 20/) }],
      },
    ]);
    const merging = await project(store, ', run_type: merge, watermark: { primary_key: id }');
    expect((await merging.start()).status).toBe('success');
    expect(await merging.verify()).toMatchObject([
      { ok: true, audit: { notes: [expect.stringContaining('merged')] } },
    ]);
    await run('DROP TABLE cups');
    expect(await merging.verify()).toMatchObject([
      { ok: false, problems: [{ what: 'missing', message: expect.stringContaining('is gone') }] },
    ]);
  });
});
