import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Flow, type FlowOptions } from '../../src/index.js';
import { password, startServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ fsync: 'off' });
  await server.query("CREATE TABLE canary AS SELECT 'alive' AS state");
});
afterAll(() => server?.close());

const table = (name: string) => ({ type: 'postgres', connection: 'db', table: name }) as const;
const flow = (options: Pick<FlowOptions, 'home' | 'store'> & Partial<FlowOptions>): Flow => {
  const { port, user } = server;
  const db = { type: 'postgres', host: '127.0.0.1', port, user, password, database: 'postgres' };
  return new Flow({ name: 'names', connections: { db }, retry: { attempts: 1 }, ...options });
};
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const isAlive = async (): Promise<void> =>
  expect(await server.query('SELECT state FROM canary')).toEqual([['alive']]);

const odd = fc.constantFrom(
  ...['"', "'", ';', '--', '$$', '\\', '%', '{', ' ', '.', '\u202e', '🦆', 'ü', '\n', '/*', '$1', '?', ':x'],
  ...['drop', 'select', 'null', 'ctid', 'user', "'; DROP TABLE canary; --", '"; DROP TABLE canary; --'],
);
const name = fc
  .array(fc.oneof(odd, fc.string({ minLength: 1, maxLength: 4 })), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join('').replaceAll('\0', ''))
  .filter(
    (text) => text.trim() !== '' && Buffer.byteLength(text) <= 63 && Buffer.from(text).toString() === text,
  )
  // What the server has of its own in every table.
  .filter((text) => !['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'].includes(text));

it('names with whatever characters stay names: of schemas, tables, columns, keys and watermarks', async () => {
  const value = 'x"; DROP TABLE canary; --';
  await fc.assert(
    fc.asyncProperty(name, name, name, name, async (schema, tableName, key, mark) => {
      fc.pre(new Set([key, mark, 'hygge_value'].map((text) => text.toLowerCase())).size === 3);
      const query = `SELECT 1 AS ${quoted(key)}, 2 AS ${quoted(mark)}, '${value}' AS hygge_value`;
      const store = `${quoted(schema)}.${quoted(tableName)}`;
      const home = { type: 'postgres', connection: 'db', query } as const;
      const columns = [key, mark, 'hygge_value'];
      const watermark = { watermark_column: mark, primary_key: key };
      await flow({ home, store: table(store), columns }).start();
      await flow({ home, store: table(store), columns, run_type: 'merge', watermark }).start();
      await flow({ home: table(store), store: table('back'), run_type: 'incremental', watermark }).start();
      const there = await server.query(`SELECT ${columns.map(quoted).join(', ')} FROM ${store}`);
      expect(there).toEqual([['1', '2', value]]);
      expect(await server.query(`SELECT ${columns.map(quoted).join(', ')} FROM back`)).toEqual(there);
      const drop = schema === 'public' ? `TABLE ${store}` : `SCHEMA ${quoted(schema)} CASCADE`;
      await server.query(`DROP ${drop}; DROP TABLE back; DROP TABLE hygge_runs`);
    }),
    { numRuns: 8, seed: Number(process.env.HYGGE_SEED ?? 7) },
  );
  await isAlive();
}, 120_000);

it('names of 63 bytes that differ in the last one are two names', async () => {
  const twins = ['a', 'b'].map((end) => `${'ü'.repeat(31)}${end}`);
  const columns = twins.map((twin, i) => `${i} AS ${quoted(twin)}`).join(', ');
  for (const [i, twin] of twins.entries()) {
    const query = `SELECT ${columns}, ${i} AS which`;
    await flow({ home: { type: 'postgres', connection: 'db', query }, store: table(quoted(twin)) }).start();
  }
  const found = twins.map((twin) => server.query(`SELECT * FROM ${quoted(twin)}`));
  expect(await Promise.all(found)).toEqual([[['0', '1', '0']], [['0', '1', '1']]]);
  await flow({ home: table(quoted(twins[0] ?? '')), store: table(quoted(twins[1] ?? '')) }).start();
  expect(await server.query(`SELECT which FROM ${quoted(twins[1] ?? '')}`)).toEqual([['0']]);
});

it.each([
  ['one that Postgres would cut, so that two of them become one', 'x'.repeat(64), /64 bytes/],
  ['one of many bytes', 'ü'.repeat(32), /64 bytes/],
  ['one with a NUL character', 'a\0b', /NUL character/],
])(
  'a name that Postgres cannot have is refused, of a table and of a column: %s',
  async (_, wrong, message) => {
    const home = { type: 'postgres', connection: 'db', query: 'SELECT 1 AS id' } as const;
    const before = await server.query('SELECT count(*) FROM pg_class');
    await expect(flow({ home, store: table(quoted(wrong)) }).start()).rejects.toThrow(message);
    await expect(flow({ home: table(quoted(wrong)), store: table('x') }).start()).rejects.toThrow(message);
    const columns = { [wrong]: 'id' };
    await expect(flow({ home, store: table('cut_name'), columns }).start()).rejects.toThrow(message);
    expect(await server.query('SELECT count(*) FROM pg_class')).toEqual(before);
    await isAlive();
  },
);
