import { describe, expect, it } from 'vitest';
import { Flow, Home } from '../../src/index.js';
import { selectHome } from './doubles.js';
import { bothRoutes, everything, settled, useWorkplace } from './workplace.js';

const place = useWorkplace();

describe.each(bothRoutes)('what a parquet file cannot hold whole, by the %s route', (route) => {
  const flow = (sql: string) =>
    new Flow({ name: 'holdable', home: Home.of(selectHome(sql), {}), store: place.at('store') });
  const run = (sql: string) => flow(sql).start({ route });
  const fine = "INTERVAL '1 month 2 days 3 milliseconds'";
  const finer = "INTERVAL '1 microsecond'";

  it.each([
    `SELECT ${finer} AS "the ""x"""`,
    `SELECT [${fine}, ${finer}] AS "the ""x"""`,
    `SELECT [[${fine}], [${finer}]] AS "the ""x"""`,
    `SELECT CAST([${fine}, ${finer}] AS INTERVAL[2]) AS "the ""x"""`,
    `SELECT MAP {'a': ${fine}, 'b': ${finer}} AS "the ""x"""`,
    `SELECT {'a''s "b"': [{'c': ${finer}}]} AS "the ""x"""`,
    `SELECT INTERVAL '-1 day' AS "the ""x"""`,
    `SELECT [${fine}, INTERVAL '1 month -1 second'] AS "the ""x"""`,
    `SELECT INTERVAL '1193 hours 2 minutes 47.296 seconds' AS "the ""x"""`,
    `SELECT TIMETZ '10:00:00+01' AS "the ""x"""`,
    `SELECT TIMETZ '24:00:00+00' AS "the ""x"""`,
    `SELECT {'at': TIMETZ '10:00:00-01'} AS "the ""x"""`,
    `SELECT CASE WHEN i = 9000 THEN ${finer} ELSE ${fine} END AS "the ""x""" FROM range(10000) AS n(i)`,
  ])('is refused, and the column named: %s', async (sql) => {
    await expect(run(sql)).rejects.toThrow('column "the ""x""" has a value that parquet cannot hold');
    expect(everything(place.at('store'))).toEqual([]);
  });

  it.each(['HUGEINT', 'UHUGEINT[]', 'STRUCT(a MAP(VARCHAR, HUGEINT))'])(
    'is refused by its type, and another named: %s',
    async (type) => {
      const error = await run(`SELECT CAST(NULL AS ${type}) AS big`).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'PARQUET_CANNOT_HOLD' });
      expect(String(error)).toContain('"big"');
      expect(everything(place.at('store'))).toEqual([]);
      const plan = flow(`SELECT CAST(NULL AS ${type}) AS big`).plan({ route });
      await expect(plan).rejects.toMatchObject({ code: 'PARQUET_CANNOT_HOLD', facts: { column: 'big' } });
    },
  );

  it('is not what only looks like it', async () => {
    const longest = "INTERVAL '4000 months 90000 days 1193 hours 2 minutes 47.295 seconds'";
    const sql = `SELECT ${fine} AS a, [${fine}, ${longest}, NULL] AS b, TIMETZ '10:00:00+00' AS c, MAP {'k': ${fine}} AS d, {'e': [${fine}], 'f': 1} AS e UNION ALL SELECT NULL, NULL, NULL, NULL, NULL`;
    await run(sql);
    await place.witness.expectSame(settled(place.at('store')), sql);
  });
});
