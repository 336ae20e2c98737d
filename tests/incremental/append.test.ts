import { describe, expect, it } from 'vitest';
import { Flow, type FlowOptions, type StartOptions } from '../../src/index.js';
import { readFile, settled, useWorkplace, visible } from '../integration/workplace.js';

const place = useWorkplace();

const run = (
  watermark: FlowOptions['watermark'],
  more: Partial<FlowOptions> = {},
  options: StartOptions = {},
) =>
  new Flow({
    name: 'rows',
    home: place.at('home'),
    store: place.at('store'),
    run_type: 'incremental',
    ...(watermark === undefined ? {} : { watermark }),
    ...more,
  }).start(options);

const home = () => readFile(place.at('home', '*.parquet'));

describe.each([undefined, 'id'])('an incremental run, primary key %s', (primary_key) => {
  const watermark = { watermark_column: 't', ...(primary_key === undefined ? {} : { primary_key }) };

  it('brings what is new, late rows with an equal value once, and nothing where nothing is new', async () => {
    await place.parquet('home/1.parquet', 'SELECT i AS id, i // 10 AS t FROM range(100) AS n(i)');
    expect(await run(watermark)).toMatchObject({ status: 'success', rows: 100, watermark: '9' });
    const files = visible(place.at('store'));
    expect(await run(watermark)).toMatchObject({ status: 'skip', rows: 0, watermark: '9' });
    expect(visible(place.at('store'))).toEqual(files);

    await place.parquet('home/2.parquet', 'SELECT 100 + i AS id, 9 + i // 10 AS t FROM range(20) AS n(i)');
    expect(await run(watermark)).toMatchObject({ status: 'success', rows: 20, watermark: '10' });
    await place.witness.expectSame(settled(place.at('store')), home());
    expect(await run(watermark)).toMatchObject({ status: 'skip', watermark: '10' });
  });
});
