import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Flow, type FlowOptions } from '../../src/index.js';
import { readFile, settled, useWorkplace, visible } from '../integration/workplace.js';

const place = useWorkplace();
const parameters = { seed: 20260117, numRuns: 8 };

/** A row: its key, its place in time, and something else. Few values, so that ties and equal rows are many. */
interface Row {
  readonly id: number | null;
  readonly t: number | null;
  readonly x: string | null;
}

const rowOf = (t: fc.Arbitrary<number | null>): fc.Arbitrary<Row> =>
  fc.record({
    id: fc.option(fc.integer({ min: 0, max: 5 }), { freq: 8 }),
    t,
    x: fc.option(fc.constantFrom('', 'a', 'b'), { freq: 6 }),
  });

/** Appends: in each, rows at or above what was the greatest before, and rows without a value. */
const growing = fc
  .array(fc.array(rowOf(fc.option(fc.integer({ min: 0, max: 2 }), { freq: 6 })), { maxLength: 8 }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((appends) => {
    let top = 0;
    return appends.map((rows) => {
      const base = top;
      const moved = rows.map((row) => (row.t === null ? row : { ...row, t: base + row.t }));
      top = Math.max(top, ...moved.map(({ t }) => t ?? 0));
      return moved;
    });
  });

const select = (rows: readonly Row[]): string => {
  const text = (value: number | string | null): string =>
    value === null ? 'NULL' : typeof value === 'number' ? String(value) : `'${value}'`;
  const values = rows.map(({ id, t, x }) => `(${text(id)}, ${text(t)}, ${text(x)})`);
  const typed = 'SELECT id::INTEGER AS id, t::BIGINT AS t, x::VARCHAR AS x';
  return values.length === 0
    ? `${typed} FROM (SELECT NULL AS id, NULL AS t, NULL AS x) WHERE false`
    : `${typed} FROM (VALUES ${values.join(', ')}) AS n(id, t, x)`;
};

async function append(file: number, rows: readonly Row[], groups: number): Promise<void> {
  const path = `home/${String(file).padStart(3, '0')}.parquet`;
  await place.parquet(path, select(rows), `, ROW_GROUP_SIZE ${groups}`);
}

const start = (more: Partial<FlowOptions>) =>
  new Flow({ name: 'rows', home: place.at('home'), store: place.at('store'), ...more }).start();

async function emptied(): Promise<void> {
  await rm(place.at('home'), { recursive: true, force: true });
  await rm(place.at('store'), { recursive: true, force: true });
}

const everything = (): string => readFile(place.at('home', '*.parquet'));

describe('any number of incremental runs', () => {
  it('bring the store to what the home holds, each row as often, and then bring nothing', async () => {
    await fc.assert(
      fc.asyncProperty(growing, fc.constantFrom(undefined, 'engine', 'batches'), async (appends, route) => {
        await emptied();
        const watermark = { watermark_column: 't' };
        const run = () =>
          new Flow({
            name: 'rows',
            home: place.at('home'),
            store: place.at('store'),
            run_type: 'incremental',
            watermark,
          }).start(route === undefined ? {} : { route: route as 'engine' });
        for (const [i, rows] of appends.entries()) {
          await append(i, rows, 2048);
          await run();
          if (visible(place.at('store')).length === 0) {
            expect(appends.slice(0, i + 1).flat()).toEqual([]);
            continue;
          }
          await place.witness.expectSame(settled(place.at('store')), everything());
        }
        expect((await run()).status).toBe('skip');
      }),
      parameters,
    );
  });

  it('with a lag bring rows that come late, too', async () => {
    const late = fc.array(fc.array(rowOf(fc.integer({ min: 0, max: 10 })), { maxLength: 6 }), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(late, async (appends) => {
        await emptied();
        for (const [i, rows] of appends.entries()) {
          await append(i, rows, 2048);
          await start({ run_type: 'incremental', watermark: { watermark_column: 't', lag: 10 } });
        }
        if (appends.flat().length === 0) return;
        await place.witness.expectSame(settled(place.at('store')), everything());
      }),
      parameters,
    );
  });
});

describe('any number of merges', () => {
  it('bring the store to the latest row of every key', async () => {
    await fc.assert(
      fc.asyncProperty(growing, fc.integer({ min: 1, max: 4 }), async (appends, batchSize) => {
        await emptied();
        const model = new Map<number, Row>();
        for (const [i, given] of appends.entries()) {
          // Of rows that are as late as one another the last wins.
          const rows = given.map((row, at) => ({ ...row, id: row.id ?? at }));
          await append(i, rows, 2048);
          for (const row of rows) {
            const known = model.get(row.id)?.t ?? -1;
            if ((row.t ?? -1) >= known) model.set(row.id, row);
          }
          await start({
            run_type: 'merge',
            store: { type: 'parquet', path: place.at('store'), batch_size: batchSize },
            watermark: { watermark_column: 't', primary_key: 'id' },
          });
          if (model.size === 0) continue;
          await place.witness.expectSame(settled(place.at('store')), select([...model.values()]));
        }
      }),
      parameters,
    );
  });

  it('without a watermark let the last row of every key win', async () => {
    const batches = fc.array(
      fc.array(rowOf(fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: 6 }),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    await fc.assert(
      fc.asyncProperty(batches, async (all) => {
        await emptied();
        const model = new Map<number, Row>();
        for (const given of all) {
          const rows = given.map((row, at) => ({ ...row, id: row.id ?? at }));
          await append(0, rows, 2048);
          for (const row of rows) model.set(row.id, row);
          await start({ run_type: 'merge', watermark: { primary_key: 'id' } });
          await place.witness.expectSame(settled(place.at('store')), select([...model.values()]));
        }
      }),
      parameters,
    );
  });
});
