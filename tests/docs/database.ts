import { afterAll } from 'vitest';
import { startServer, type TestServer } from '../postgres/support/server.js';
import type { Block } from './blocks.js';

let server: Promise<TestServer> | null = null;
afterAll(async () => (await server)?.close());

/** For blocks that speak of a database: a server with what they read, and where it is; nothing for others. */
export async function databaseFor(group: readonly Block[]): Promise<Record<string, string>> {
  if (!group.some(({ text }) => /type: postgres/.test(text))) return {};
  server ??= startServer({ fsync: 'off' }).then(async (started) => {
    await started.query(`
      CREATE SCHEMA shop;
      CREATE TABLE shop.orders (id int PRIMARY KEY, customer text, amount numeric(10,2), changed_at timestamptz);
      INSERT INTO shop.orders VALUES (1, 'ada', 12.50, '2024-01-01 10:00+00'), (2, 'bo', 7.25, '2024-01-02 10:00+00');
      CREATE TABLE shop.customers AS SELECT DISTINCT customer AS name FROM shop.orders`);
    return started;
  });
  const { port, user, password } = await server;
  return { PGHOST: '127.0.0.1', PGPORT: String(port), PGUSER: user, PGPASSWORD: password };
}
