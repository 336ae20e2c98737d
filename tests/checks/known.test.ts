import { describe, expect, it } from 'vitest';
import { parseContract } from '../../src/config/index.js';
import { openEngine } from '../../src/engine/index.js';
import { answered } from '../../src/flow/checks/answered.js';
import { compile } from '../../src/flow/checks/compile.js';
import { differentValues } from '../../src/flow/checks/different.js';
import { knownValues } from '../../src/formats/parquet/index.js';
import {
  type CheckResult,
  type ContractInput,
  type EngineSession,
  Flow,
  fail,
  type Schema,
} from '../../src/index.js';
import { columnNames, logicalSchema, readFooter } from '../../src/parquet/index.js';
import { readFile, useWorkplace } from '../integration/workplace.js';

const work = useWorkplace();

async function check(
  home: string,
  contract: ContractInput,
  route: 'splice' | 'engine',
  files = 1_000_000,
): Promise<readonly CheckResult[]> {
  const store = { type: 'parquet', path: work.at(`${route}-${files}`), batch_size: files } as const;
  const result = await new Flow({ name: 'rows', home, store, contract }).start({ route });
  expect(result.route).toBe(route);
  return result.checks ?? [];
}

/** Columns as they are in good data, of all types whose values a contract can bound; from a seed. */
function rows(seed: number): string {
  const any = (salt: number, of: number): string => `(hash(i, ${seed}, ${salt}) % ${of})::BIGINT`;
  const maybe = (salt: number, value: string): string =>
    `CASE WHEN ${any(salt, 5)} = 0 THEN NULL ELSE ${value} END`;
  return `SELECT i AS id, (${any(1, 9)} - 4)::TINYINT AS tiny, ${any(2, 1e6)} - 500000 AS big,
    (18446744073709551615::UBIGINT - ${any(3, 5)}::UBIGINT) AS huge, ${maybe(4, `${any(5, 7)}::INTEGER`)} AS few,
    (${any(6, 20000)} / 100)::DECIMAL(12, 3) - 50.005 AS price, ${any(7, 1000)} / 7.0::DOUBLE AS f,
    CASE WHEN ${any(8, 50)} = 0 THEN 'nan' ELSE ${any(9, 90)} / 8 END::FLOAT AS odd,
    'k' || ${any(10, 90)} AS t, 'żółw' AS same, NULL::DATE AS none, DATE '2024-02-01' + ${any(11, 60)}::INTEGER AS day,
    TIMESTAMP '1969-12-31 23:59:59.999999' + INTERVAL (${any(12, 90000)}) MINUTE AS moment,
    ${maybe(13, `TIMESTAMPTZ '2024-03-31 00:30:00+01' + INTERVAL (${any(14, 9000)}) SECOND`)} AS zoned
  FROM range(9000) AS r(i)`;
}

const bounded = ['tiny', 'big', 'huge', 'few', 'price', 'f', 'odd', 't', 'same', 'day', 'moment', 'zoned'];

describe('what files say of their columns', () => {
  it.each([
    ['splice', 1],
    ['splice', 2],
    ['engine', 3],
    ['engine', 4],
  ] as const)('answers as all values do, on the %s route, with seed %i', async (route, seed) => {
    const path = await work.parquet('rows.parquet', rows(seed), ', ROW_GROUP_SIZE 2048');
    const given = `(${readFile(path)})`;
    const only = (name: string): string => (name === 'odd' ? 'FILTER (WHERE NOT isnan(odd))' : '');
    const ends = bounded.map((name) => `min(${name})::VARCHAR, max(${name}) ${only(name)}::VARCHAR`);
    const [found = []] = await work.witness.rows(`SELECT ${ends.join(', ')} FROM ${given}`);
    const asked: { rule: object; column: string; sql: string }[] = [];
    for (const [i, column] of bounded.entries()) {
      const [least = '', greatest = ''] = found.slice(2 * i, 2 * i + 2).map(String);
      const nan = column === 'odd' ? ` OR isnan(${column})` : '';
      // At the very ends every value keeps the rules; at the other end all but some break them.
      for (const end of [least, greatest]) {
        const typed = `(SELECT any_value(${column}) FROM ${given} WHERE ${column}::VARCHAR = '${end}')`;
        asked.push({ rule: { min: end }, column, sql: `${column} < ${typed}${nan}` });
        asked.push({ rule: { max: end }, column, sql: `(${column} > ${typed})${nan}` });
      }
      asked.push({ rule: { nullable: false }, column, sql: `${column} IS NULL` });
    }
    for (const [column, values] of [
      ['tiny', [-4, -3, -2, -1, 0, 1, 2, 3, 4]],
      ['tiny', [-4, -3, -2, -1, 1, 2, 3, 4]],
      ['few', [0, 1, 2, 3, 4, 5, 6, 7, 8]],
      ['few', [0, 1, 2, 3, 4, 5]],
      ['same', ['żółw']],
      ['same', ['owl']],
    ] as const) {
      const list = values.map((value) => (typeof value === 'number' ? value : `'${value}'`));
      asked.push({ rule: { in: values }, column, sql: `${column} NOT IN (${list.join(', ')})` });
    }
    asked.push({ rule: { pattern: 'ż.*' }, column: 'same', sql: 'false' });
    asked.push({ rule: { length: 5 }, column: 'same', sql: 'true' });
    asked.push({ rule: { nullable: false }, column: 'none', sql: 'none IS NULL' });
    asked.push({ rule: { min: '2024-01-01' }, column: 'none', sql: 'false' });
    const names = [...new Set(asked.map(({ column }) => column))];
    const inOrder = names.flatMap((name) => asked.filter(({ column }) => column === name));
    const columns = Object.fromEntries(
      names.map((name) => [name, asked.flatMap(({ column, rule }) => (column === name ? [rule] : []))]),
    );
    const counts = inOrder.map(({ sql }) => `(SELECT count(*) FROM ${given} WHERE ${sql})`);
    const [expected = []] = await work.witness.rows(`SELECT ${counts.join(', ')}`);
    const contract: ContractInput = { on_fail: 'warn', columns };
    for (const files of [1_000_000, 4096]) {
      const results = await check(path, contract, route, files);
      expect(results.map(({ name, violations }) => [name, violations])).toEqual(
        results.map(({ name }, i) => [name, Number(expected[i])]),
      );
      expect(results).toHaveLength(inOrder.length);
    }
    expect(expected.filter((count) => count === '0').length).toBeGreaterThan(30);
    expect(expected.filter((count) => count !== '0').length).toBeGreaterThan(20);
  });

  it('leaves little to be read', async () => {
    const path = await work.parquet('rows.parquet', rows(5), ', ROW_GROUP_SIZE 2048');
    const footer = await readFooter(path);
    const schema = logicalSchema(footer) as Schema;
    expect(schema.map(({ name }) => name)).toEqual(columnNames(footer));
    const contract = parseContract({
      columns: {
        tiny: { nullable: false, min: -9, max: 9, in: [-4, -3, -2, -1, 0, 1, 2, 3, 4] },
        big: { min: -1e6, max: 1e6 },
        huge: { min: '18446744073709551000' },
        few: { nullable: false, in: [0, 1, 2, 3, 4, 5, 6] },
        price: { min: -51, max: 200 },
        t: { min: 'k', max: 'l', pattern: 'k[0-9]+' },
        same: { length: 4 },
        day: { min: '2024-01-01', max: '2024-12-31' },
        odd: { nullable: false, max: 100 },
        moment: { max: '1980-01-01' },
        zoned: { min: '2024-03-30 00:00:00+00' },
      },
      checks: ['big > 0'],
    });
    const { compiled } = compile('rows', contract, schema, null, 'x');
    const engine = await openEngine({ memoryLimit: null, threads: 1, tempFolder: work.at('tmp') });
    const session = await engine.session();
    try {
      // There is nothing to read: the rows are nowhere.
      const nowhere = { session, rows: { sql: 'SELECT * FROM nowhere', schema }, options: {} };
      const answers = await answered(compiled.rows, knownValues([footer], schema), nowhere);
      const open = compiled.rows.filter((one) => !answers.has(one)).map(({ check: { name } }) => name);
      expect(open).toEqual(['t matches k[0-9]+', 'odd is not null', 'odd <= 100', 'big > 0']);
      const broken = compiled.rows.flatMap((one) => (answers.get(one) === 0 ? [] : [answers.get(one)]));
      const nulls = await work.witness.rows(`SELECT count(*) FROM (${readFile(path)}) WHERE few IS NULL`);
      expect(broken.filter((count) => count !== undefined)).toEqual(nulls[0]?.map(Number));
      expect(answers.size).toBe(compiled.rows.length - open.length);
    } finally {
      await session.close();
      await engine.close();
    }
  });
});

describe('values that may not come twice', () => {
  const whole = (type: string, least: string, greatest: string): (readonly [string, string])[] => [
    [`${type} at both ends`, `SELECT unnest([${least}, ${greatest}, ${least}])::${type} AS v`],
    [`${type} in a row`, `SELECT (${least} + i::${type})::${type} AS v FROM range(100) AS r(i)`],
    [`${type} that end with two`, `SELECT unnest([1, 2, 3, 5, 5])::${type} AS v`],
  ];
  it.each<readonly [string, string]>([
    ['rising', 'SELECT i * 3 AS v FROM range(5000) AS r(i)'],
    ['rising, but for one', 'SELECT CASE WHEN i = 4000 THEN 3999 ELSE i END AS v FROM range(5000) AS r(i)'],
    ['falling', 'SELECT -i AS v FROM range(5000) AS r(i)'],
    ['rising twice', 'SELECT i % 2500 AS v FROM range(5000) AS r(i)'],
    ['rising twice, and apart', 'SELECT (i % 2500) * 2 + i // 2500 AS v FROM range(5000) AS r(i)'],
    ['mixed', 'SELECT (i * 7919) % 5003 AS v FROM range(5000) AS r(i)'],
    [
      'mixed, but for one',
      'SELECT CASE WHEN i = 7 THEN 7919 ELSE (i * 7919) % 5003 END AS v FROM range(5000) AS r(i)',
    ],
    ['far apart', 'SELECT hash(i)::UBIGINT AS v FROM range(5000) AS r(i)'],
    ['far apart, with one twice', 'SELECT hash(i % 4999)::UBIGINT AS v FROM range(5000) AS r(i)'],
    ['with NULL between two', 'SELECT unnest([1, 2, NULL, 2, NULL])::BIGINT AS v'],
    ['with NULL alone', 'SELECT NULL::BIGINT AS v FROM range(3)'],
    ['without rows', 'SELECT 1 AS v WHERE false'],
    ['texts that rise', "SELECT printf('%05d', i) AS v FROM range(5000) AS r(i)"],
    ['texts that do not', 'SELECT md5((i % 4990)::VARCHAR) AS v FROM range(5000) AS r(i)'],
    ['both zeros', 'SELECT unnest([-1.5, -0.0::DOUBLE, 0.0::DOUBLE, 2.5]) AS v'],
    ['not a number, twice', "SELECT unnest(['1.5', 'inf', 'nan', 'nan'])::DOUBLE AS v"],
    ['times', "SELECT TIMESTAMP '2024-01-01' + INTERVAL (i // 2) SECOND AS v FROM range(5000) AS r(i)"],
    ['lists', 'SELECT [i % 4998] AS v FROM range(5000) AS r(i)'],
    ...whole('TINYINT', '-128', '127').filter(([name]) => !name.endsWith('row')),
    ...whole('INTEGER', '-2147483648', '2147483647'),
    ...whole('BIGINT', '-9223372036854775808', '9223372036854775807'),
    ...whole('UBIGINT', '0', '18446744073709551615'),
    ...whole('UINTEGER', '0', '4294967295'),
  ])('are found by themselves: %s', async (_, select) => {
    const path = await work.parquet('rows.parquet', select, ', ROW_GROUP_SIZE 2048');
    const contract: ContractInput = {
      on_fail: 'warn',
      columns: { v: { unique: true } },
      checks: [{ uniqueness: { columns: 'v', at_least: 1 } }],
    };
    const [unique, uniqueness] = await check(path, contract, 'splice', 2048);
    const [[broken, some, different] = []] = await work.witness.rows(
      `WITH groups AS (SELECT count(*) AS n FROM (${readFile(path)}) WHERE v IS NOT NULL GROUP BY v)
       SELECT coalesce(sum(n) FILTER (WHERE n > 1), 0), coalesce(sum(n), 0), count(*) FROM groups`,
    );
    expect(unique?.violations).toBe(Number(broken));
    const number = (text: unknown): string => Number(text).toLocaleString('en-US');
    expect(uniqueness?.found).toMatch(`${number(different)} different of ${number(some)} values`);
  });

  it.each([
    ['rising', 'i // 10 AS a, i % 10 AS b', 0],
    ['rising, with one twice', 'i // 10 AS a, CASE WHEN i = 47 THEN 6 ELSE i % 10 END AS b', 2],
    ['mixed', 'i % 10 AS a, i // 10 AS b', 0],
    ['mixed, with one twice', 'i % 10 AS a, (CASE WHEN i = 90 THEN 10 ELSE i END) // 10 AS b', 2],
    ['with NULL', 'i % 10 AS a, CASE WHEN i % 2 = 0 THEN NULL ELSE 1 END AS b', 50],
  ])('are found together: %s', async (_, select, broken) => {
    const path = await work.parquet('rows.parquet', `SELECT ${select} FROM range(100) AS r(i)`);
    const contract: ContractInput = { on_fail: 'warn', checks: [{ unique: ['a', 'b'] }] };
    const [unique] = await check(path, contract, 'engine');
    expect(unique?.violations).toBe(broken);
  });

  it('are found where a set of bits has no room too', async () => {
    const select = 'SELECT (i * 7919) % 5003 AS v FROM range(5000) AS r(i)';
    const path = await work.parquet('rows.parquet', select);
    const schema: Schema = [{ name: 'v', type: { kind: 'bigint' }, nullable: true }];
    const engine = await openEngine({ memoryLimit: null, threads: 1, tempFolder: work.at('tmp') });
    const session = await engine.session();
    const refused: string[] = [];
    const narrow: EngineSession = Object.assign(Object.create(session) as EngineSession, {
      rows: async (sql: string) => {
        if (!sql.includes('bitstring_agg')) return session.rows(sql);
        refused.push(sql);
        throw fail('OUT_OF_MEMORY', { name: 'rows', limit: '1 MB', reason: 'there is no room' });
      },
    });
    try {
      const rows = { session: narrow, rows: { sql: readFile(path), schema }, options: {} };
      expect(await differentValues(['v'], rows)).toEqual({ some: 5000, different: 5000 });
      expect(refused).toHaveLength(1);
    } finally {
      await session.close();
      await engine.close();
    }
  });
});
