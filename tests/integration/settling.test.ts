import { describe, expect, it } from 'vitest';
import { Flow, type FlowOptions, type HyggeError } from '../../src/index.js';
import {
  bothRoutes,
  by,
  everything,
  everyWay,
  readFile,
  settled,
  useWorkplace,
  visible,
} from './workplace.js';

const place = useWorkplace();
const codecs = { snappy: 'SNAPPY', gzip: 'GZIP', lz4: 'LZ4_RAW', brotli: 'BROTLI', zstd: 'ZSTD' } as const;

/** Rows in each file of the store, in the order of the names. */
const rowsPerFile = async (): Promise<number[]> => {
  const files = `read_parquet('${place.at('store')}/*.parquet', filename = true)`;
  const sql = `SELECT count(*) FROM ${files} GROUP BY filename ORDER BY filename`;
  return (await place.witness.rows(sql)).map(([count]) => Number(count));
};

const numbers = (rows: number): Promise<string> =>
  place.parquet(`numbers-${rows}.parquet`, `SELECT i AS id, 'n' || i AS label FROM range(${rows}) AS n(i)`);

const into =
  (route: (typeof everyWay)[number]) =>
  (home: string, settings: object, more: Partial<FlowOptions> = {}) =>
    new Flow({
      name: 'settling',
      home,
      store: { type: 'parquet', path: place.at('store'), ...settings },
      ...more,
    }).start(by(route));

describe.each(bothRoutes)('files that are written anew, by the %s route', (route) => {
  const run = into(route);

  it('hold exactly batch_size rows each below 20,480', async () => {
    const home = await numbers(10_500);
    const result = await run(home, { batch_size: 1_000 });
    expect(await rowsPerFile()).toEqual([...Array.from({ length: 10 }, () => 1_000), 500]);
    expect(result.files).toHaveLength(11);
    expect(await place.witness.rows(settled(place.at('store')))).toHaveLength(10_500);
    await place.witness.expectSame(
      `SELECT * FROM (${settled(place.at('store'))}) ORDER BY id`,
      `SELECT * FROM (${readFile(home)}) ORDER BY id`,
    );
  });

  it('have names by file_pattern', async () => {
    const home = await numbers(2_500);
    await run(home, { batch_size: 1_000, file_pattern: '{flow_name}-{name}-{sequence:04d}.parquet' });
    expect(visible(place.at('store'))).toEqual([
      'settling-settling-0001.parquet',
      'settling-settling-0002.parquet',
      'settling-settling-0003.parquet',
    ]);
  });

  it('say in their footers who wrote them', async () => {
    await run(await numbers(10), {});
    const sql = `SELECT count(*) FROM parquet_kv_metadata('${place.at('store')}/*.parquet') WHERE decode(key) = 'hygge.version'`;
    expect(await place.witness.rows(sql)).toEqual([['1']]);
  });
});

describe.each(everyWay)('the files of a store, by the %s route', (route) => {
  const run = into(route);

  it.each(Object.entries(codecs))('are compressed by %s where that is asked for', async (codec, written) => {
    const home = await numbers(3_000);
    await run(home, { compression: codec });
    await place.witness.expectSame(settled(place.at('store')), readFile(home));
    const sql = `SELECT DISTINCT compression FROM parquet_metadata('${place.at('store')}/*.parquet')`;
    expect(await place.witness.rows(sql)).toEqual([[written]]);
  });

  it('hold batch_size rows each, up to a vector more, from 20,480 on', async () => {
    const home = await numbers(100_000);
    await run(home, { batch_size: 30_000 });
    const counts = await rowsPerFile();
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(100_000);
    for (const count of counts.slice(0, -1)) {
      expect(count).toBeGreaterThanOrEqual(30_000);
      expect(count).toBeLessThan(30_000 + 2_048);
    }
    await place.witness.expectSame(settled(place.at('store')), readFile(home));
  });

  it('keep the order of the rows from file to file', async () => {
    const home = await numbers(50_000);
    await run(home, { batch_size: 20_480 });
    const sql = `SELECT count(*) FROM (SELECT id, row_number() OVER () - 1 AS place FROM (${settled(place.at('store'))})) WHERE id <> place`;
    expect(await place.witness.rows(sql)).toEqual([['0']]);
  });

  it('have the columns that were asked for, in that order', async () => {
    const home = await place.parquet('home.parquet', 'SELECT 1 AS a, 2 AS b, 3 AS c');
    await run(home, {}, { columns: ['c', 'a'] });
    await place.witness.expectSame(settled(place.at('store')), 'SELECT 3 AS c, 1 AS a');
  });

  it('have columns under new names', async () => {
    const home = await place.parquet('home.parquet', 'SELECT 1 AS "an old name", 2 AS b');
    await run(home, {}, { columns: { 'новое "имя"': 'an old name', '🦆': 'b' } });
    await place.witness.expectSame(settled(place.at('store')), 'SELECT 1 AS "новое ""имя""", 2 AS "🦆"');
  });

  it('keep every name of a column that a home can have', async () => {
    const home = await place.parquet(
      'home.parquet',
      `SELECT 1 AS "with ""quotes""", 2 AS " spaces ", 3 AS "🦆🦆", 4 AS "עברית", 5 AS "it's", 6 AS "a.b", 7 AS "*", 8 AS ";--", 9 AS "select"`,
    );
    await run(home, {});
    await place.witness.expectSame(settled(place.at('store')), readFile(home));
    await run(home, {}, { columns: ['עברית', 'with "quotes"', '*'], where: `"it's" = 5 AND "🦆🦆" = 3` });
    await place.witness.expectSame(
      settled(place.at('store')),
      'SELECT 4 AS "עברית", 1 AS "with ""quotes""", 7 AS "*"',
    );
  });

  it('hold the rows that where lets through, also by columns that are not moved', async () => {
    const home = await numbers(10_000);
    const result = await run(home, {}, { where: "id % 3 = 0 AND label <> 'n9' -- all", columns: ['label'] });
    expect(result.rows).toBe(3_333);
    await place.witness.expectSame(
      settled(place.at('store')),
      `SELECT label FROM (${readFile(home)}) WHERE id % 3 = 0 AND label <> 'n9'`,
    );
  });

  it('lie in a folder with any name', async () => {
    const store = place.at(`it's a "store" 🦆 [1]`, 'עברית');
    const home = await numbers(100);
    await new Flow({ name: 'names 🦆/\\:', home, store }).start(by(route));
    expect(visible(store)).toHaveLength(1);
    const [file = ''] = visible(store);
    const bytes = place.at(`it's a "store" 🦆 [1]`, 'עברית', file);
    const escaped = bytes.replaceAll('[', '[[]');
    await place.witness.expectSame(readFile(escaped), readFile(home));
  });

  it('are added to by an incremental run without a watermark', async () => {
    const one = await numbers(10);
    const two = await numbers(20);
    await run(one, {});
    await run(two, {}, { run_type: 'incremental' });
    await run(one, {}, { run_type: 'incremental' });
    await place.witness.expectSame(
      settled(place.at('store')),
      `${readFile(one)} UNION ALL ${readFile(two)} UNION ALL ${readFile(one)}`,
    );
    expect(visible(place.at('store'))).toHaveLength(3);
  });
});

describe('what cannot be moved as it was asked for', () => {
  const fails = async (options: Partial<FlowOptions>): Promise<HyggeError> => {
    const home = await numbers(10);
    const flow = new Flow({ name: 'asked', home, store: place.at('store'), ...options });
    const error = await flow.start().then(
      () => null,
      (thrown: unknown) => thrown as HyggeError,
    );
    expect(everything(place.at('store'))).toEqual([]);
    if (error === null) throw new Error('it did not fail');
    return error;
  };

  it('a column that is not there: the nearest is named', async () => {
    const error = await fails({ columns: ['lable'] });
    expect(error.code).toBe('COLUMN_NOT_FOUND');
    expect(error.hint).toContain('"label"');
  });

  it('two columns under one name', async () => {
    expect((await fails({ columns: { Id: 'id', id: 'label' } })).code).toBe('COLUMN_CLASH');
  });

  it('a where that is not a condition', async () => {
    expect((await fails({ where: 'id >' })).code).toBe('FILTER_INVALID');
    expect((await fails({ where: 'no_such_column = 1' })).code).toBe('FILTER_INVALID');
    expect((await fails({ where: 'id = 1;' })).code).toBe('FILTER_INVALID');
  });

  it('a merge without a key', async () => {
    const error = await fails({ run_type: 'merge' });
    expect(error.code).toBe('KEY_NEEDED');
    expect(error.hint).toContain('primary_key');
  });
});

describe('store.incremental in a workspace', () => {
  const twice = async (runType: string, incremental: string): Promise<number> => {
    await numbers(10);
    await place.file(
      'hygge.yml',
      `flows:\n  n:\n    home: numbers-10.parquet\n    store:\n      path: store\n      incremental: ${incremental}\n    run_type: ${runType}\n`,
    );
    const { coordinator } = await place.project();
    for (let i = 0; i < 2; i++) {
      const { flows } = await coordinator.start();
      expect(flows[0]).toMatchObject({ status: 'success', rows: 10 });
    }
    return (await rowsPerFile()).reduce((sum, count) => sum + count, 0);
  };

  it('forces append where it is true', async () => expect(await twice('full_drop', 'true')).toBe(20));
  it('forces replace where it is false', async () => expect(await twice('incremental', 'false')).toBe(10));
  it('follows run_type where it is null', async () => {
    expect(await twice('incremental', 'null')).toBe(20);
    expect(await twice('full_drop', 'null')).toBe(10);
  });
});
