import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TypeKind } from '../../src/core/types.js';
import type { HomeInput, StoreInput } from '../../src/flow/index.js';
import { Flow } from '../../src/index.js';
import { allKinds, kindTable } from '../../src/testing/kinds.js';
import { assertSameTable, pick } from '../../src/testing/text-table.js';
import { password, startServer, type TestServer } from '../postgres/support/server.js';
import { type Format, formatsOf } from './matrix/formats.js';
import { openWitness, type Witness } from './witness.js';

let server: TestServer;
let witness: Witness;
const folder = await mkdtemp(join(tmpdir(), 'hygge-matrix-'));
const source = join(folder, 'source.duckdb');
beforeAll(async () => {
  [server, witness] = await Promise.all([startServer({ fsync: 'off' }), openWitness()]);
  await witness.run(`ATTACH '${source}' AS made (STORAGE_VERSION 'latest')`);
  await witness.run(`CREATE TABLE made.kinds AS ${kindTable(allKinds)}`);
  await witness.run('DETACH made');
});
afterAll(async () => {
  witness?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

const names = ['parquet', 'csv', 'ndjson', 'duckdb', 'sqlite', 'postgres'] as const;
let places = 0;

/** The columns of both ends and their values that both can hold; every other value is NULL. */
function sharedBy(from: Format, to: Format): { kinds: TypeKind[]; sql: string } {
  const kinds = allKinds.filter((kind) => !from.lacks.includes(kind) && !to.lacks.includes(kind));
  const values = kinds.map((kind) => {
    const conditions = [from, to].flatMap(({ fits }) => fits[kind]?.(kind) ?? []);
    return conditions.length === 0
      ? `"${kind}"`
      : `CASE WHEN ${conditions.join(' AND ')} THEN "${kind}" END AS "${kind}"`;
  });
  return { kinds, sql: `SELECT ${values.join(', ')} FROM kinds` };
}

async function bring(home: HomeInput, store: StoreInput, kinds: readonly TypeKind[]): Promise<void> {
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
  const isComparable = !kinds.some((kind) => kind === 'union' || kind === 'variant');
  const verify = isComparable ? 'fingerprint' : 'counts';
  await new Flow({ name: 'matrix', home, store, connections, verify }).start();
}

/** What is expected of some kinds after they have been in some formats, one after the other. */
async function expected(kinds: readonly TypeKind[], sql: string, through: readonly Format[]) {
  const values = kinds.map((kind) => {
    const value = [...new Set(through)].reduce(
      (inner, { becomes }) => becomes[kind]?.(inner) ?? inner,
      `"${kind}"`,
    );
    return `${value} AS "${kind}"`;
  });
  await witness.run(`ATTACH '${source}' AS made (READ_ONLY)`);
  try {
    const select = `SELECT ${values.join(', ')} FROM (${sql.replace('FROM kinds', 'FROM made.kinds')})`;
    const types = await witness.rows(`SELECT column_name, column_type FROM (DESCRIBE ${select})`);
    const table = await witness.table(select);
    return { table, types: new Map(types.map(([name, type]) => [name ?? '', type ?? ''])) };
  } finally {
    await witness.run('DETACH made');
  }
}

describe.each(names)('values of every kind out of %s', (from) => {
  it.each(names)('into %s are what they were', async (to) => {
    const formats = formatsOf(witness, () => server);
    const [home, store] = [formats[from], formats[to]];
    if (home === undefined || store === undefined) throw new Error('no such format');
    const { kinds, sql } = sharedBy(home, store);
    places += 1;
    const [first, second] = [join(folder, `${places}-first`), join(folder, `${places}-second`)];
    await bring({ type: 'duckdb', path: source, query: sql }, home.store(first), kinds);
    const there = await expected(kinds, sql, [home]);
    assertSameTable(await home.read(first, there.types), there.table, `in ${from}`);
    await bring(home.home(first, kinds), store.store(second), kinds);
    const settled = await expected(kinds, sql, [home, store]);
    const found = await store.read(second, settled.types);
    // What a text file declares comes first.
    expect([...found.columns].sort()).toEqual([...settled.table.columns].sort());
    assertSameTable(pick(found, settled.table.columns), settled.table, `out of ${from}, in ${to}`);
  });
});
