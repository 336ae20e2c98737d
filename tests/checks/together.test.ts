// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to the environment are what is tested
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { builtinRegistry, Coordinator, type EntityResult, loadWorkspace } from '../../src/index.js';
import { settled, useWorkplace, visible } from '../integration/workplace.js';

const work = useWorkplace();
const env = { HYGGE_MASK_KEY: 'a key of the tests, long enough' };

async function go(lines: readonly string[]): Promise<EntityResult | undefined> {
  const flow = ['flows:', '  people:', '    home: in.parquet', ...lines.map((line) => `    ${line}`), ''];
  await work.file('hygge.yml', flow.join('\n'));
  const loaded = await loadWorkspace({ path: work.folder, registry: builtinRegistry(), env });
  return (await new Coordinator(loaded).start()).flows[0];
}

/** The file of the rows that the last run put aside. */
const aside = (): string => {
  const runs = visible(work.at('.hygge', 'quarantine', 'people')).sort();
  return work.at('.hygge', 'quarantine', 'people', runs.at(-1) ?? '', 'rows.parquet');
};

describe('checks and masks', () => {
  const people = `SELECT i AS id, CASE WHEN i = 30 THEN 'raw-29@example.org' ELSE 'raw-' || i || '@example.org' END AS email,
    'rawname' || i AS name, DATE '2000-01-01' + i::INTEGER AS born, i * 1000 + 7 AS pay FROM range(40) AS r(i)`;
  const masks = [
    'store: store',
    'mask:',
    '  key: ${HYGGE_MASK_KEY}',
    '  columns: { email: hash, name: { rule: partial, last: 1 }, born: { rule: date_shift, days: 3, by: id }, pay: { rule: round, to: 10000 } }',
  ];

  it('are asked of what settles, and show nothing that a mask hides', async () => {
    await work.parquet('in.parquet', people);
    const flow = await go([
      ...masks,
      'contract:',
      '  key: email',
      '  on_fail: warn',
      '  columns:',
      "    email: { pattern: '[0-9a-f]{64}', length: 64, unique: true }",
      "    name: { pattern: '[*]+[0-9]', min: a }",
      '    born: { min: 2000-01-01 }',
      '    pay: { in: [0, 10000, 20000, 30000, 40000] }',
    ]);
    expect(flow?.error).toBeNull();
    const store = settled(work.at('store'));
    const [expected = []] = await work.witness.rows(
      `SELECT count(*) FILTER (WHERE name < 'a'), count(*) FILTER (WHERE born < DATE '2000-01-01') FROM (${store})`,
    );
    expect(flow?.checks?.map(({ name, violations }) => [name, violations])).toEqual([
      ['email is unique', 2],
      ['email matches [0-9a-f]{64}', 0],
      ['email has length 64', 0],
      ['name >= a', Number(expected[0])],
      ['name matches [*]+[0-9]', 0],
      ['born >= 2000-01-01', Number(expected[1])],
      ['pay is one of 0, 10000, 20000, 30000, 40000', 0],
    ]);
    expect(Number(expected[0])).toBe(40);
    const hash = createHmac('sha256', env.HYGGE_MASK_KEY).update('raw-29@example.org').digest('hex');
    expect(flow?.checks?.[0]?.sample).toEqual({ columns: ['email'], rows: [[hash], [hash]] });
    for (const text of [JSON.stringify(flow), readFileSync(work.at('.hygge/journal.jsonl'), 'utf8')])
      expect(text).not.toMatch(/raw-|rawname/);
  });

  it('put rows aside as hidden as they would have settled', async () => {
    await work.parquet('in.parquet', people);
    const flow = await go([
      ...masks,
      'contract: { on_fail: quarantine, columns: { id: { max: 19 }, email: { unique: true } } }',
    ]);
    expect(flow).toMatchObject({ error: null, rows: 20, rows_quarantined: 20 });
    const file = aside();
    const rows = `(SELECT * EXCLUDE (hygge_reasons) FROM '${file}' UNION ALL SELECT * FROM (${settled(work.at('store'))}))`;
    const hashes = await work.witness.rows(`SELECT email FROM ${rows} ORDER BY id`);
    const wanted = await work.witness.rows(`SELECT email FROM (${people}) ORDER BY id`);
    const hash = ([email]: readonly (string | null)[]): string[] => [
      createHmac('sha256', env.HYGGE_MASK_KEY)
        .update(email ?? '')
        .digest('hex'),
    ];
    expect(hashes).toEqual(wanted.map(hash));
    expect(
      await work.witness.rows(`SELECT DISTINCT length(name), pay % 10000 FROM ${rows} ORDER BY 1`),
    ).toEqual([
      ['8', '0'],
      ['9', '0'],
    ]);
    for (const path of [file, file.replace('rows.parquet', 'about.json')])
      expect(readFileSync(path).toString('latin1')).not.toMatch(/raw-|rawname/);
  });
});

describe.each([
  ['parquet', 'store: store'],
  ['duckdb', 'store: { type: duckdb, path: store.duckdb, table: people }'],
])('checks and columns that change, into %s', (type, store) => {
  const held = async (select: string): Promise<(string | null)[][]> => {
    if (type === 'parquet') {
      const files = `read_parquet('${work.at('store')}/*.parquet', union_by_name = true)`;
      return work.witness.rows(`SELECT ${select} FROM ${files} ORDER BY id`);
    }
    await work.witness.run(`ATTACH '${work.at('store.duckdb')}' AS there (READ_ONLY)`);
    try {
      return await work.witness.rows(`SELECT ${select} FROM there.people ORDER BY id`);
    } finally {
      await work.witness.run('DETACH there');
    }
  };
  const watermark = ['run_type: incremental', 'watermark: { watermark_column: id, primary_key: id }'];
  const first = 'SELECT i AS id, i::INTEGER AS n FROM range(5) AS r(i)';

  it('are asked of the columns as they settle: added, wider, and NULL where they are missing', async () => {
    await work.parquet('in.parquet', first);
    expect((await go([store, ...watermark, 'contract: { columns: { n: { min: 0 } } }']))?.error).toBeNull();
    await work.parquet(
      'in.parquet',
      "SELECT i AS id, i * 5000000000 AS n, CASE WHEN i % 2 = 0 THEN 'x' END AS extra FROM range(10) AS r(i)",
    );
    const contract = (on_fail: string): string =>
      `contract: { columns: { n: { type: BIGINT, max: 40000000000 }, extra: { nullable: false, on_fail: ${on_fail} } } }`;
    const stopped = await go([store, ...watermark, contract('fail')]);
    expect(stopped?.error?.code).toBe('CHECKS_FAILED');
    expect(await held('id')).toHaveLength(5);
    // Nothing was published, so the columns of before are still the ones to compare with.
    const flow = await go([store, ...watermark, contract('quarantine').replace('4000', '4500')]);
    expect(flow).toMatchObject({ error: null, rows: 2, rows_quarantined: 3 });
    expect(flow?.schema_changes?.map(({ what, column }) => `${what} ${column}`)).toEqual([
      'widened n',
      'added extra',
    ]);
    expect(await held('id, n, extra')).toEqual([
      ...[0, 1, 2, 3, 4].map((i) => [`${i}`, `${i}`, null]),
      ['6', '30000000000', 'x'],
      ['8', '40000000000', 'x'],
    ]);
    expect(await work.witness.rows(`SELECT id, n, extra FROM '${aside()}' ORDER BY id`)).toEqual(
      [5, 7, 9].map((i) => [`${i}`, `${i * 5e9}`, null]),
    );
    // A column that does not come any more is NULL, and a check of it is broken.
    await work.parquet('in.parquet', 'SELECT i AS id, i AS n FROM range(12) AS r(i)');
    const missing = await go([store, ...watermark, contract('quarantine')]);
    expect(missing).toMatchObject({ error: null, rows: 0, rows_quarantined: 2 });
  });

  it('stop before the columns of the store are changed', async () => {
    await work.parquet('in.parquet', first);
    expect((await go([store, ...watermark]))?.error).toBeNull();
    await work.parquet('in.parquet', 'SELECT i AS id, i * 5000000000 AS n FROM range(10) AS r(i)');
    const flow = await go([store, ...watermark, 'contract: { columns: { n: { type: INTEGER } } }']);
    expect(flow?.error).toMatchObject({
      code: 'CHECKS_FAILED',
      message: expect.stringMatching(/it is BIGINT/),
    });
    expect(await held('id, typeof(n)')).toEqual([0, 1, 2, 3, 4].map((i) => [`${i}`, 'INTEGER']));
    expect(readFileSync(work.at('.hygge/schemas/people.yml'), 'utf8')).toMatch(/name: n\n {4}type: INTEGER/);
  });
});
