import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defineHome, Flow, Home, type Plan, Store, z } from '../../src/index.js';
import { nothingSeen, storeThat } from '../integration/doubles.js';
import { everything, readFile, settled, useWorkplace, visible } from '../integration/workplace.js';
import { flipBit, lastByteOf, withChecksums } from './checksums.js';
import { tamperingStore } from './tampering.js';

const place = useWorkplace();

const rows = `SELECT i AS id, 'word ' || (i % 100) AS word, CASE WHEN i % 3 = 0 THEN NULL ELSE i / 4.0 END AS share,
  [i, NULL] AS list FROM range(5000) t(i)`;

const routes = ['splice', 'engine', 'batches'] as const;

/** Writes a staged file anew with one value changed: it is sound, and has as many rows. */
async function changeOneValue([first]: readonly string[]): Promise<void> {
  if (first === undefined) throw new Error('nothing is staged');
  const changed = await place.parquet(
    'changed.parquet',
    `SELECT * REPLACE (CASE WHEN id = 4321 THEN 'other' ELSE word END AS word) FROM read_parquet('${first}')`,
  );
  await copyFile(changed, first);
}

describe.each(routes)('verify: fingerprint by the %s route', (route) => {
  it('is in the result, and the rows are there', async () => {
    const home = await place.parquet('in.parquet', rows, ', ROW_GROUP_SIZE 2048');
    const store = place.at('store');
    const flow = new Flow({ name: 'f', home, store, verify: 'fingerprint' });
    const result = await flow.start({ route });
    await place.witness.expectSame(settled(store), readFile(home));
    const by = route === 'splice' ? 'bytes' : 'values';
    expect(result.verified).toEqual({ by: `footers and fingerprints of ${by}`, rows: 5000 });
    expect(result.fingerprint).toMatchObject({ by, rows: 5000 });
    expect(result.fingerprint?.columns.map(({ name }) => name)).toEqual(['id', 'word', 'share', 'list']);
    if (by === 'values')
      expect(result.fingerprint?.columns[2]).toMatchObject({ count: 3333, nulls: 1667, max: '1249.75' });
  });

  it('stops a run of which one staged value is another, and names the column', async () => {
    const home = await place.parquet('in.parquet', rows);
    const store = place.at('store');
    const options = { name: 'f', home, store: tamperingStore(store, changeOneValue) };
    const flow = new Flow({ ...options, verify: 'fingerprint', retry: { attempts: 1 } });
    await expect(flow.start({ route })).rejects.toMatchObject({
      code: 'FINGERPRINT_DIFFERS',
      // in copied files no column may be as it was, since the changed one was written by another writer
      facts: { column: route === 'splice' ? expect.any(String) : 'word' },
    });
    expect(visible(store)).toEqual([]);
    expect(everything(store).filter((name) => name.includes('.part'))).toEqual([]);
    // counts alone do not see it
    const blind = await new Flow(options).start({ route });
    expect(blind.verified).toEqual({ by: 'footers', rows: 5000 });
    expect(blind.fingerprint).toBeUndefined();
  });

  it('covers the columns and rows that are moved, and those alone', async () => {
    const home = await place.parquet('in.parquet', rows, ', ROW_GROUP_SIZE 2048');
    const options = { name: 'f', home, columns: { text: 'word', id: 'id' }, verify: 'fingerprint' } as const;
    const where = route === 'splice' ? 'id < 4096' : 'id < 4097';
    const store = place.at('store');
    const result = await new Flow({ ...options, store, where }).start({ route });
    expect(result.rows).toBe(route === 'splice' ? 4096 : 4097);
    expect(result.fingerprint?.columns.map(({ name }) => name)).toEqual(['text', 'id']);
    await place.witness.expectSame(
      settled(store),
      `SELECT word AS text, id FROM (${readFile(home)}) WHERE ${where}`,
    );
  });
});

describe('verify: fingerprint', () => {
  it('covers row groups that are filtered beside those that are copied', async () => {
    const home = await place.parquet('in.parquet', rows, ', ROW_GROUP_SIZE 2048');
    const store = place.at('store');
    const options = { name: 'f', home, where: 'id < 4500', retry: { attempts: 1 } };
    const flow = new Flow({ ...options, store, verify: 'fingerprint' });
    expect((await flow.plan()).reason).toContain('straddle');
    expect((await flow.start({ route: 'splice' })).rows).toBe(4500);
    const bad = tamperingStore(store, ([, second]) => changeOneValue([second ?? '']));
    await expect(
      new Flow({ ...options, store: bad, verify: 'fingerprint' }).start({ route: 'splice' }),
    ).rejects.toMatchObject({ code: 'FINGERPRINT_DIFFERS', facts: { column: 'word' } });
  });

  it('names the column of a copied byte that is another one', async () => {
    const home = await place.parquet('in.parquet', rows, ', ROW_GROUP_SIZE 2048');
    const store = tamperingStore(place.at('store'), async ([first = '']) =>
      flipBit(first, await lastByteOf(first, 1, 2)),
    );
    const flow = new Flow({ name: 'f', home, store, verify: 'fingerprint', retry: { attempts: 1 } });
    await expect(flow.start({ route: 'splice' })).rejects.toMatchObject({
      code: 'FINGERPRINT_DIFFERS',
      facts: { column: 'share', what: 'hash of the copied bytes' },
    });
  });

  it('compares rows of a home in JavaScript, as they come', async () => {
    const numbers = defineHome({
      type: 'numbers',
      summary: 'Numbers',
      config: z.strictObject({}),
      capabilities: { gives: ['batches'], ordered: true },
      open: async () => ({
        schema: async () => [
          { name: 'id', type: { kind: 'bigint' }, nullable: false },
          { name: 'word', type: { kind: 'varchar' }, nullable: true },
        ],
        estimate: async () => ({ rows: null, bytes: null, files: null, exact: false }),
        read: async function* () {
          for (let piece = 0; piece < 10; piece++)
            yield Array.from({ length: 500 }, (_, i) => ({
              id: piece * 500 + i,
              word: i % 2 ? null : `w${i}`,
            }));
        },
        close: async () => {},
      }),
    });
    const store = place.at('store');
    const options = { name: 'f', home: Home.of(numbers, {}), verify: 'fingerprint' } as const;
    const result = await new Flow({ ...options, store }).start();
    expect(result.fingerprint).toMatchObject({
      by: 'values',
      rows: 5000,
      columns: [
        { min: '0', max: '4999', nulls: 0 },
        { nulls: 2500, min: 'w0', max: 'w98' },
      ],
    });
    const filtered = await new Flow({ ...options, store, where: 'id < 700' }).start();
    expect(filtered.fingerprint).toMatchObject({ rows: 700, columns: [{ max: '699' }, { nulls: 350 }] });
    const bad = tamperingStore(place.at('bad'), changeOneValue);
    await expect(new Flow({ ...options, store: bad, retry: { attempts: 1 } }).start()).rejects.toMatchObject({
      code: 'FINGERPRINT_DIFFERS',
      facts: { column: 'word' },
    });
  });

  it('is refused where the store cannot give it, before anything is moved', async () => {
    const home = await place.parquet('in.parquet', rows);
    const seen = nothingSeen();
    const store = Store.of(
      storeThat(seen, async () => {}),
      {},
    );
    const flow = new Flow({ name: 'f', home, store, verify: 'fingerprint' });
    await expect(flow.start()).rejects.toMatchObject({ code: 'VERIFY_UNSUPPORTED', kind: 'config' });
    expect(seen.calls).not.toContain('begin');
  });

  it('of nothing at all is one too', async () => {
    const home = await place.parquet('in.parquet', `${rows} LIMIT 0`);
    for (const route of routes) {
      const flow = new Flow({ name: 'f', home, store: place.at(route), verify: 'fingerprint' });
      expect((await flow.start({ route })).fingerprint?.rows).toBe(0);
    }
  });
});

describe('verify: none', () => {
  it('compares nothing, and says so', async () => {
    const home = await place.parquet('in.parquet', rows);
    const half = async ([first = '']: readonly string[]) => {
      const less = await place.parquet('less.parquet', `SELECT * FROM read_parquet('${first}') LIMIT 10`);
      await copyFile(less, first);
    };
    const options = { name: 'f', home, retry: { attempts: 1 } };
    const counted = new Flow({ ...options, store: tamperingStore(place.at('a'), half) });
    await expect(counted.start()).rejects.toMatchObject({ code: 'ROWS_DIFFER' });
    const result = await new Flow({
      ...options,
      store: tamperingStore(place.at('b'), half),
      verify: 'none',
    }).start();
    expect(result).toMatchObject({ status: 'success', rows: 10, verified: null });
  });

  it('is in the plan', async () => {
    const home = await place.parquet('in.parquet', rows);
    const plans: Plan[] = [];
    for (const verify of ['none', 'counts', 'fingerprint'] as const)
      plans.push(await new Flow({ name: 'f', home, store: place.at('store'), verify }).plan());
    expect(plans.map(({ settings }) => settings.verify)).toEqual(['none', 'counts', 'fingerprint']);
  });
});

describe.each(routes)('checksums of pages by the %s route', (route) => {
  const damaged = async (): Promise<string> => {
    const plain = await place.parquet(
      'plain.parquet',
      rows,
      ', ROW_GROUP_SIZE 2048, COMPRESSION uncompressed',
    );
    const path = join(place.folder, 'in.parquet');
    await withChecksums(plain, path);
    return path;
  };

  it('are right in a sound file', async () => {
    const home = await damaged();
    await new Flow({ name: 'f', home, store: place.at('store') }).start({ route });
    await place.witness.expectSame(settled(place.at('store')), readFile(home));
  });

  it('stop a run with file, row group and column, and nothing is published', async () => {
    const home = await damaged();
    await flipBit(home, await lastByteOf(home, 2, 0));
    const flow = new Flow({ name: 'f', home, store: place.at('store') });
    await expect(flow.start({ route })).rejects.toMatchObject({
      code: 'PAGE_CORRUPT',
      facts: { path: home, rowGroup: 3, column: 'id' },
    });
    expect(visible(place.at('store'))).toEqual([]);
    // other columns and row groups are moved all the same
    const columns = ['word'];
    expect((await new Flow({ name: 'f', home, store: place.at('a'), columns }).start({ route })).rows).toBe(
      5000,
    );
    const where = 'id < 2048';
    expect((await new Flow({ name: 'f', home, store: place.at('b'), where }).start({ route })).rows).toBe(
      2048,
    );
  });

  it('cover row groups that are filtered', async () => {
    const path = await damaged();
    await flipBit(path, await lastByteOf(path, 2, 1));
    const where = 'id < 4500';
    const store = place.at('store');
    await expect(new Flow({ name: 'f', home: path, store, where }).start({ route })).rejects.toMatchObject({
      code: 'PAGE_CORRUPT',
      facts: { rowGroup: 3, column: 'word' },
    });
    const home = Home.create({ type: 'parquet', path, checksums: false });
    expect((await new Flow({ name: 'f', home, store, where }).start({ route })).rows).toBe(4500);
  });

  it('are not looked at with checksums: false', async () => {
    const path = await damaged();
    await flipBit(path, await lastByteOf(path, 0, 0));
    const home = Home.create({ type: 'parquet', path, checksums: false });
    expect((await new Flow({ name: 'f', home, store: place.at('store') }).start({ route })).rows).toBe(5000);
  });
});

it('zeros of both signs in one column are kept by a splice, and not by the engine, which the proof tells', async () => {
  const sql =
    "SELECT i AS id, (CASE WHEN i % 2 = 0 THEN '-0.0' ELSE '0.0' END)::DOUBLE AS zero FROM range(2000) t(i)";
  const home = await place.parquet('zeros.parquet', sql, ', DICTIONARY_SIZE_LIMIT 0');
  const flow = (to: string) =>
    new Flow({ name: 'f', home, store: place.at(to), verify: 'fingerprint', retry: { attempts: 1 } });
  await flow('copied').start({ route: 'splice' });
  const texts = 'SELECT id, zero::VARCHAR FROM';
  expect(await place.witness.table(`${texts} (${settled(place.at('copied'))})`)).toEqual(
    await place.witness.table(`${texts} '${home}'`),
  );
  await expect(flow('encoded').start({ route: 'engine' })).rejects.toMatchObject({
    code: 'FINGERPRINT_DIFFERS',
    facts: { column: 'zero' },
  });
  expect(visible(place.at('encoded'))).toEqual([]);
});
