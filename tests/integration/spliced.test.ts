import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Flow, type FlowOptions } from '../../src/index.js';
import { readFooter } from '../../src/parquet/index.js';
import { full } from '../faults/support/totals.js';
import { settled, useWorkplace, visible } from './workplace.js';

const place = useWorkplace();
const groups = ', ROW_GROUP_SIZE 2048';

const all = (): string =>
  `SELECT * FROM read_parquet('${place.at('home', '*.parquet')}', union_by_name = true)`;
const flow = (more: Partial<FlowOptions> = {}): Flow =>
  new Flow({
    name: 'f',
    home: place.at('home'),
    store: place.at('store'),
    verify: 'fingerprint',
    retry: { attempts: 1 },
    ...more,
  });

describe('files that lack a column', () => {
  const lacking = async (): Promise<void> => {
    const nested = "CASE WHEN i % 5 = 0 THEN NULL ELSE {'a': i, 'b': ['x' || i]} END AS thing";
    await place.parquet(
      'home/1.parquet',
      `SELECT i AS id, i * 2 AS y, ${nested} FROM range(20000) t(i)`,
      groups,
    );
    await place.parquet('home/2.parquet', 'SELECT i AS id FROM range(5000) t(i)', groups);
    await place.parquet('home/3.parquet', `SELECT ${nested}, i AS id FROM range(3000) t(i)`, groups);
  };

  it.each([
    ['all rows', {}, all],
    ['few rows', { where: 'id >= 1000' }, () => `${all()} WHERE id >= 1000`],
    ['rows by the column', { where: 'y > 3' }, () => `${all()} WHERE y > 3`],
    [
      'rows by the column, which is not moved',
      { where: 'y > 3', columns: ['id'] },
      () => `SELECT id FROM (${all()}) WHERE y > 3`,
    ],
    ['rows without the column', { where: 'y is null' }, () => `${all()} WHERE y IS NULL`],
    [
      'columns with new names',
      { where: 'id < 4097', columns: { what: 'thing', number: 'y' } },
      () => `SELECT thing AS what, y AS number FROM (${all()}) WHERE id < 4097`,
    ],
  ] as const)('are copied all the same, and have NULL there: %s', async (_, more, expected) => {
    await lacking();
    expect(await flow(more).plan()).toMatchObject({ route: 'splice' });
    expect(await flow(more).start()).toMatchObject({ status: 'success', route: 'splice' });
    await place.witness.expectSame(settled(place.at('store')), expected());
    // each file of the store is the whole table's, for readers that look at one only
    const columns = new Set<string>();
    for (const name of visible(place.at('store'))) {
      const footer = await readFooter(place.at('store', name));
      columns.add(footer.schema.children.map((column) => column.name).join());
    }
    expect(columns.size).toBe(1);
  });

  it('may have none that is above the watermark', async () => {
    await place.parquet('home/1.parquet', 'SELECT i AS id, i // 10 AS t FROM range(20480) n(i)', groups);
    const incremental = { run_type: 'incremental', watermark: { watermark_column: 't' } } as const;
    await flow(incremental).start();
    await place.parquet(
      'home/2.parquet',
      "SELECT i AS id, i // 10 AS t, 'new' AS word FROM range(20480, 40960) n(i)",
      groups,
    );
    const result = await flow(incremental).start();
    expect(result).toMatchObject({ status: 'success', route: 'splice', rows: 20_480 });
    await place.witness.expectSame(
      `SELECT * FROM read_parquet('${place.at('store', '*.parquet')}', union_by_name = true)`,
      all(),
    );
  });
});

/** Columns over `k`, which rises from row to row or is mixed, with constants that lie among their values. */
const columns = {
  id: { sql: 'k', constant: (k: number) => `${k}` },
  number: {
    sql: 'CASE WHEN k % 4096 < 2048 THEN NULL ELSE (k - 5000)::INTEGER END',
    constant: (k: number) => `${k - 5000}`,
  },
  few: { sql: '(k // 3000)::UTINYINT', constant: (k: number) => `${Math.floor(k / 3000)}` },
  real: {
    sql: "CASE WHEN k = 4242 THEN 'nan' ELSE k / 4 END::DOUBLE",
    constant: (k: number) => (k % 2 === 0 ? `${k}` : `'${k / 4}'`),
  },
  amount: {
    sql: '(k / 100)::DECIMAL(9, 2)',
    constant: (k: number) => (k / (k % 2 === 0 ? 100 : 1000)).toFixed(k % 2 === 0 ? 2 : 3),
  },
  huge: { sql: '(k * 1000000000000)::DECIMAL(30, 0)', constant: (k: number) => `${k}000000000000` },
  word: {
    sql: "CASE WHEN k % 100 = 0 THEN '' ELSE 'wö ' || lpad(k::VARCHAR, 6, '0') END",
    constant: (k: number) => `'wö ${String(k).padStart(6, '0')}'`,
  },
  day: {
    sql: "DATE '2020-01-01' + (k // 40)::INTEGER",
    constant: (k: number) =>
      `DATE '${new Date(1_577_836_800_000 + Math.floor(k / 40) * 86_400_000).toISOString().slice(0, 10)}'`,
  },
  at: {
    sql: "TIMESTAMP '2020-01-01' + INTERVAL (k) SECOND",
    constant: (k: number) =>
      `TIMESTAMP '${new Date(1_577_836_800_000 + k * 1000).toISOString().slice(0, 19).replace('T', ' ')}'`,
  },
  'Quoted "Name"': { sql: 'k // 7', constant: (k: number) => `${Math.floor(k / 7)}` },
} as const;
type Name = keyof typeof columns;
const names = Object.keys(columns) as Name[];
const others = {
  flag: 'k < 5000',
  thing: "CASE WHEN k % 3 = 0 THEN NULL ELSE {'a': k, 'b': ['x' || k, NULL]} END",
  marks: 'MAP {k: [k]}',
};
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const comparison = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(...names), fc.constantFrom('=', '<', '<=', '>', '>=', '>', '<'), fc.nat(16_000))
      .map(([name, sign, k]) => `${quoted(name)} ${sign} ${columns[name].constant(k)}`),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...names), fc.nat(16_000), fc.nat(9000))
      .map(
        ([name, k, more]) =>
          `${quoted(name)} between ${columns[name].constant(k)} and ${columns[name].constant(k + more)}`,
      ),
  },
  { weight: 1, arbitrary: fc.constantFrom(...names).map((name) => `${quoted(name)} is null`) },
  { weight: 1, arbitrary: fc.constantFrom(...names).map((name) => `${quoted(name)} is not null`) },
  { weight: 1, arbitrary: fc.constantFrom('flag', 'FLAG = false') },
);

/** What cuts a file somewhere in the middle, so that few row groups straddle. */
const border = fc
  .tuple(
    fc.constantFrom('id', 'amount', 'huge', 'word', 'day', 'at', 'few'),
    fc.constantFrom('<', '<=', '>', '>='),
    fc.integer({ min: 3000, max: 12_000 }),
  )
  .map(([name, sign, k]) => `${quoted(name)} ${sign} ${columns[name as Name].constant(k)}`);

const scenario = fc.record({
  files: fc.array(
    fc.record({
      from: fc.nat(6000),
      rows: fc.integer({ min: 0, max: 16_000 }),
      mixed: fc.nat(4).map((n) => n === 0),
      turned: fc.boolean(),
      version: fc.constantFrom('V1', 'V2'),
      lacks: fc.option(fc.constantFrom(...names, 'flag', 'thing'), { freq: 2 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  where: fc.oneof(
    border,
    fc.array(comparison, { minLength: 1, maxLength: 2 }).map((each) => each.join(' and ')),
  ),
  chosen: fc.option(fc.subarray([...names, 'flag', 'thing', 'marks'], { minLength: 1 })),
  batchSize: fc.constantFrom(3000, 50_000),
});

describe('any condition over any files', () => {
  it('lets the rows through that the engine alone would, row groups copied or not', async () => {
    const routes = { splice: 0, straddling: 0, engine: 0 };
    await fc.assert(
      fc.asyncProperty(scenario, async ({ files, where, chosen, batchSize }) => {
        await rm(place.at('home'), { recursive: true, force: true });
        await rm(place.at('store'), { recursive: true, force: true });
        for (const [i, { from, rows, mixed, turned, version, lacks }] of files.entries()) {
          const list = Object.entries({ ...columns, ...others }).flatMap(([name, of]) =>
            i > 0 && name === lacks ? [] : [`${typeof of === 'string' ? of : of.sql} AS ${quoted(name)}`],
          );
          if (turned) list.reverse();
          const k = mixed ? `${from} + (i * 7919) % ${Math.max(1, rows)}` : `${from} + i`;
          await place.parquet(
            `home/${i}.parquet`,
            `SELECT ${list.join(', ')} FROM (SELECT ${k} AS k FROM range(${rows}) t(i))`,
            `${groups}, PARQUET_VERSION ${version}`,
          );
        }
        const renamed = chosen?.map((from, i) => ({ from, name: i % 2 === 0 ? `new ${i}` : from }));
        const store = { type: 'parquet', path: place.at('store'), batch_size: batchSize } as const;
        const wanted = flow({ where, store, ...(renamed && { columns: renamed }) });
        const { reason } = await wanted.plan();
        const { route } = await wanted.start();
        const kind = route !== 'splice' ? 'engine' : reason.includes('straddle') ? 'straddling' : 'splice';
        routes[kind]++;
        const list = renamed?.map(({ from, name }) => `${quoted(from)} AS ${quoted(name)}`).join(', ') ?? '*';
        await place.witness.expectSame(
          settled(place.at('store')),
          `SELECT ${list} FROM (${all()}) WHERE ${where}`,
        );
      }),
      { numRuns: full ? 1000 : 40, seed: Number(process.env.HYGGE_SEED ?? 4) },
    );
    expect(Math.min(...Object.values(routes)), JSON.stringify(routes)).toBeGreaterThan(full ? 100 : 4);
  }, 3_600_000);
});
