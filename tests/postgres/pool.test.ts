import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { builtinRegistry, Coordinator, loadWorkspace } from '../../src/index.js';
import { folderWith } from '../cli/helpers.js';
import { password, startServer, type TestServer } from './support/server.js';

let server: TestServer;
const names = Array.from({ length: 8 }, (_, i) => `t${i}`);
beforeAll(async () => {
  server = await startServer({ fsync: 'off' });
  // Large enough to be read over several connections, each of them.
  const tables = names.map(
    (name) =>
      `CREATE TABLE ${name} AS SELECT i AS id, repeat('x', 500) AS pad FROM generate_series(1, 20000) i`,
  );
  await server.query(`${tables.join(';')}; ANALYZE`);
});
afterAll(() => server?.close());
afterEach(() => vi.restoreAllMocks());

/** Counts the connections that are open at once. */
function countOpen(): { readonly most: number } {
  const count = { now: 0, most: 0 };
  const connect = pg.Client.prototype.connect as () => Promise<pg.Client>;
  vi.spyOn(pg.Client.prototype, 'connect').mockImplementation(function (this: pg.Client) {
    count.now += 1;
    count.most = Math.max(count.most, count.now);
    this.once('end', () => {
      count.now -= 1;
    });
    return connect.call(this);
  } as never);
  return count;
}

it.each([
  [2, 8],
  [5, 8],
])('a pool of %i is all that %i entities side by side take of a database', async (pool_size, concurrency) => {
  const { port, user } = server;
  const db = { type: 'postgres', host: '127.0.0.1', port, user, password, database: 'postgres', pool_size };
  const end = { type: 'postgres', connection: 'db' };
  const copy = {
    home: { ...end, table: '{entity}' },
    store: { ...end, table: `copy_${pool_size}_${concurrency}.{entity}` },
    entities: names,
  };
  const folder = folderWith({});
  const project = { connections: { db }, options: { concurrency }, flows: { copy } };
  writeFileSync(join(folder, 'hygge.yml'), JSON.stringify(project));
  const { workspace, registry } = await loadWorkspace({ path: folder, registry: builtinRegistry() });
  const open = countOpen();
  const result = await new Coordinator({ workspace, registry }).start();
  expect(result.flows.map(({ status, rows, attempts }) => [status, rows, attempts])).toEqual(
    names.map(() => ['success', 20_000, 1]),
  );
  expect(open.most).toBeLessThanOrEqual(pool_size);
  expect(open.most).toBeGreaterThan(1);
});
