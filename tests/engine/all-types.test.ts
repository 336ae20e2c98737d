import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { literal } from '../../src/engine/index.js';
import { collect, relationOf, useEngine } from './support.js';

const held = useEngine();

/** How many rows of either side the other one lacks. */
async function difference(one: string, other: string): Promise<string> {
  const [row] = await held.session.rows(
    `SELECT (SELECT count(*) FROM (${one} EXCEPT ALL ${other})) + (SELECT count(*) FROM (${other} EXCEPT ALL ${one})),
      (SELECT count(*) FROM (${one})), (SELECT count(*) FROM (${other}))`,
  );
  return `${row?.[0]} differ, ${row?.[1]} and ${row?.[2]} rows`;
}

const names = async (sql: string): Promise<string[]> =>
  (await held.session.describe(sql)).map((column) => column.name);

describe('all types of the engine', () => {
  it('pass through batches, a table and a parquet file unchanged', async () => {
    const { session, folder } = held;
    const source = 'SELECT * FROM test_all_types()';
    const relation = await relationOf(session, source);
    const table = await session.table(relation.schema);
    for (const batch of await collect(session.batches(relation))) await table.append(batch);
    expect(table.rows).toBe(3);

    const copy = await table.relation();
    const types = (sql: string): Promise<unknown> =>
      session.rows(`SELECT column_type FROM (DESCRIBE ${sql})`);
    expect(await types(copy.sql)).toEqual(await types(source));
    for (const name of await names(source)) {
      const column = (sql: string): string => `SELECT "${name}"::VARCHAR, "${name}" FROM (${sql})`;
      expect(`${name}: ${await difference(column(source), column(copy.sql))}`).toBe(
        `${name}: 0 differ, 3 and 3 rows`,
      );
    }

    const direct = join(folder, 'direct.parquet');
    const carried = join(folder, 'carried.parquet');
    expect(await session.run(`COPY (${source}) TO ${literal(direct)}`)).toBe(3);
    expect(await session.run(`COPY (${copy.sql}) TO ${literal(carried)}`)).toBe(3);
    const files = [direct, carried].map((path) => `SELECT * FROM read_parquet(${literal(path)})`);
    expect(await types(files[1] ?? '')).toEqual(await types(files[0] ?? ''));
    expect(await difference(files[0] ?? '', files[1] ?? '')).toBe('0 differ, 3 and 3 rows');
    await table.drop();
  });
});
