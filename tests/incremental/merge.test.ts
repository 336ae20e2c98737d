import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Flow, type FlowOptions } from '../../src/index.js';
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
});
