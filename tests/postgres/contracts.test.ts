import { afterAll, beforeAll, describe, it } from 'vitest';
import { postgresHome } from '../../src/homes/postgres/index.js';
import { postgresStore } from '../../src/stores/postgres/index.js';
import { homeContract, storeContract } from '../../src/testing/index.js';
import { openWitness, type Witness } from '../integration/witness.js';
import { readTable, tableAt } from './support/reader.js';
import { password, startServer, type TestServer } from './support/server.js';

let server: TestServer;
let witness: Witness;
const connections = {
  db: {
    type: 'postgres',
    host: '127.0.0.1',
    user: 'hygge_test',
    password,
    database: 'postgres',
    get port(): number {
      return server.port;
    },
  },
};

beforeAll(async () => {
  [server, witness] = await Promise.all([startServer({ fsync: 'off' }), openWitness()]);
  await server.query(
    "CREATE TABLE numbers AS SELECT i AS id, 'row ' || i AS label, i * 1.5 AS price, i % 3 = 0 AS flag FROM generate_series(1, 2500) AS i",
  );
});
afterAll(async () => {
  witness?.close();
  await server?.close();
});

describe('the postgres home', () => {
  const options = { definition: postgresHome, rows: 2_500, connections };
  describe('a table', () => {
    for (const { name, run } of homeContract({ ...options, config: { connection: 'db', table: 'numbers' } }))
      it(name, run);
  });
  describe('a query', () => {
    const query = 'SELECT id, label FROM numbers WHERE true -- all of them';
    for (const { name, run } of homeContract({ ...options, config: { connection: 'db', query } }))
      it(name, run);
  });
});

describe('the postgres store', () => {
  for (const { name, run } of storeContract({
    definition: postgresStore,
    config: (place) => ({ connection: 'db', table: tableAt(place) }),
    read: (place) => readTable(server, witness, tableAt(place)),
    connections,
    refuses: ['varchar', 'time_ns', 'timestamp_ns'],
    changes: ['geometry', 'variant', 'struct', 'map', 'union'],
  }))
    it(name, run);
});
