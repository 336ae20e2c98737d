import { copyFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { Flow, type FlowOptions } from '../../src/index.js';
import { readFile, settled, useWorkplace, visible } from '../integration/workplace.js';
import { flipBit, lastByteOf, withChecksums } from './checksums.js';
import { tamperingStore } from './tampering.js';

const place = useWorkplace();

const incremental = (more: Partial<FlowOptions> = {}): Flow =>
  new Flow({
    name: 'rows',
    home: place.at('home'),
    store: place.at('store'),
    run_type: 'incremental',
    watermark: { watermark_column: 't' },
    verify: 'fingerprint',
    retry: { attempts: 1 },
    ...more,
  });

const put = (name: string, from: number, to: number): Promise<string> =>
  place.parquet(
    `home/${name}.parquet`,
    `SELECT i AS id, i // 10 AS t, 'word ' || i AS word FROM range(${from}, ${to}) AS numbers(i)`,
    ', ROW_GROUP_SIZE 2048',
  );

describe.each(['chosen', 'engine', 'batches'] as const)('an incremental run by the %s route', (route) => {
  const options = route === 'chosen' ? {} : { route };

  it('has the fingerprint of what it moved, late rows among it', async () => {
    await put('1', 0, 5005);
    expect((await incremental().start(options)).fingerprint?.rows).toBe(5005);
    // five rows come late, with the highest value that was there
    await put('2', 5005, 12_000);
    const second = await incremental().start(options);
    expect(second.rows).toBe(6995);
    expect(second.fingerprint?.rows).toBe(6995);
    await place.witness.expectSame(settled(place.at('store')), readFile(place.at('home', '*.parquet')));
    const third = await incremental().start(options);
    expect(third).toMatchObject({ status: 'skip', verified: null });
    expect(third.fingerprint).toBeUndefined();
  });

  it('fails where any of its files has another value', async () => {
    await put('1', 0, 5005);
    await incremental().start(options);
    const before = visible(place.at('store'));
    await put('2', 5005, 12_000);
    for (const late of [true, false]) {
      const store = tamperingStore(place.at('store'), async (staged) => {
        for (const path of staged) {
          const where = late ? 'id < 5010' : 'id >= 11000';
          const select = `SELECT * REPLACE (CASE WHEN ${where} THEN 'other' ELSE word END AS word) FROM read_parquet('${path}')`;
          await copyFile(await place.parquet('changed.parquet', select), path);
        }
      });
      await expect(incremental({ store }).start(options)).rejects.toMatchObject({
        code: 'FINGERPRINT_DIFFERS',
      });
      expect(visible(place.at('store'))).toEqual(before);
    }
    expect((await incremental().start(options)).rows).toBe(6995);
  });
});

it('checks the pages that late rows come from, and none below', async () => {
  const plain = await put('1', 0, 5005);
  const sound = place.at('home', '1.parquet');
  await withChecksums(plain, place.at('checked'));
  await copyFile(place.at('checked'), sound);
  expect((await incremental().start()).rows).toBe(5005);
  await put('2', 5005, 12_000);
  // a row group that lies wholly below the watermark
  await flipBit(sound, await lastByteOf(sound, 0, 1));
  expect((await incremental().start({ route: 'splice' })).rows).toBe(6995);
  await put('3', 11_995, 12_000);
  // the row group of the highest value of the first run is not looked at either: that value is below by now
  await flipBit(sound, await lastByteOf(sound, 2, 1));
  expect((await incremental().start()).status).toBe('success');

  const { watermark, ...rest } = { watermark: { watermark_column: 't', lag: 5000 } };
  await expect(incremental({ ...rest, watermark }).start()).rejects.toMatchObject({
    code: 'PAGE_CORRUPT',
    facts: { path: sound, column: 't' },
  });
});
