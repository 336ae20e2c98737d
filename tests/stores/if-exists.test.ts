import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtinRegistry, Flow, type FlowOptions, loadWorkspace } from '../../src/index.js';
import { useWorkplace } from '../integration/workplace.js';
import { password, startServer, type TestServer } from '../postgres/support/server.js';

const place = useWorkplace();
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ fsync: 'off' });
});
afterAll(() => server?.close());

/** Each store that is a table: where it is, and the ids in it by a reader that is not hygge's. */
const stores = {
  duckdb: {
    store: (table: string) => ({ type: 'duckdb', path: place.at('x.duckdb'), table }),
    ids: async (table: string) => {
      await place.witness.run(`ATTACH '${place.at('x.duckdb')}' AS there (READ_ONLY)`);
      const rows = await place.witness.rows(`SELECT id FROM there.${table} ORDER BY id`);
      await place.witness.run('DETACH there');
      return rows.map(([id]) => Number(id));
    },
  },
  sqlite: {
    store: (table: string) => ({ type: 'sqlite', path: place.at('x.sqlite'), table }),
    ids: async (table: string) => {
      const database = new DatabaseSync(place.at('x.sqlite'), { readOnly: true });
      const rows = database.prepare(`SELECT id FROM ${table} ORDER BY id`).all() as { id: number }[];
      database.close();
      return rows.map(({ id }) => id);
    },
  },
  postgres: {
    store: (table: string) => ({ type: 'postgres', connection: 'db', table }),
    ids: async (table: string) =>
      (await server.query(`SELECT id FROM ${table} ORDER BY id`)).map(([id]) => Number(id)),
  },
} as const;

async function bring(
  store: object,
  first: number,
  end: number,
  more: Partial<FlowOptions> = {},
): Promise<unknown> {
  const home = await place.parquet('in.parquet', `SELECT range AS id FROM range(${first}, ${end})`);
  const connections = {
    db: {
      type: 'postgres',
      host: '127.0.0.1',
      port: server.port,
      user: server.user,
      password,
      database: 'postgres',
    },
  };
  const options = { name: 'tea', home, store, connections, retry: { attempts: 1 }, ...more };
  return new Flow(options as FlowOptions).start();
}

describe.each(Object.keys(stores) as (keyof typeof stores)[])('if_exists of a %s store', (type) => {
  const { store, ids } = stores[type];
  it('append, replace and merge do what their run types do', async () => {
    const table = `modes_${type}`;
    await bring({ ...store(table), if_exists: 'append' }, 0, 2);
    await bring({ ...store(table), if_exists: 'append' }, 1, 3);
    expect(await ids(table)).toEqual([0, 1, 1, 2]);
    await bring({ ...store(table), if_exists: 'replace' }, 4, 6);
    expect(await ids(table)).toEqual([4, 5]);
    await bring({ ...store(table), if_exists: 'merge' }, 5, 8, { watermark: { primary_key: 'id' } });
    expect(await ids(table)).toEqual([4, 5, 6, 7]);
  });

  it('fail makes a table, and leaves one alone that is there, an empty one too', async () => {
    const table = `once_${type}`;
    await bring({ ...store(table), if_exists: 'fail' }, 0, 0);
    const again = bring({ ...store(table), if_exists: 'fail' }, 0, 5);
    await expect(again).rejects.toMatchObject({
      code: 'TABLE_EXISTS',
      message: expect.stringContaining(table),
    });
    const appended = bring({ ...store(table), if_exists: 'fail' }, 0, 5, { run_type: 'incremental' });
    await expect(appended).rejects.toMatchObject({ code: 'TABLE_EXISTS' });
    expect(await ids(table)).toEqual([]);
  });
});

it('what contradicts a run type is an error, with its place', async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    [
      'if_exists: append }, run_type: full_drop',
      /append means run_type: incremental, but the run type is full_drop/,
    ],
    [
      'if_exists: merge }, run_type: incremental',
      /merge means run_type: merge, but the run type is incremental/,
    ],
    [
      'if_exists: replace, incremental: true }',
      /replace means run_type: full_drop, but the store says incremental: true/,
    ],
  ];
  for (const [text, message] of cases) {
    await place.file(
      'hygge.yml',
      `flows:\n  tea: { home: in, store: { type: duckdb, path: x.db, table: t, ${text} }\n`,
    );
    const loading = loadWorkspace({ path: place.folder, registry: builtinRegistry() });
    await expect(loading).rejects.toMatchObject({
      errors: [{ code: 'INVALID_VALUE', message: expect.stringMatching(message) }],
    });
  }
  await place.file(
    'hygge.yml',
    'flows:\n  tea: { home: in, store: { type: duckdb, path: x.db, table: t, if_exists: append } }\n',
  );
  const { workspace } = await loadWorkspace({ path: place.folder, registry: builtinRegistry() });
  expect(workspace.entities.map(({ run_type }) => run_type)).toEqual(['incremental']);
});
