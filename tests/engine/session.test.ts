import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/core/batch.js';
import type { EngineProgress } from '../../src/core/engine.js';
import { identifier, literal, openEngine, rowsToBatch } from '../../src/engine/index.js';
import { collect, errorOf, relationOf, useEngine } from './support.js';

const held = useEngine();
const endless = 'SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)';

describe('a session', () => {
  it('counts the rows that a statement changed or wrote', async () => {
    const { session, folder } = held;
    expect(await session.run('CREATE TABLE counted (i INTEGER)')).toBe(0);
    expect(await session.run('INSERT INTO counted SELECT * FROM range(12)')).toBe(12);
    expect(await session.run('DELETE FROM counted WHERE i < 5')).toBe(5);
    expect(await session.run(`COPY counted TO ${literal(join(folder, 'counted.parquet'))}`)).toBe(7);
  });

  it('gives rows as text, with null as null', async () => {
    const rows = await held.session.rows(
      "SELECT 1, NULL, '', 'x', DATE '2024-02-29', [1, NULL] UNION ALL SELECT 2, 3, 'a', 'y', NULL, []",
    );
    expect(rows).toEqual([
      ['1', null, '', 'x', '2024-02-29', '[1, NULL]'],
      ['2', '3', 'a', 'y', null, '[]'],
    ]);
  });

  it('gives all rows of a query of more than one chunk, in order', async () => {
    const rows = await held.session.rows('SELECT i FROM range(5000) t(i)');
    expect(rows.map(([i]) => Number(i))).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  });

  it('describes columns', async () => {
    expect(
      await held.session.describe(
        "SELECT 1::DECIMAL(9,2) AS price, {'a': [1]} AS \"né 'sted\", '{}'::JSON AS j",
      ),
    ).toEqual([
      { name: 'price', type: { kind: 'decimal', width: 9, scale: 2 }, nullable: true },
      {
        name: "né 'sted",
        type: {
          kind: 'struct',
          fields: [{ name: 'a', type: { kind: 'list', element: { kind: 'integer' } } }],
        },
        nullable: true,
      },
      { name: 'j', type: { kind: 'json' }, nullable: true },
    ]);
  });

  it('runs its statements one after the other', async () => {
    const { session } = held;
    const results = await Promise.all([
      session.run('CREATE TABLE turns (i INTEGER)'),
      session.run('INSERT INTO turns VALUES (1), (2)'),
      session.rows('SELECT count(*) FROM turns'),
      session.run('DELETE FROM turns'),
      session.rows('SELECT count(*) FROM turns'),
    ]);
    expect(results).toEqual([0, 2, [['2']], 2, [['0']]]);
  });

  it('runs a statement beside the others where it is asked to', async () => {
    const { session } = held;
    const stop = new AbortController();
    const long = session.run(endless, { signal: stop.signal });
    const ended = errorOf(() => long);
    await session.run('CREATE TABLE beside AS SELECT 1 AS i', { beside: true }).finally(() => stop.abort());
    expect((await ended).code).toBe('INTERRUPTED');
    expect(await session.rows('SELECT count(*) FROM beside')).toEqual([['1']]);
  });

  it('goes on after a statement that failed', async () => {
    const error = await errorOf(() => held.session.run('SELECT nowhere FROM range(3)'));
    expect(error.code).toBe('ENGINE_FAILED');
    expect(error.message).toBe(
      'numbers: the engine stopped: Referenced column "nowhere" not found in FROM clause!',
    );
    expect(await held.session.rows('SELECT 1')).toEqual([['1']]);
  });

  it('stops a statement when its signal is aborted, and goes on with the next', async () => {
    const stop = new AbortController();
    const seen: EngineProgress[] = [];
    const onProgress = (progress: EngineProgress): void => {
      seen.push(progress);
      stop.abort();
    };
    const error = await errorOf(() => held.session.run(endless, { signal: stop.signal, onProgress }));
    expect([error.code, error.kind]).toEqual(['INTERRUPTED', 'interrupt']);
    expect(seen.length).toBeGreaterThan(0);
    expect(await held.session.rows('SELECT 1')).toEqual([['1']]);
  });

  it('does not start what was aborted before', async () => {
    const signal = AbortSignal.abort();
    const error = await errorOf(() => held.session.run('CREATE TABLE never (i INTEGER)', { signal }));
    expect(error.code).toBe('INTERRUPTED');
    expect(await held.session.rows("SELECT * FROM duckdb_tables() WHERE table_name = 'never'")).toEqual([]);
  });

  it('stops what is running when it is closed, and takes nothing after that', async () => {
    const session = await held.engine.session({ name: 'brief' });
    const error = await errorOf(() => session.run(endless, { onProgress: () => void session.close() }));
    expect(error.code).toBe('INTERRUPTED');
    expect((await errorOf(() => session.run('SELECT 1'))).code).toBe('INTERRUPTED');
    await session.close();
  });

  it('says that the memory limit was not enough', async () => {
    const small = await openEngine({ memoryLimit: 60_000_000, threads: 2 });
    const session = await small.session({ name: 'flights' });
    const sql = "SELECT list(i::VARCHAR || repeat('a', 40)) AS l FROM range(3000000) t(i)";
    const error = await errorOf(() => session.run(`CREATE TABLE large AS ${sql}`));
    expect([error.code, error.facts.limit, error.retryable]).toEqual(['OUT_OF_MEMORY', '57.2 MiB', false]);
    const relation = await relationOf(session, sql);
    expect((await errorOf(() => collect(session.batches(relation)))).code).toBe('OUT_OF_MEMORY');
    await small.close();
  });
});

describe('batches', () => {
  const range = (rows: number): string => `SELECT i, 'row ' || i AS text FROM range(${rows}) t(i)`;

  it('hold at most so many rows, all of them, in order', async () => {
    const relation = await relationOf(held.session, range(25_001));
    for (const [rowsPerBatch, sizes] of [
      [undefined, [10_000, 10_000, 5001]],
      [7000, [7000, 7000, 7000, 4001]],
      [25_001, [25_001]],
    ] as const) {
      const batches = await collect(
        held.session.batches(relation, rowsPerBatch === undefined ? {} : { rowsPerBatch }),
      );
      expect(batches.map((batch) => batch.rows)).toEqual(sizes);
      const numbers = batches.flatMap((batch) => batch.columns[0] ?? []);
      expect(numbers).toEqual(Array.from({ length: 25_001 }, (_, i) => BigInt(i)));
      expect(batches.flatMap((batch) => batch.columns[1] ?? [])[24_999]).toBe('row 24999');
    }
  });

  it('are handed over early where their values are long', async () => {
    const relation = await relationOf(
      held.session,
      "SELECT repeat('x', 10000) AS text FROM range(6000) t(i)",
    );
    const sizes: number[] = [];
    for await (const batch of held.session.batches(relation)) {
      expect(batch.bytes).toBeGreaterThan(batch.rows * 10_000);
      sizes.push(batch.rows);
    }
    expect(sizes).toEqual([2048, 2048, 1904]);
  });

  it('are none where there are no rows', async () => {
    const relation = await relationOf(held.session, 'SELECT 1 AS a, NULL::VARCHAR AS b WHERE false');
    expect(await collect(held.session.batches(relation))).toEqual([]);
  });

  it('never end in silence when the statement fails in the middle', async () => {
    const sql =
      "SELECT CASE WHEN i = 390000 THEN error('no such luck') ELSE i::VARCHAR END AS a FROM range(400000) t(i)";
    const relation = await relationOf(held.session, sql);
    let rows = 0;
    const error = await errorOf(async () => {
      for await (const batch of held.session.batches(relation)) rows += batch.rows;
    });
    expect(rows).toBeGreaterThan(0);
    expect(error.message).toBe('numbers: the engine stopped: no such luck');
  });

  it('stop when the signal is aborted in their middle', async () => {
    const stop = new AbortController();
    const relation = await relationOf(held.session, range(5_000_000));
    let rows = 0;
    const error = await errorOf(async () => {
      for await (const batch of held.session.batches(relation, { signal: stop.signal })) {
        rows += batch.rows;
        if (rows >= 50_000) stop.abort();
      }
    });
    expect([error.code, rows]).toEqual(['INTERRUPTED', 50_000]);
  });

  it('stop while the engine works on the first one', async () => {
    const relation = await relationOf(held.session, `${endless} GROUP BY a.i % 7`);
    const error = await errorOf(() =>
      collect(held.session.batches(relation, { signal: AbortSignal.timeout(100) })),
    );
    expect(error.code).toBe('INTERRUPTED');
  });

  it('may be left before their end', async () => {
    const relation = await relationOf(held.session, range(5_000_000));
    let first: Batch | null = null;
    for await (const batch of held.session.batches(relation)) {
      first = batch;
      break;
    }
    expect(first?.rows).toBe(10_000);
    expect(await held.session.rows('SELECT 1')).toEqual([['1']]);
  });

  it('do not hinder the other statements of their session, nor those them', async () => {
    const relation = await relationOf(held.session, range(100_000));
    const table = await held.session.table(relation.schema);
    for await (const batch of held.session.batches(relation)) {
      await table.append(batch);
      expect(await held.session.rows('SELECT 42')).toEqual([['42']]);
    }
    const copy = await table.relation();
    expect(await held.session.rows(`SELECT count(*), sum(i), max(text) FROM (${copy.sql})`)).toEqual([
      ['100000', '4999950000', 'row 99999'],
    ]);
  });

  it('tell their progress', async () => {
    const relation = await relationOf(held.session, range(1_000_000));
    const seen: EngineProgress[] = [];
    let rows = 0;
    const onProgress = (progress: EngineProgress): void => void seen.push(progress);
    for await (const batch of held.session.batches(relation, { onProgress })) rows += batch.rows;
    expect(rows).toBe(1_000_000);
    const told = seen.map((progress) => progress.rows);
    expect(told.length).toBeGreaterThan(0);
    expect(told).toEqual([...told].sort((a, b) => a - b));
  });

  it('refuse a relation whose columns are of other types than it says', async () => {
    const relation = {
      sql: 'SELECT 1 AS a',
      schema: [{ name: 'a', type: { kind: 'bigint' as const }, nullable: true }],
    };
    const error = await errorOf(() => collect(held.session.batches(relation)));
    expect(error.message).toContain('column "a" is INTEGER, and not BIGINT as was planned');
  });
});

describe('a table', () => {
  const schema = [{ name: 'a', type: { kind: 'integer' as const }, nullable: true }];
  const batch = (from: number, rows: number): Batch =>
    rowsToBatch(
      Array.from({ length: rows }, (_, i) => ({ a: from + i })),
      schema,
    );

  it('keeps the order of its rows, and can be emptied and filled again', async () => {
    const table = await held.session.table(schema);
    await table.append(batch(0, 5000));
    await table.append(batch(5000, 5001));
    expect(table.rows).toBe(10_001);
    const { sql } = await table.relation();
    expect((await held.session.rows(sql)).map(([a]) => Number(a))).toEqual(
      Array.from({ length: 10_001 }, (_, i) => i),
    );
    await table.clear();
    expect(table.rows).toBe(0);
    expect(await held.session.rows((await table.relation()).sql)).toEqual([]);
    await table.append(batch(7, 1));
    expect(await held.session.rows((await table.relation()).sql)).toEqual([['7']]);
    await table.drop();
    await table.drop();
  });

  it('says which row a value that does not fit is in, counted from the first batch on', async () => {
    const table = await held.session.table(schema);
    await table.append(batch(0, 3000));
    await table.clear();
    await table.append(batch(0, 10));
    const error = await errorOf(() =>
      table.append({ schema, rows: 3, columns: [[1, 2, 2 ** 31]], bytes: 0 }),
    );
    expect([error.code, error.message]).toEqual([
      'VALUE_UNFIT',
      'numbers: column "a", row 3013: 2147483648 does not fit the type INTEGER',
    ]);
    expect(table.rows).toBe(10);
  });

  it('takes 2,000 columns of every name, and gives them back', async () => {
    const odd = ['"', "'", '🦆 duck', 'שלום', 'a b\nc', '%', ';--', 'SELECT', '__proto__', 'é', '你好'];
    const names = Array.from({ length: 2000 }, (_, i) => `${odd[i % odd.length]}${i < odd.length ? '' : i}`);
    const select = names.map((name, i) => `i + ${i} AS ${identifier(name)}`).join(', ');
    const relation = await relationOf(held.session, `SELECT ${select} FROM range(3) t(i)`);
    expect(relation.schema.map((column) => column.name)).toEqual(names);
    const table = await held.session.table(relation.schema);
    for (const part of await collect(held.session.batches(relation))) await table.append(part);
    const copy = await table.relation();
    const path = literal(join(held.folder, 'wide.parquet'));
    expect(await held.session.run(`COPY (${copy.sql}) TO ${path}`)).toBe(3);
    expect((await held.session.describe(`SELECT * FROM read_parquet(${path})`)).map((c) => c.name)).toEqual(
      names,
    );
    expect(
      await held.session.rows(`SELECT * FROM read_parquet(${path}) EXCEPT ALL (${relation.sql})`),
    ).toEqual([]);
  });

  it('refuses no columns, and a batch of another shape', async () => {
    expect((await errorOf(() => held.session.table([]))).code).toBe('NO_COLUMNS');
    const table = await held.session.table(schema);
    const bad = { schema, rows: 2, columns: [[1]], bytes: 0 };
    expect((await errorOf(() => table.append(bad))).code).toBe('INTERNAL');
  });
});
