import { copyFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { Flow, type FlowOptions, Home } from '../../src/index.js';
import { selectHome } from '../integration/doubles.js';
import { bothRoutes, settled, useWorkplace, visible } from '../integration/workplace.js';
import { flipBit, lastByteOf, withChecksums } from './checksums.js';
import { tamperingStore } from './tampering.js';

const place = useWorkplace();

const merge = (more: Partial<FlowOptions> = {}): Flow =>
  new Flow({
    name: 'people',
    home: place.at('home.parquet'),
    store: place.at('store'),
    run_type: 'merge',
    watermark: { watermark_column: 'seen', primary_key: 'id', lag: 100 },
    verify: 'fingerprint',
    retry: { attempts: 1 },
    ...more,
  });

const row = (id: number, seen: number, name: string): string =>
  `SELECT ${id}::BIGINT AS id, ${seen}::BIGINT AS seen, '${name}' AS name`;
const rows = (...given: [number, number, string][]): string =>
  given.map((one) => row(...one)).join(' UNION ALL ');
const old = "SELECT i AS id, 1::BIGINT AS seen, 'old' AS name, i * 2 AS kept FROM range(100) AS n(i)";
/** One row is new, one newer, one the same, and one older than that of the store. */
const given = rows([100, 2, 'new'], [7, 2, 'newer'], [8, 1, 'old'], [9, 0, 'older']);

describe.each(bothRoutes)('a merge with fingerprints by the %s route', (route) => {
  it('proves the rows that it was given, and those that stay beside them', async () => {
    await place.parquet('home.parquet', old);
    const first = await merge({ columns: ['id', 'seen', 'name'] }).start({ route });
    expect(first.verified).toEqual({ by: 'footers and fingerprints of values', rows: 100 });
    await place.parquet('home.parquet', given);
    const second = await merge().start({ route });
    expect(second).toMatchObject({ rows: 2, merged: { inserted: 1, updated: 1, unchanged: 2 } });
    expect(second.fingerprint).toMatchObject({ by: 'values', rows: 4 });
    await place.witness.expectSame(
      settled(place.at('store')),
      `SELECT i AS id, 1::BIGINT AS seen, 'old' AS name FROM range(100) AS n(i) WHERE i <> 7
       UNION ALL ${rows([7, 2, 'newer'], [100, 2, 'new'])}`,
    );
    expect(await merge().start({ route })).toMatchObject({ status: 'skip' });
  });

  it('notices a home that gives other values when it is read again', async () => {
    const home = Home.of(selectHome('SELECT i AS id, 1 AS seen, random() AS name FROM range(9) AS n(i)'), {});
    const run = merge({ home }).start({ route });
    // rows that come through JavaScript are read once, and noted as they come
    if (route === 'batches') expect(await run).toMatchObject({ rows: 9 });
    else await expect(run).rejects.toMatchObject({ code: 'FINGERPRINT_DIFFERS', facts: { column: 'name' } });
  });
});

describe('a merge with fingerprints', () => {
  it.each([
    ['a row that was given', "name = 'newer'", 'name'],
    ['a row that stays', 'id = 50', 'kept'],
    ['a row that stays, with no other value in it', 'id = 51', 'kept'],
  ])('fails where a staged file has another value: in %s', async (_, where, column) => {
    await place.parquet('home.parquet', old);
    await merge().start();
    const before = visible(place.at('store'));
    await place.parquet('home.parquet', given);
    const store = tamperingStore(place.at('store'), async (staged) => {
      for (const path of staged) {
        const has = await place.witness.table(`FROM read_parquet('${path}') LIMIT 0`);
        if (!has.columns.includes(column)) continue;
        const other = column === 'name' ? "'another'" : '-1';
        const select = `SELECT * REPLACE (CASE WHEN ${where} THEN ${other} ELSE ${column} END AS ${column}) FROM read_parquet('${path}')`;
        await copyFile(await place.parquet('changed.parquet', select), path);
      }
    });
    await expect(merge({ store }).start({ route: 'engine' })).rejects.toMatchObject({
      code: 'FINGERPRINT_DIFFERS',
      facts: { column },
    });
    expect(visible(place.at('store'))).toEqual(before);
    expect(await merge().start()).toMatchObject({ rows: 3, merged: { unchanged: 1 } });
  });

  it('takes every type that a file can hold', async () => {
    const every = `SELECT id, 1 AS seen, COLUMNS(* EXCLUDE (id)) FROM
      (SELECT (row_number() OVER ())::BIGINT AS id, * EXCLUDE (hugeint, uhugeint, time_tz, "interval", "union") FROM test_all_types())`;
    await place.parquet('home.parquet', every);
    expect(await merge().start({ route: 'engine' })).toMatchObject({ rows: 3 });
    await place.parquet('home.parquet', every.replace('1 AS seen', '2 AS seen'));
    expect(await merge().start({ route: 'engine' })).toMatchObject({ merged: { updated: 3 } });
  });
});

it('a merge does not write anew what is damaged, whatever it verifies', async () => {
  const plain = await place.parquet('plain.parquet', old);
  await withChecksums(plain, place.at('home.parquet'));
  await merge({ run_type: 'full_drop', verify: 'counts' }).start({ route: 'splice' });
  const [name = ''] = visible(place.at('store'));
  const stored = place.at('store', name);
  await place.parquet('home.parquet', given);
  await flipBit(stored, await lastByteOf(stored, 0, 3));
  await expect(merge({ verify: 'counts' }).start()).rejects.toMatchObject({
    code: 'PAGE_CORRUPT',
    facts: { path: stored, column: 'kept' },
  });
  expect(visible(place.at('store'))).toEqual([name]);
});
