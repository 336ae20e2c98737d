import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Flow, type FlowOptions, Store } from '../../src/index.js';
import { parquetStore } from '../../src/stores/parquet/index.js';
import { undeclared } from '../integration/doubles.js';
import { settled, useWorkplace, visible } from '../integration/workplace.js';

const place = useWorkplace();

const merge = (more: Partial<FlowOptions> = {}) =>
  new Flow({
    name: 'people',
    home: place.at('home'),
    store: { type: 'parquet', path: place.at('store'), batch_size: 4 },
    run_type: 'merge',
    watermark: { watermark_column: 'seen', primary_key: 'id' },
    ...more,
  }).start();

const contents = () =>
  Object.fromEntries(
    visible(place.at('store')).map((name) => [name, readFileSync(join(place.at('store'), name))]),
  );

describe('a merge', () => {
  it('updates rows of known keys, adds others, and touches no other file', async () => {
    await place.parquet('home/1.parquet', "SELECT i AS id, 1 AS seen, 'old' AS name FROM range(12) AS n(i)");
    expect(await merge()).toMatchObject({
      status: 'success',
      rows: 12,
      merged: { inserted: 12, updated: 0, unchanged: 0 },
    });
    const before = contents();
    expect(Object.keys(before)).toHaveLength(3);
    await place.parquet(
      'home/2.parquet',
      "SELECT id::BIGINT AS id, seen, name FROM (VALUES (5, 2, 'first'), (5, 3, 'latest'), (20, 2, 'new')) AS t(id, seen, name)",
    );
    expect(await merge()).toMatchObject({
      rows: 2,
      watermark: '3',
      merged: { inserted: 1, updated: 1, unchanged: 11 },
    });
    await place.witness.expectSame(
      settled(place.at('store')),
      `SELECT i AS id, 1 AS seen, 'old' AS name FROM range(12) AS n(i) WHERE i <> 5
       UNION ALL SELECT 5, 3, 'latest' UNION ALL SELECT 20, 2, 'new'`,
    );
    const after = contents();
    const kept = Object.keys(before).filter((name) => name in after);
    expect(kept).toHaveLength(2);
    for (const name of kept) expect(after[name]).toEqual(before[name]);
    expect(await merge()).toMatchObject({ status: 'skip' });
    expect(contents()).toEqual(after);
  });

  it('refuses rows without a key, and leaves rows alone that are older than those of the store', async () => {
    const row = (id: string, seen: string, name: string) =>
      `SELECT ${id}::BIGINT AS id, ${seen}::INTEGER AS seen, '${name}' AS name`;
    await place.parquet('home/1.parquet', `${row('1', '10', 'a')} UNION ALL ${row('2', '10', 'b')}`);
    await merge();
    const older = `${row('1', '9', 'older')} UNION ALL ${row('2', 'NULL', 'none')} UNION ALL ${row('3', 'NULL', 'c')}`;
    await place.parquet('home/1.parquet', older);
    const lag = { watermark_column: 'seen', primary_key: 'id', lag: 100 };
    expect(await merge({ watermark: lag })).toMatchObject({
      merged: { inserted: 1, updated: 0, unchanged: 2 },
    });
    await place.witness.expectSame(
      settled(place.at('store')),
      `${row('1', '10', 'a')} UNION ALL ${row('2', '10', 'b')} UNION ALL ${row('3', 'NULL', 'c')}`,
    );
    await place.parquet('home/1.parquet', row('NULL', '20', 'nobody'));
    await expect(merge()).rejects.toMatchObject({ code: 'KEY_NULL', facts: { rows: '1' } });
  });

  it('makes one row of several that the store holds of a key, and keeps columns that the home lacks', async () => {
    await place.parquet('home/1.parquet', "SELECT i % 2 AS id, i AS seen, 'x' AS name FROM range(6) AS n(i)");
    await merge({ run_type: 'incremental', watermark: { watermark_column: 'seen' } });
    await place.parquet('home/1.parquet', 'SELECT 0::BIGINT AS id, 9::BIGINT AS seen');
    expect(await merge()).toMatchObject({ rows: 1, merged: { inserted: 0, updated: 1, unchanged: 0 } });
    const all = `SELECT id, seen, name FROM read_parquet('${place.at('store', '*.parquet')}', union_by_name = true)`;
    await place.witness.expectSame(
      all,
      "SELECT 1::BIGINT AS id, i AS seen, 'x' AS name FROM (VALUES (1::BIGINT), (3), (5)) AS n(i) UNION ALL SELECT 0, 9, NULL",
    );
  });

  it('takes rows that come through JavaScript', async () => {
    let names = ['a', 'b'];
    const home = undeclared(() => names.map((name, id) => ({ id, name })));
    const start = () => merge({ home, watermark: { primary_key: 'id' } });
    expect(await start()).toMatchObject({ rows: 2, merged: { inserted: 2 } });
    names = ['a', 'c', 'd'];
    expect(await start()).toMatchObject({ merged: { inserted: 1, updated: 1, unchanged: 1 } });
    expect(await start()).toMatchObject({ status: 'skip' });
    expect(await place.witness.rows(`SELECT name FROM (${settled(place.at('store'))}) ORDER BY id`)).toEqual([
      ['a'],
      ['c'],
      ['d'],
    ]);
  });

  it('is not taken for one that stands still while it writes large files anew', async () => {
    await place.parquet('home/1.parquet', 'SELECT i AS id, 1 AS seen FROM range(3000000) AS n(i)');
    await merge({ run_type: 'full_drop', store: place.at('store') });
    await place.parquet('home/1.parquet', 'SELECT 7::BIGINT AS id, 2 AS seen');
    let signs = 0;
    const definition = {
      ...parquetStore,
      type: 'store_that_tells',
      open: async (...given: Parameters<typeof parquetStore.open>) => {
        const session = await parquetStore.open(...given);
        const finish = session.finish.bind(session);
        session.finish = (onProgress) =>
          finish(() => {
            signs += 1;
            onProgress?.();
          });
        return session;
      },
    } as const;
    const store = Store.of(definition as never, { path: place.at('store') });
    const result = await new Flow({
      name: 'people',
      home: place.at('home'),
      store,
      run_type: 'merge',
      watermark: { primary_key: 'id' },
    }).start({ route: 'batches' });
    expect(result).toMatchObject({ merged: { updated: 1 } });
    expect(signs).toBeGreaterThan(0);
  });

  it('needs a key', async () => {
    await place.parquet('home/1.parquet', 'SELECT 1 AS id, 1 AS seen');
    const keyless = merge({ watermark: { watermark_column: 'seen' } });
    await expect(keyless).rejects.toMatchObject({ code: 'KEY_NEEDED' });
    const wrong = merge({ watermark: { primary_key: 'ids' } });
    await expect(wrong).rejects.toMatchObject({ code: 'COLUMN_NOT_FOUND' });
  });
});
