import { open, rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { Flow, type FlowOptions, Home, type StartOptions } from '../../src/index.js';
import { homeThat, nothingSeen, pieces, storeThat, undeclared } from '../integration/doubles.js';
import { readFile, settled, useWorkplace, visible } from '../integration/workplace.js';

const place = useWorkplace();

type Watermark = NonNullable<FlowOptions['watermark']>;

const flow = (watermark: Watermark, more: Partial<FlowOptions> = {}) =>
  new Flow({
    name: 'rows',
    home: place.at('home'),
    store: place.at('store'),
    run_type: 'incremental',
    watermark,
    ...more,
  });
const run = (watermark: Watermark, more: Partial<FlowOptions> = {}, options: StartOptions = {}) =>
  flow(watermark, more).start(options);

const home = () => readFile(place.at('home', '*.parquet'));
const ids = async (): Promise<string> => {
  const rows = await place.witness.rows(`SELECT id FROM (${settled(place.at('store'))}) ORDER BY id`);
  return rows.map(([id]) => id).join(' ');
};
/** Rows of an id and a value of t, as `1:10 2:NULL`. */
const put = (name: string, rows: string, type = 'INTEGER') =>
  place.parquet(
    `home/${name}.parquet`,
    rows
      .split(' ')
      .map((row) => row.split('|'))
      .map(([id, t]) => `SELECT ${id} AS id, CAST(${t === 'NULL' ? t : `'${t}'`} AS ${type}) AS t`)
      .join(' UNION ALL '),
  );

describe('the window', () => {
  it('is in the plan: where it starts, where it ends, and the same again once it was moved', async () => {
    await put('1', '1|10 2|20');
    const t = { watermark_column: 't', primary_key: 'id' };
    expect((await flow(t).plan()).watermark).toEqual({
      column: 't',
      type: 'INTEGER',
      primary_key: ['id'],
      nulls: 'include',
      from: null,
      from_inclusive: true,
      to: '20',
      held_to: null,
      before: null,
      after: '20',
    });
    await run(t);
    await put('2', '3|30');
    const { watermark } = await flow(t).plan();
    expect(watermark).toMatchObject({ from: '20', to: '30', held_to: '20', before: '20', after: '30' });
    expect(JSON.parse(JSON.stringify(watermark))).toEqual(watermark);
  });

  it('looks back as far as the lag: rows that come late arrive, and nothing arrives twice', async () => {
    await put('1', '1|100 2|200');
    await run({ watermark_column: 't' });
    await put('2', '3|95 4|150 5|190 6|210');
    expect(await run({ watermark_column: 't', lag: 20 })).toMatchObject({ rows: 2 });
    expect(await ids()).toBe('1 2 5 6');
    expect(await run({ watermark_column: 't', lag: 100 })).toMatchObject({ status: 'success', rows: 1 });
    expect(await ids()).toBe('1 2 4 5 6');
    expect(await run({ watermark_column: 't', lag: 1000 })).toMatchObject({ status: 'success', rows: 1 });
    expect(await run({ watermark_column: 't', lag: 1000 })).toMatchObject({ status: 'skip' });
  });

  it.each([
    ['DATE', '2024-03-01', '2024-02-29', '1 day', '2024-02-28'],
    ['TIMESTAMP', '2024-03-01 01:00:00', '2024-02-29 23:00:00', '2h', '2024-02-29 22:59:59.999999'],
    ['TIMESTAMPTZ', '2024-03-01 01:00:00+00', '2024-02-29 23:00:00+00', '120m', '2024-02-29 22:00:00+00'],
    ['TIMESTAMP_NS', '2024-03-01 01:00:00', '2024-02-29 23:00:00', '7200 s', '2024-02-29 22:59:59.999999999'],
    ['DECIMAL(5,2)', '10.50', '8.25', '2.25', '8.24'],
    ['UTINYINT', '3', '0', '200', '0'],
    ['DOUBLE', '0.5', '0.25', '0.25', '0.2499'],
  ])('looks back in %s', async (type, mark, late, lag, tooLate) => {
    await put('1', `1|${mark.replace(' ', 'T')}`, type);
    await run({ watermark_column: 't', lag });
    await put('2', `2|${late.replace(' ', 'T')} 3|${tooLate.replace(' ', 'T')}`, type);
    await run({ watermark_column: 't', lag });
    expect(await ids()).toBe(type === 'UTINYINT' ? '1 2 3' : '1 2');
  });

  it.each([
    ['VARCHAR', '2h'],
    ['INTEGER', '2h'],
    ['TIMESTAMP', 2],
  ])('cannot look back in %s by %s', async (type, lag) => {
    await put('1', '1|2024', type === 'TIMESTAMP' ? 'INTEGER' : type);
    if (type === 'TIMESTAMP') await put('1', '1|2024-01-01', type);
    await run({ watermark_column: 't' });
    await expect(run({ watermark_column: 't', lag })).rejects.toMatchObject({ code: 'WATERMARK_LAG' });
  });

  it('stays between start and end', async () => {
    await put('1', '1|10 2|20 3|30 4|40');
    const limits = { watermark_column: 't', start: '20', end: '35' };
    expect(await run(limits)).toMatchObject({ rows: 2, watermark: '30' });
    expect(await ids()).toBe('2 3');
    expect(await run(limits)).toMatchObject({ status: 'skip' });
    await expect(run({ watermark_column: 't', start: 'soon' })).rejects.toMatchObject({
      code: 'WATERMARK_VALUE',
    });
  });

  it('is that of a backfill where one is asked for, and the watermark stays what it was', async () => {
    await put('1', '1|10 2|20 3|30 4|40');
    await run({ watermark_column: 't', start: '30' });
    expect(await ids()).toBe('3 4');
    const backfill = await run({ watermark_column: 't', start: '30' }, {}, { from: '15', to: '30' });
    expect(backfill).toMatchObject({ rows: 1, watermark: '40' });
    expect(await ids()).toBe('2 3 4');
    expect(await run({ watermark_column: 't' }, {}, { from: '15', to: '30' })).toMatchObject({
      status: 'skip',
    });
  });

  it('of a backfill above the watermark leaves no hole for the next run', async () => {
    await put('1', '1|10');
    await run({ watermark_column: 't' });
    await put('2', '2|20 3|30 4|40');
    const plan = await flow({ watermark_column: 't' }).plan({ from: '35' });
    expect(plan.warnings.join()).toContain('the watermark stays 10');
    expect(await run({ watermark_column: 't' }, {}, { from: '35' })).toMatchObject({
      rows: 1,
      watermark: '10',
    });
    expect(await ids()).toBe('1 4');
    expect(await run({ watermark_column: 't' })).toMatchObject({ rows: 2, watermark: '40' });
    expect(await ids()).toBe('1 2 3 4');
  });

  it('keeps to a condition and to columns with other names', async () => {
    await put('1', '1|10 2|20 3|30');
    const more: Partial<FlowOptions> = { columns: { at: 't', id: 'id' }, where: 'id <> 2 or id is null' };
    expect(await run({ watermark_column: 't', primary_key: 'id' }, more)).toMatchObject({ rows: 2 });
    await put('2', '4|30 5|40');
    expect(await run({ watermark_column: 't', primary_key: 'id' }, more)).toMatchObject({ rows: 2 });
    expect(await ids()).toBe('1 3 4 5');
    const dropped = run({ watermark_column: 't' }, { columns: ['id'] });
    await expect(dropped).rejects.toMatchObject({ code: 'WATERMARK_NOT_MOVED' });
    const keyless = run({ watermark_column: 't', primary_key: 'id' }, { columns: ['t'] });
    await expect(keyless).rejects.toMatchObject({ code: 'WATERMARK_NOT_MOVED' });
  });

  it('counts equal rows: what is there three times and held twice comes once more', async () => {
    await put('1', '1|10 1|10 2|10');
    await run({ watermark_column: 't' });
    await put('2', '1|10');
    expect(await run({ watermark_column: 't' })).toMatchObject({ rows: 1 });
    expect(await ids()).toBe('1 1 1 2');
  });

  it('with a key brings a row again once it has a new value, and not while it has the old one', async () => {
    await put('1', '1|10 2|10');
    await run({ watermark_column: 't', primary_key: 'id' });
    await put('2', '1|10 1|20');
    expect(await run({ watermark_column: 't', primary_key: 'id' })).toMatchObject({
      rows: 1,
      watermark: '20',
    });
    expect(await ids()).toBe('1 1 2');
  });

  it('goes on with what a replacement has brought', async () => {
    await put('1', '1|10 2|20');
    const t = { watermark_column: 't' };
    await run(t);
    await rm(place.at('home/1.parquet'));
    await put('2', '3|5');
    expect(await run(t, { run_type: 'full_drop' })).toMatchObject({ rows: 1, watermark: '5' });
    await put('3', '4|6');
    expect(await run(t)).toMatchObject({ rows: 1, watermark: '6' });
    expect(await ids()).toBe('3 4');
  });

  it('starts anew with another column, and still brings no row twice', async () => {
    await put('1', '1|10 2|20');
    await run({ watermark_column: 't' });
    await put('2', '3|15');
    const plan = await flow({ watermark_column: 'id' }).plan();
    expect(plan.warnings.join()).toContain('is that of "t"');
    expect(await run({ watermark_column: 'id' })).toMatchObject({ rows: 1, watermark: '3' });
    expect(await ids()).toBe('1 2 3');
  });
});

describe('rows without a value in the watermark column', () => {
  const cases = [
    ['INTEGER', 'NULL'],
    ['DOUBLE', 'NULL'],
    ['DOUBLE', 'nan'],
    ['FLOAT', 'infinity'],
    ['DOUBLE', '-infinity'],
    ['TIMESTAMP', '-infinity'],
    ['TIMESTAMPTZ', 'infinity'],
    ['VARCHAR', 'NULL'],
  ] as const;
  const some: Readonly<Record<string, string>> = { TIMESTAMP: '2024-01-01', TIMESTAMPTZ: '2024-01-01' };

  it.each(cases)('arrive once, and do not move the watermark: %s %s', async (type, none) => {
    const value = some[type] ?? '10';
    for (const primary_key of [[], 'id']) {
      const t = { watermark_column: 't', primary_key };
      await rm(place.at('home'), { recursive: true, force: true });
      await rm(place.at('store'), { recursive: true, force: true });
      await put('1', `1|${value} 2|${none}`, type);
      expect(await run(t)).toMatchObject({ rows: 2, watermark: expect.stringContaining(value) });
      expect(await run(t)).toMatchObject({ status: 'skip' });
      await put('2', `3|${none} 4|${none}`, type);
      expect(await run(t)).toMatchObject({
        status: 'success',
        rows: 2,
        watermark: expect.stringContaining(value),
      });
      expect(await run(t)).toMatchObject({ status: 'skip' });
      await place.witness.expectSame(settled(place.at('store')), home());
    }
  });

  it.each(cases)('are left out with skip, and an error with fail: %s %s', async (type, none) => {
    await put('1', `1|${some[type] ?? '10'} 2|${none}`, type);
    const failing = run({ watermark_column: 't', nulls: 'fail' });
    await expect(failing).rejects.toMatchObject({ code: 'WATERMARK_NULLS', facts: { rows: '1' } });
    expect(visible(place.at('store'))).toEqual([]);
    expect(await run({ watermark_column: 't', nulls: 'skip' })).toMatchObject({ rows: 1 });
    expect(await run({ watermark_column: 't', nulls: 'skip' })).toMatchObject({ status: 'skip' });
    expect(await ids()).toBe('1');
  });

  it('alone are moved too, and leave no watermark', async () => {
    await put('1', '1|NULL 2|NULL');
    expect(await run({ watermark_column: 't' })).toMatchObject({ rows: 2, watermark: null });
    expect(await run({ watermark_column: 't' })).toMatchObject({ status: 'skip' });
    await put('2', '3|NULL 4|7');
    expect(await run({ watermark_column: 't' })).toMatchObject({ rows: 2, watermark: '7' });
  });
});

describe('what is not new', () => {
  const groups = ', ROW_GROUP_SIZE 2048, COMPRESSION uncompressed';
  const big = (name: string, from: number, to: number) =>
    place.parquet(
      `home/${name}.parquet`,
      `SELECT i AS id, i // 10 AS t FROM range(${from}, ${to}) AS n(i)`,
      groups,
    );

  it('is not even read, and what is wholly new is copied', async () => {
    const old = await big('1', 0, 20_480);
    await run({ watermark_column: 't' });
    const file = await open(old, 'r+');
    // Everything but the last row group, which the watermark lies in.
    await file.write(Buffer.alloc(20_000, 0xff), 0, 20_000, 100);
    await file.close();
    await big('2', 20_480, 61_440);
    const plan = await flow({ watermark_column: 't' }).plan();
    expect(plan.route).toBe('splice');
    expect(plan.reason).toContain('20 of 30 row groups');
    expect(await run({ watermark_column: 't' })).toMatchObject({
      status: 'success',
      route: 'splice',
      rows: 40_960,
    });
    await place.witness.expectSame(
      settled(place.at('store')),
      'SELECT i AS id, i // 10 AS t FROM range(61440) AS n(i)',
    );
  });

  it.each(['splice', 'engine', 'batches'] as const)(
    'is left alone, and late rows are not, where the route is to be %s',
    async (route) => {
      const t = { watermark_column: 't', primary_key: 'id' };
      await put('1', '1|10 2|20');
      expect(await run(t, {}, { route: 'engine' })).toMatchObject({ status: 'success' });
      expect((await flow(t).plan({ route })).route).toBe(route);
      expect(await run(t, {}, { route })).toMatchObject({ status: 'skip', route, rows: 0 });
      await put('2', '3|20');
      expect(await run(t, {}, { route })).toMatchObject({ status: 'success', route, rows: 1 });
      expect(await ids()).toBe('1 2 3');
      await rm(place.at('home', '2.parquet'));
      await put('1', '1|10');
      expect(await run(t, {}, { route })).toMatchObject({ status: 'skip', route, watermark: '20' });
    },
  );
});

describe('a store that has changed', () => {
  it('by the type of a column is compared by what its values mean now', async () => {
    await put('1', '1|10 2|20', 'VARCHAR');
    await run({ watermark_column: 't' });
    await put('1', '1|10 2|20 3|30', 'INTEGER');
    expect((await flow({ watermark_column: 't' }).plan()).warnings.join()).toContain('is no INTEGER');
    expect(await run({ watermark_column: 't' })).toMatchObject({ rows: 1, watermark: '30' });
  });

  it('and never had the watermark column is not added to', async () => {
    await put('1', '1|10 2|20');
    await run({ watermark_column: 't' }, { run_type: 'full_drop', columns: ['id'] });
    await put('2', '3|30');
    await expect(run({ watermark_column: 't' })).rejects.toMatchObject({ code: 'WATERMARK_NOT_HELD' });
    expect(await run({ watermark_column: 't' }, { run_type: 'full_drop' })).toMatchObject({ rows: 3 });
    await put('3', '4|40');
    expect(await run({ watermark_column: 't' })).toMatchObject({ rows: 1 });
  });

  it('and lost its files is told of', async () => {
    await put('1', '1|10');
    await run({ watermark_column: 't' });
    for (const name of visible(place.at('store'))) await rm(place.at('store', name));
    expect((await flow({ watermark_column: 't' }).plan()).warnings.join()).toContain('holds nothing');
  });
});

describe('homes and stores of other kinds', () => {
  it('rows that come through JavaScript are compared all the same', async () => {
    let many = 2;
    const definition = homeThat(() => pieces(many));
    const start = () => run({ watermark_column: 'id' }, { home: Home.of(definition, {}) });
    expect(await start()).toMatchObject({ rows: 200, watermark: '199', route: 'batches' });
    expect(await start()).toMatchObject({ status: 'skip' });
    many = 3;
    expect(await start()).toMatchObject({ rows: 100, watermark: '299' });
    const [row] = await place.witness.rows(
      `SELECT count(*), count(DISTINCT id) FROM (${settled(place.at('store'))})`,
    );
    expect(row).toEqual(['300', '300']);
  });

  it('a home whose types only the data tells', async () => {
    let rows = [{ id: 1, at: '2024-01-01' }];
    const start = () => run({ watermark_column: 'at' }, { home: undeclared(() => rows) });
    expect(await start()).toMatchObject({ rows: 1, watermark: '2024-01-01' });
    rows = [...rows, { id: 2, at: '2024-01-01' }];
    expect(await start()).toMatchObject({ rows: 1 });
  });

  it('a store that cannot tell what it holds is given everything, and a merge is refused', async () => {
    await put('1', '1|10 2|20');
    const seen = nothingSeen();
    const { Store } = await import('../../src/index.js');
    const store = () =>
      Store.of(
        storeThat(seen, async () => {}),
        {},
      );
    expect(await run({ watermark_column: 't' }, { store: store() })).toMatchObject({
      rows: 2,
      watermark: '20',
    });
    const merge = run({ watermark_column: 't', primary_key: 'id' }, { store: store(), run_type: 'merge' });
    await expect(merge).rejects.toMatchObject({ code: 'MODE_UNSUPPORTED' });
  });
});
