import { readFile as readBytes, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { Flow } from '../../src/index.js';
import { by, everything, everyWay, readFile, settled, useWorkplace } from './workplace.js';

const place = useWorkplace();
const run = (home: string, route: (typeof everyWay)[number] = 'chosen') =>
  new Flow({ name: 'sources', home, store: place.at('store') }).start(by(route));

describe.each(everyWay)('a home of several files, by the %s route', (route) => {
  it('has the columns of all of them under their own names, whatever their order', async () => {
    await place.parquet('in/a.parquet', "SELECT 1 AS id, 'a' AS label");
    await place.parquet('in/b.parquet', "SELECT 'b' AS label, 2 AS id");
    await run(place.at('in'), route);
    await place.witness.expectSame(
      settled(place.at('store')),
      "SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v(id, label)",
    );
  });

  it('has NULL where a file lacks a column, and says so before it begins', async () => {
    await place.parquet('in/a.parquet', 'SELECT 1 AS id');
    await place.parquet('in/b.parquet', "SELECT 2 AS id, 'b' AS label");
    const plan = await new Flow({ name: 'sources', home: place.at('in'), store: place.at('store') }).plan();
    expect(plan.warnings).toEqual([expect.stringContaining('"label"')]);
    await run(place.at('in'), route);
    await place.witness.expectSame(
      settled(place.at('store')),
      "SELECT * FROM (VALUES (1, NULL), (2, 'b')) AS v(id, label)",
    );
  });

  it('takes the folders of its paths as columns where all paths have them', async () => {
    await place.parquet('in/year=2023/month=1/a.parquet', "SELECT 1 AS id, 'a' AS label");
    await place.parquet('in/year=2024/month=2/b.parquet', "SELECT 2 AS id, 'b' AS label");
    await run(place.at('in'), route);
    const expected = `SELECT * FROM read_parquet('${place.at('in')}/**/*.parquet', hive_partitioning = true)`;
    await place.witness.expectSame(settled(place.at('store')), expected);
    const found = await place.witness.table(settled(place.at('store')));
    expect([...found.columns].sort()).toEqual(['id', 'label', 'month', 'year']);
  });

  it('moves a file without rows, with its columns', async () => {
    const file = await place.parquet('empty.parquet', "SELECT 1 AS id, 'a' AS label WHERE false");
    const result = await run(file, route);
    expect(result).toMatchObject({ status: 'success', rows: 0 });
    await place.witness.expectSame(settled(place.at('store')), readFile(file));
  });

  it('moves files with and without rows together', async () => {
    await place.parquet('in/a.parquet', 'SELECT 1 AS id WHERE false');
    await place.parquet('in/b.parquet', 'SELECT 2 AS id');
    await place.parquet('in/c.parquet', 'SELECT 3 AS id WHERE false');
    expect((await run(place.at('in'), route)).rows).toBe(1);
    await place.witness.expectSame(settled(place.at('store')), 'SELECT 2 AS id');
  });
});

describe('which files a home has', () => {
  it('all in a folder and in the folders below, in the order of their names', async () => {
    await place.parquet('in/b/2.parquet', 'SELECT 3 AS id');
    await place.parquet('in/a/deep/er/1.parquet', 'SELECT 1 AS id');
    await place.parquet('in/a/deep/er/2.parquet', 'SELECT 2 AS id');
    await place.parquet('in/z.parquet', 'SELECT 4 AS id');
    await run(place.at('in'));
    expect(await place.witness.rows(settled(place.at('store')))).toEqual([['1'], ['2'], ['3'], ['4']]);
  });

  it('those that a pattern names', async () => {
    await place.parquet('in/2023-12.parquet', 'SELECT 1 AS id');
    await place.parquet('in/2024-01.parquet', 'SELECT 2 AS id');
    await place.parquet('in/2024-02.parquet', 'SELECT 3 AS id');
    await place.parquet('in/below/2024-03.parquet', 'SELECT 4 AS id');
    const found = async (pattern: string): Promise<(string | null)[]> => {
      await run(place.at('in', pattern));
      return (await place.witness.rows(settled(place.at('store')))).map(([id]) => id ?? null);
    };
    expect(await found('2024-*.parquet')).toEqual(['2', '3']);
    expect(await found('**/2024-*.parquet')).toEqual(['2', '3', '4']);
    expect(await found('202[34]-?[12].parquet')).toEqual(['1', '2', '3']);
    expect(await found('2024-{01,02}.parquet')).toEqual(['2', '3']);
    expect(await found('*/*.parquet')).toEqual(['4']);
  });

  it('not the journal of the earlier tool, nor anything else that is hidden', async () => {
    await place.parquet('in/a.parquet', 'SELECT 1 AS id');
    await place.parquet('in/.hygge_journal/journal.parquet', "SELECT 'run' AS entity_run_id");
    await place.parquet('in/.hidden.parquet', 'SELECT 2 AS id');
    await run(place.at('in'));
    await place.witness.expectSame(settled(place.at('store')), 'SELECT 1 AS id');
  });

  it('a file whose name has the characters of patterns in it', async () => {
    const file = await place.parquet("in/it's [2024] a*b?.parquet", 'SELECT 1 AS id');
    await place.parquet('in/its 2 ab.parquet', 'SELECT 2 AS id');
    expect((await run(file)).rows).toBe(1);
    await place.witness.expectSame(settled(place.at('store')), 'SELECT 1 AS id');
    expect((await run(place.at('in'))).rows).toBe(2);
  });

  it('what one store holds can be the home of the next flow', async () => {
    await run(await place.parquet('one.parquet', 'SELECT i AS id FROM range(100) AS n(i)'));
    const next = new Flow({ name: 'next', home: place.at('store'), store: place.at('next') });
    expect((await next.start()).rows).toBe(100);
  });
});

describe('a home that cannot be moved', () => {
  const fails = async (home: string, code: string): Promise<string> => {
    const error = await run(home).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code });
    expect(everything(place.at('store'))).toEqual([]);
    return String(error);
  };

  it('because its files disagree on a type: both files are named', async () => {
    await place.parquet('in/a.parquet', 'SELECT 1 AS id');
    await place.parquet('in/b.parquet', "SELECT 'two' AS id");
    const message = await fails(place.at('in'), 'SCHEMAS_DISAGREE');
    for (const part of ['"id"', 'a.parquet', 'b.parquet', 'INTEGER', 'VARCHAR'])
      expect(message).toContain(part);
  });

  it('because it is not there', async () => {
    expect(await fails(place.at('nowhere'), 'PATH_NOT_FOUND')).toContain('nowhere');
  });

  it('because a folder has no parquet files', async () => {
    await place.file('in/notes.txt', 'hello');
    expect(await fails(place.at('in'), 'NO_PARQUET_FILES')).toContain('in');
  });

  it('because a text file calls itself parquet', async () => {
    const file = await place.file('text.parquet', 'I am not what my name says, but I am long enough.');
    expect(await fails(file, 'NOT_PARQUET')).toContain('text.parquet');
  });

  it('because a file is cut off', async () => {
    const file = await place.parquet('whole.parquet', 'SELECT i FROM range(10000) AS n(i)');
    const bytes = await readBytes(file);
    await writeFile(place.at('cut.parquet'), bytes.subarray(0, bytes.length / 2));
    expect(await fails(place.at('cut.parquet'), 'PARQUET_DAMAGED')).toContain('cut.parquet');
  });

  it('because no column is left of it', async () => {
    const home = await place.parquet('one.parquet', 'SELECT 1 AS id');
    const flow = new Flow({ name: 'none', home, store: place.at('store'), columns: [] });
    await expect(flow.start()).rejects.toMatchObject({ code: 'NO_COLUMNS' });
    expect(everything(place.at('store'))).toEqual([]);
  });
});
