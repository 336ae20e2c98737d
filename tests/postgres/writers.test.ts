import { afterAll, beforeAll, expect, it } from 'vitest';
import { Flow } from '../../src/index.js';
import { full, useTotals } from '../faults/support/totals.js';
import { password, startServer, type TestServer } from './support/server.js';

const totals = useTotals('writers beside incremental runs');
const rounds = full ? 100 : 12;
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ fsync: 'off' });
});
afterAll(() => server?.close());

/** Inserts, updates and deletes in transactions that stay open for a while, until it is told to stop. */
async function write(writer: number, stop: { now: boolean }): Promise<number> {
  const client = await server.client();
  let state = writer * 7919 + 1;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state % below;
  };
  let done = 0;
  while (!stop.now) {
    await client.query('BEGIN');
    // changed_at is the beginning of the transaction, as now() is.
    for (let i = random(4); i >= 0; i--) {
      const id = writer * 1_000_000 + random(400);
      if (random(10) === 0) await client.query('DELETE FROM orders WHERE id = $1', [id]);
      else
        await client.query(
          'INSERT INTO orders VALUES ($1, $2, now()) ON CONFLICT (id) DO UPDATE SET label = excluded.label, changed_at = now()',
          [id, `${writer} ${done}`],
        );
    }
    await client.query('SELECT pg_sleep($1)', [random(100) / 1000]);
    await client.query(random(8) === 0 ? 'ROLLBACK' : 'COMMIT');
    done += 1;
  }
  await client.end();
  return done;
}

it('what commits late is moved within the lag, and nothing is lost or there twice', async () => {
  await server.query('CREATE TABLE orders (id int PRIMARY KEY, label text, changed_at timestamptz NOT NULL)');
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
  const run = () =>
    new Flow({
      name: 'orders',
      connections,
      home: { type: 'postgres', connection: 'db', table: 'orders' },
      store: { type: 'postgres', connection: 'db', table: 'copy' },
      run_type: 'merge',
      // Longer than any transaction of the writers.
      watermark: { watermark_column: 'changed_at', primary_key: 'id', lag: '1 minute' },
    }).start();
  const stop = { now: false };
  const writers = [1, 2, 3].map((writer) => write(writer, stop));
  for (let round = 0; round < rounds; round++) await run();
  stop.now = true;
  const written = (await Promise.all(writers)).reduce((sum, one) => sum + one, 0);
  await run();
  totals.runs += rounds + 1;
  totals.faults += written;
  expect(written).toBeGreaterThan(rounds);
  const lost = 'SELECT id, label, changed_at FROM orders EXCEPT SELECT id, label, changed_at FROM copy';
  expect(await server.query(lost)).toEqual([]);
  expect(await server.query('SELECT id FROM copy GROUP BY id HAVING count(*) > 1')).toEqual([]);
  // What is deleted in the home stays in the copy: a merge brings rows, and takes none away.
  const [[more]] = (await server.query('SELECT count(*) - (SELECT count(*) FROM orders) FROM copy')) as [
    [string],
  ];
  expect(Number(more)).toBeGreaterThanOrEqual(0);
}, 600_000);
