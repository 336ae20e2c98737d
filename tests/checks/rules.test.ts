import { describe, expect, it } from 'vitest';
import { type CheckResult, type ContractInput, Flow, type Route } from '../../src/index.js';
import { readFile, useWorkplace } from '../integration/workplace.js';

const work = useWorkplace();

/** Rows of every kind of trouble, from a seed: NULL, NaN, infinity, -0, empty and unicode texts, doubles and keys. */
function rows(seed: number, count = 400): string {
  const any = (salt: number, of: number): string => `(hash(i, ${seed}, ${salt}) % ${of})`;
  return `SELECT i AS id,
    CASE WHEN ${any(1, 9)} = 0 THEN NULL ELSE ${any(1, 300)}::BIGINT - 50 END AS n,
    CASE WHEN ${any(2, 7)} = 0 THEN NULL ELSE (${any(3, 20000)} / 100 - 50)::DECIMAL(12, 3) + 0.005 END AS price,
    CASE ${any(4, 8)} WHEN 0 THEN NULL WHEN 1 THEN 'NaN'::DOUBLE WHEN 2 THEN 'inf'::DOUBLE WHEN 3 THEN '-inf'::DOUBLE
      WHEN 4 THEN -0.0::DOUBLE ELSE ${any(5, 1000)} / 7.0::DOUBLE END AS f,
    CASE ${any(6, 9)} WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'ÅÉ' WHEN 3 THEN '👩‍👩‍👧' WHEN 4 THEN 'a''b'
      WHEN 5 THEN 'X1' WHEN 6 THEN 'abc' ELSE 'k' || ${any(7, 30)} END AS t,
    CASE WHEN ${any(8, 6)} = 0 THEN NULL ELSE '2024-03-31 00:30:00+01'::TIMESTAMPTZ + INTERVAL (${any(9, 10000)}) MINUTE END AS moment,
    CASE WHEN ${any(10, 6)} = 0 THEN NULL ELSE DATE '2024-01-01' + ${any(11, 90)}::INTEGER END AS day,
    CASE WHEN ${any(12, 5)} = 0 THEN NULL ELSE ${any(13, 2)} = 0 END AS flag,
    CASE WHEN ${any(14, 5)} = 0 THEN NULL ELSE [1, NULL, 3][1:${any(15, 4)}::INTEGER] END AS list
  FROM range(${count}) AS r(i)`;
}

/** Every rule of rows as a contract has it, and what a person would ask a database for the rows that break it. */
const rules: readonly (readonly [contract: ContractInput, sql: string])[] = [
  [{ columns: { n: { nullable: false } } }, 'n IS NULL'],
  [{ columns: { n: { min: 0 } } }, 'n < 0'],
  [{ columns: { n: { max: 99.5 } } }, 'n > 99.5'],
  [{ columns: { price: { min: '-10.001' } } }, 'price < -10.001'],
  [{ columns: { price: { max: 100.005 } } }, 'price > 100.005'],
  [{ columns: { f: { min: 0 } } }, "f < 0 OR f = 'NaN'::DOUBLE"],
  [{ columns: { f: { max: 50 } } }, "(f > 50 AND f <> 'NaN'::DOUBLE) OR f = 'NaN'::DOUBLE"],
  [
    { columns: { t: { pattern: '[a-z0-9]*' } } },
    "t IS NOT NULL AND regexp_replace(t, '^[a-z0-9]*$', '') <> ''",
  ],
  [
    { columns: { t: { in: ['', 'ÅÉ', '👩‍👩‍👧', "a'b"] } } },
    "t <> '' AND t <> 'ÅÉ' AND t <> '👩‍👩‍👧' AND t <> 'a''b'",
  ],
  [{ columns: { t: { length: { min: 1, max: 2 } } } }, 'length(t) NOT BETWEEN 1 AND 2'],
  [{ columns: { t: { min: 'X' } } }, "t < 'X'"],
  [
    { columns: { moment: { min: '2024-04-01 00:00:00+02' } } },
    "moment < '2024-03-31 22:00:00+00'::TIMESTAMPTZ",
  ],
  [{ columns: { day: { max: '2024-02-29' } } }, "day > DATE '2024-02-29'"],
  [{ columns: { flag: { in: [true] } } }, 'NOT flag'],
  [{ columns: { list: { length: { max: 1 } } } }, 'len(list) > 1'],
  [{ columns: { n: { unique: true } } }, 'n IN (SELECT n FROM given GROUP BY n HAVING count(*) > 1)'],
  [
    { columns: { f: { unique: true } } },
    'f IS NOT NULL AND 1 < (SELECT count(*) FROM given AS o WHERE o.f = given.f)',
  ],
  [
    { checks: [{ unique: ['t', 'flag'] }] },
    't IS NOT NULL AND flag IS NOT NULL AND 1 < (SELECT count(*) FROM given AS o WHERE o.t = given.t AND o.flag = given.flag)',
  ],
  [{ checks: ['n > 0 AND price < 100 -- a remark'] }, 'NOT (n > 0 AND price < 100)'],
  [{ checks: [{ expression: "t NOT LIKE '%)%'", name: 'no brackets' }] }, "t LIKE '%)%'"],
];

/** All of the rules above, as one contract. */
const everything: ContractInput = {
  key: 'id',
  on_fail: 'warn',
  columns: Object.fromEntries(
    ['n', 'price', 'f', 't', 'moment', 'day', 'flag', 'list'].map((name) => [
      name,
      rules.flatMap(([{ columns }]) => {
        const own = columns?.[name];
        return own == null || Array.isArray(own) ? [] : [own];
      }),
    ]),
  ),
  checks: rules.flatMap(([{ checks }]) => checks ?? []),
};
/** In the order of the contract: column by column, then those of several columns. */
const wanted = [
  ...Object.keys(everything.columns ?? {}).flatMap((name) =>
    rules.filter(([{ columns }]) => columns?.[name] !== undefined),
  ),
  ...rules.filter(([{ checks }]) => checks !== undefined),
].map(([, sql]) => sql);

async function check(home: string, contract: ContractInput, route?: Route): Promise<readonly CheckResult[]> {
  const flow = new Flow({ name: 'rows', home, store: work.at('store', route ?? 'chosen'), contract });
  const result = await flow.start(route === undefined ? {} : { route });
  if (route !== undefined) expect(result.route).toBe(route);
  return result.checks ?? [];
}

describe('rules of rows', () => {
  it.each([
    ['splice', 7],
    ['engine', 8],
    ['batches', 9],
  ] as const)('count on the %s route what SQL counts, with seed %i', async (route, seed) => {
    const path = await work.parquet('rows.parquet', rows(seed), ', ROW_GROUP_SIZE 2048');
    const found = await check(path, everything, route);
    const counts = wanted.map((sql) => `(SELECT count(*) FROM given WHERE ${sql})`).join(', ');
    const [expected = []] = await work.witness.rows(`WITH given AS (${readFile(path)}) SELECT ${counts}`);
    expect(found.map(({ name, violations }) => [name, violations])).toEqual(
      found.map(({ name }, i) => [name, Number(expected[i])]),
    );
    expect(found).toHaveLength(wanted.length);
    // Data of every kind of trouble breaks nearly every rule.
    expect(found.filter(({ violations }) => violations === 0).length).toBeLessThanOrEqual(1);
  });

  it('show the rows that break them, with their key, 20 at most', async () => {
    const path = await work.parquet('rows.parquet', rows(3));
    const found = await check(path, { key: ['id'], on_fail: 'warn', columns: { n: { min: 0 } } });
    const sample = found[0]?.sample;
    expect(sample?.columns).toEqual(['id', 'n']);
    expect(sample?.rows).toHaveLength(20);
    const bad = await work.witness.rows(
      `SELECT id, n FROM (${readFile(path)}) WHERE n < 0 ORDER BY id LIMIT 20`,
    );
    expect(sample?.rows).toEqual(bad);
  });

  it('are kept by rows where the answer is not known, as in SQL', async () => {
    const path = await work.parquet('rows.parquet', 'SELECT NULL::INTEGER AS n, NULL::VARCHAR AS t');
    const contract = {
      columns: { n: { min: 0, max: 0, in: [1], unique: true }, t: { pattern: 'x', length: 3 } },
      checks: ['n > 5'],
    };
    expect((await check(path, contract)).map(({ status }) => status)).toEqual(Array(7).fill('passed'));
  });
});

describe('rules of the whole', () => {
  const status = async (path: string, checks: ContractInput['checks']): Promise<unknown[]> =>
    (await check(path, { on_fail: 'warn', checks })).map((one) => [one.status, one.found]);

  it('count rows, values and different values', async () => {
    const path = await work.parquet(
      'rows.parquet',
      'SELECT i, CASE WHEN i % 4 = 0 THEN NULL ELSE i % 3 END AS some FROM range(100) AS r(i)',
    );
    expect(
      await status(path, [
        { min_rows: 100 },
        { min_rows: 101 },
        { max_rows: 100 },
        { max_rows: 99 },
        { completeness: { column: 'some', at_least: '75%' } },
        { completeness: { column: 'some', at_least: 0.751 } },
        { uniqueness: { columns: 'some', at_least: '4%' } },
        { uniqueness: { columns: ['some', 'i'], at_least: 1 } },
        { uniqueness: { columns: 'some', at_least: '4.01%' } },
      ]),
    ).toEqual([
      ['passed', '100 rows'],
      ['warned', '100 rows'],
      ['passed', '100 rows'],
      ['warned', '100 rows'],
      ['passed', '75 % of 100 rows'],
      ['warned', '75 % of 100 rows'],
      ['passed', '3 different of 75 values (4 %)'],
      ['passed', '75 different of 75 values (100 %)'],
      ['warned', '3 different of 75 values (4 %)'],
    ]);
  });

  it('know how old the latest value is, of dates and timestamps with and without a zone', async () => {
    const ago = "now() - INTERVAL '3 hours'";
    const path = await work.parquet(
      'rows.parquet',
      `SELECT ${ago} AS zoned, (${ago})::TIMESTAMP AS plain, (now() - INTERVAL '3 days')::DATE AS day, NULL::DATE AS none
       UNION ALL SELECT 'infinity'::TIMESTAMPTZ, 'infinity'::TIMESTAMP, 'infinity'::DATE, NULL`,
    );
    const fresh = (column: string, max_age: string) => ({ freshness: { column, max_age } });
    const found = await status(path, [
      fresh('zoned', '4h'),
      fresh('zoned', '2h'),
      fresh('plain', '4h'),
      fresh('plain', '170m'),
      fresh('day', '5 days'),
      fresh('day', '2d'),
      fresh('none', '2d'),
    ]);
    expect(found.map((one) => (one as string[])[0])).toEqual([
      'passed',
      'warned',
      'passed',
      'warned',
      'passed',
      'warned',
      'warned',
    ]);
    expect(found[6]).toEqual(['warned', 'there is no value']);
  });

  it('ask for types as the engine spells them', async () => {
    const path = await work.parquet('rows.parquet', 'SELECT 1::BIGINT AS i, 1.5::DECIMAL(10,2) AS d');
    const contract = {
      on_fail: 'warn',
      columns: {
        i: [{ type: 'int8' }, { type: 'INTEGER' }],
        d: [{ type: 'numeric(10,2)' }, { type: 'DECIMAL(11,2)' }],
      },
    } as const;
    expect((await check(path, contract as never)).map(({ status, found }) => [status, found])).toEqual([
      ['passed', 'it is BIGINT'],
      ['warned', 'it is BIGINT'],
      ['passed', 'it is DECIMAL(10,2)'],
      ['warned', 'it is DECIMAL(10,2)'],
    ]);
  });
});

describe('a contract that is broken', () => {
  it('stops the run before anything is published, and says what, how many and which', async () => {
    const path = await work.parquet('rows.parquet', 'SELECT i AS id, i - 3 AS n FROM range(1000) AS r(i)');
    const contract = { columns: { id: { unique: true }, n: { min: 0 } }, checks: [{ max_rows: 10 }] };
    const flow = new Flow({ name: 'rows', home: path, store: work.at('store'), contract });
    const error = await flow.start().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'CHECKS_FAILED',
      message:
        'rows breaks 2 checks of its contract: n >= 0: 3 of 1,000 rows (0.3 %); at most 10 rows: 1,000 rows',
    });
    expect(await work.witness.rows(`SELECT count(*) FROM glob('${work.at('store')}/*.parquet')`)).toEqual([
      ['0'],
    ]);
  });

  it.each([
    [{ columns: { nn: {} } }, 'CONTRACT_COLUMN', 'Did you mean "n"?'],
    [{ columns: { n: { pattern: 'x' } } }, 'CHECK_INVALID', 'a pattern is for text'],
    [{ columns: { t: { pattern: '(' } } }, 'CHECK_INVALID', 'missing )'],
    [{ columns: { n: { min: 'many' } } }, 'CHECK_INVALID', '"many" is no value for the type INTEGER'],
    [{ columns: { day: { min: 'soon' } } }, 'CHECK_INVALID', 'soon'],
    [{ columns: { n: { length: 3 } } }, 'CHECK_INVALID', 'has no length'],
    [{ columns: { n: { type: 'MONEY' } } }, 'CHECK_INVALID', 'MONEY'],
    [{ columns: { n: { references: 'others.id' } } }, 'CHECK_INVALID', 'there are no other entities here'],
    [{ checks: ['amount > 0'] }, 'CHECK_INVALID', 'amount'],
    [{ checks: ['n > 0) OR (true'] }, 'CHECK_INVALID', 'a closing parenthesis'],
    [{ checks: ['sum(n) > 0'] }, 'CHECK_INVALID', 'aggregate'],
    [{ checks: [{ freshness: { column: 'n', max_age: '1h' } }] }, 'CHECK_INVALID', 'dates and timestamps'],
  ] as const)('that cannot be asked is told before anything moves: %j', async (contract, code, words) => {
    const path = await work.parquet('rows.parquet', "SELECT 1 AS n, 'a' AS t, DATE '2024-01-01' AS day");
    const flow = new Flow({ name: 'rows', home: path, store: work.at('store'), contract: contract as never });
    const error = await flow.plan().catch((thrown: unknown) => thrown);
    const [first] = (error as { errors: { code: string; message: string; hint: string }[] }).errors ?? [
      error,
    ];
    expect(first).toMatchObject({ code });
    expect(`${first?.message} ${first?.hint}`).toContain(words);
  });
});
