import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { Flow } from '../../src/index.js';
import { readFooter } from '../../src/parquet/index.js';
import { settled, useWorkplace } from '../integration/workplace.js';

const place = useWorkplace();
const rows = 3000;

/** A column of texts of ten bytes each, in pages that have all lengths before all bytes. */
async function texts(value: string): Promise<string> {
  const text = "'x' || lpad(i::VARCHAR, 8, '0') || 'z'";
  const path = await place.parquet(
    'in.parquet',
    `SELECT i AS id, ${value.replaceAll('$', `(${text})`)} AS word FROM range(${rows}) t(i)`,
    ", PARQUET_VERSION 'V2', COMPRESSION uncompressed, ROW_GROUP_SIZE 2048",
  );
  const footer = await readFooter(path);
  const loose = footer.rowGroups[0]?.columns.filter(({ lengthsApart }) => lengthsApart) ?? [];
  expect(loose.map(({ encodings }) => encodings)).toEqual([['DELTA_LENGTH_BYTE_ARRAY']]);
  return path;
}

/** Makes one character of the last byte of a text and the first of the next: together they are UTF-8. */
async function split(path: string, before: number): Promise<void> {
  const bytes = await readFile(path);
  const end = `x${String(before).padStart(8, '0')}`;
  const at = bytes.indexOf(`${end}zx`) + end.length;
  expect(at).toBeGreaterThan(end.length);
  bytes.write('é', at);
  await writeFile(path, bytes);
}

const move = (store: object, more: object = {}) =>
  new Flow({ name: 'tea', home: place.at('in.parquet'), store: store as never, ...more }).start({
    route: 'engine',
  });
const refused = { code: 'TEXT_NOT_UNICODE', facts: { reason: 'column "word" has a text that is no UTF-8' } };

describe('texts that end in the middle of a character', () => {
  it.each([
    ['a text', '$'],
    ['a list', '[$]'],
    ['a struct', '{a: 1, b: $}'],
    ['lists in a struct', '{a: [[$]]}'],
    ['the keys of a map', 'map([$], [1])'],
    ['the values of a map', 'map([1], [$])'],
  ])('are refused, whatever writes them: in %s', async (_, value) => {
    const path = await texts(value);
    const fine = await move({ type: 'parquet', path: place.at('fine') });
    expect(fine).toMatchObject({ status: 'success', rows });
    expect(await place.witness.table(settled(place.at('fine')))).toEqual(
      await place.witness.table(`SELECT * FROM '${path}'`),
    );
    await split(path, 1500);
    // The engine alone does not see it.
    await place.witness.run(`COPY (SELECT * FROM '${path}') TO '${place.at('passed-on.parquet')}'`);
    const store = place.at('store');
    await expect(move({ type: 'parquet', path: store })).rejects.toMatchObject(refused);
    expect(existsSync(store)).toBe(false);
    const database = { type: 'duckdb', path: place.at('x.duckdb'), table: 'cups' };
    await expect(move(database)).rejects.toMatchObject(refused);
  });

  it.each([
    ['the one that lacks its end', 'id <> 1501'],
    ['the one that lacks its beginning', 'id <> 1500'],
    ['both of them, among others', 'id < 2900'],
  ])('are refused where a condition leaves only %s', async (_, where) => {
    await split(await texts('$'), 1500);
    await expect(move({ type: 'parquet', path: place.at('store') }, { where })).rejects.toMatchObject(
      refused,
    );
  });

  it('are no obstacle to those that are not moved', async () => {
    await split(await texts('$'), 1500);
    const moved = await move({ type: 'parquet', path: place.at('store') }, { columns: ['id'] });
    expect(moved).toMatchObject({ status: 'success', rows });
    const others = await move({ type: 'parquet', path: place.at('few') }, { where: 'id < 1000' });
    expect(others).toMatchObject({ status: 'success', rows: 1000 });
  });

  it('are copied as they are, and refused where their file is written anew', async () => {
    const path = await texts('$');
    await split(path, 2200);
    const store = { type: 'parquet', path: place.at('store') } as const;
    const flow = { name: 'tea', home: path, store } as const;
    expect(await new Flow(flow).start({ route: 'splice' })).toMatchObject({ status: 'success', rows });
    // A row group that straddles goes through the engine.
    const straddling = { ...flow, store: { ...store, path: place.at('other') }, where: 'id < 2500' };
    await expect(new Flow(straddling).start({ route: 'splice' })).rejects.toMatchObject(refused);
    await mkdir(place.at('more'));
    await place.parquet('more/in.parquet', "SELECT 7 AS id, 'seven' AS word");
    const merging = {
      ...flow,
      home: place.at('more', 'in.parquet'),
      run_type: 'merge',
      watermark: { primary_key: 'id' },
    } as const;
    await expect(new Flow(merging).start()).rejects.toMatchObject(refused);
    await place.file('hygge.yml', 'flows:\n  tea: { home: in.parquet, store: store }\n');
    const { coordinator } = await place.project();
    const compact = { rows: null, bytes: null, sort: ['id'] };
    await place.parquet('in.parquet', "SELECT 1 AS id, 'one' AS word");
    const outcomes = await coordinator.compact({ compact });
    expect(outcomes).toMatchObject([{ error: refused }]);
  });
});
