import { describe, expect, it } from 'vitest';
import { Flow, type HyggeError } from '../../src/index.js';
import { readFile, settled, useWorkplace } from '../integration/workplace.js';

const place = useWorkplace();

/** Casts the column v of some rows by both routes; what settled is the same by both. */
async function cast(select: string, as: string, zone?: string): Promise<(string | null)[][] | HyggeError> {
  const home = await place.parquet('home.parquet', select);
  const column = { from: 'v', as, ...(zone === undefined ? {} : { zone }) };
  const outcomes: ((string | null)[][] | HyggeError)[] = [];
  for (const route of ['engine', 'batches'] as const) {
    const store = place.at(`store-${route}`);
    const flow = new Flow({ name: 'f', home, store, columns: { v: column } });
    const error = await flow.start({ route }).then(
      () => null,
      (thrown: HyggeError) => thrown,
    );
    outcomes.push(
      error ?? (await place.witness.rows(`SELECT typeof(v), v FROM (${settled(store)}) ORDER BY ALL`)),
    );
  }
  const [first, second] = outcomes;
  if (Array.isArray(first)) expect(second).toEqual(first);
  else expect(second).toMatchObject({ code: first?.code, message: first?.message });
  return first ?? [];
}

const values = (...all: string[]): string => `SELECT unnest([${all.join(', ')}]) AS v`;

describe('a cast that loses nothing', () => {
  it.each([
    ["'12', ' -3 ', NULL", 'integer', ['-3', '12', null]],
    ["'1.50', '2'", 'decimal(4,2)', ['1.50', '2.00']],
    ["'2024-02-29'", 'date', ['2024-02-29']],
    ['1.5::DECIMAL(9,3), 2', 'double', ['1.5', '2.0']],
    ['9007199254740992::BIGINT', 'double', ['9007199254740992.0']],
    ["0.5::DOUBLE, 'nan', '-inf'", 'float', ['-inf', '0.5', 'nan']],
    ['0.1::DOUBLE', 'decimal(2,1)', ['0.1']],
    ['300::BIGINT, NULL', 'smallint', ['300', null]],
    ["TIMESTAMP '2024-01-01 00:00:00'", 'date', ['2024-01-01']],
    ["DATE '1969-12-31'", 'timestamp_ns', ['1969-12-31 00:00:00']],
    ["TIMESTAMP_NS '1969-12-31 23:59:59.123456'", 'timestamp', ['1969-12-31 23:59:59.123456']],
    ['\'{"a": 1}\'', 'json', ['{"a": 1}']],
    ['[1, 2], NULL', 'bigint[]', ['[1, 2]', null]],
    ['1, 0', 'boolean', ['false', 'true']],
    ["'ä', NULL", "ENUM('ä', 'ö')", ['ä', null]],
  ])('%s as %s', async (from, as, expected) => {
    const rows = await cast(values(...from.split(/, (?![^[]*\])/)), as);
    expect(rows).not.toBeInstanceOf(Error);
    expect((rows as (string | null)[][]).map(([, value]) => value)).toEqual(expected);
  });

  it.each([
    ["TIMESTAMP '2024-07-01 12:00:00'", 'timestamptz', 'Europe/Oslo', '2024-07-01 10:00:00+00'],
    ["TIMESTAMPTZ '2024-07-01 22:30:00+00'", 'timestamp', 'Europe/Oslo', '2024-07-02 00:30:00'],
    ["TIMESTAMPTZ '2024-06-30 22:00:00+00'", 'date', 'Europe/Oslo', '2024-07-01'],
    ["DATE '2024-01-01'", 'timestamptz', 'Asia/Kathmandu', '2023-12-31 18:15:00+00'],
  ])('%s as %s in the zone %s', async (from, as, zone, expected) => {
    expect(await cast(values(from), as, zone)).toMatchObject([[expect.any(String), expected]]);
  });
});

describe('a cast that would lose something fails with the column and the value', () => {
  it.each([
    ["'12', 'x12'", 'integer', '"x12"'],
    ["'1.505'", 'decimal(4,2)', '"1.505"'],
    ['0.125::DOUBLE', 'decimal(9,2)', '"0.125"'],
    ['9007199254740993::BIGINT', 'double', '"9007199254740993"'],
    ['0.1::DOUBLE', 'float', '"0.1"'],
    ["'nan'::DOUBLE", 'decimal(4,2)', '"nan"'],
    ['70000::INTEGER', 'smallint', '"70000"'],
    ['1.5::DOUBLE', 'integer', '"1.5"'],
    ['2', 'boolean', '"2"'],
    ["TIMESTAMP '2024-01-01 00:00:01'", 'date', '"2024-01-01 00:00:01"'],
    ["TIMESTAMP_NS '2024-01-01 00:00:00.000000001'", 'timestamp', '"2024-01-01 00:00:00.000000001"'],
    ["'2024-01-01 10:00:00+02'", 'timestamp', '"2024-01-01 10:00:00+02"'],
    ["'äß\"}\n='", 'integer', '"äß\\"}\\n="'],
    ["DATE '2024-01-01'", 'integer', '"2024-01-01"'],
    ["{'a': 1}", 'integer', `"{'a': 1}"`],
  ])('%s as %s', async (from, as, value) => {
    const error = await cast(values(from), as);
    expect(error).toMatchObject({ code: 'VALUE_UNFIT' });
    expect((error as HyggeError).message).toMatch(/^f: column "v": /);
    expect((error as HyggeError).message).toContain(`: ${value} does not fit the type`);
  });

  it.each([
    ["TIMESTAMP '2024-03-31 02:30:00'", 'timestamptz', 'an hour that was left out'],
    ["TIMESTAMPTZ '2024-10-27 00:30:00+00'", 'timestamp', 'an hour that came twice'],
  ])('%s as %s in Europe/Oslo: %s', async (from, as) => {
    expect(await cast(values(from), as, 'Europe/Oslo')).toMatchObject({ code: 'VALUE_UNFIT' });
  });

  it('does not show the value of a column that is masked', async () => {
    const home = await place.parquet('home.parquet', "SELECT 'secret' AS v");
    const columns = { v: { as: 'integer' } };
    const flow = new Flow({
      name: 'f',
      home,
      store: place.at('store'),
      columns,
      mask: { columns: { v: 'redact' } },
    });
    const error = await flow.start().catch((thrown: HyggeError) => thrown);
    expect(error).toMatchObject({ code: 'VALUE_UNFIT' });
    expect(JSON.stringify(error)).not.toContain('secret');
    expect(String((error as Error).cause)).not.toContain('secret');
  });
});

describe('a cast that nobody can make is told before a row is read', () => {
  it.each([
    ["'a'", 'blub', undefined, 'TYPE_UNKNOWN'],
    ["'a'", 'integer) AS value, (1', undefined, 'TYPE_UNKNOWN'],
    ["TIMESTAMP '2024-07-01 12:00:00'", 'timestamptz', undefined, 'CAST_IMPOSSIBLE'],
    ["TIMESTAMP '2024-07-01 12:00:00'", 'timestamptz', 'Europe/Olso', 'CAST_IMPOSSIBLE'],
  ])('%s as %s', async (from, as, zone, code) => {
    expect(await cast(values(from), as, zone)).toMatchObject({ code, kind: 'config' });
  });
});

describe('a cast to the type that a column has already', () => {
  it('changes nothing, so the rows are copied', async () => {
    const home = await place.parquet('home.parquet', 'SELECT range AS v FROM range(1000)');
    const flow = new Flow({
      name: 'f',
      home,
      store: place.at('store'),
      columns: { w: { from: 'v', as: 'bigint' } },
    });
    expect((await flow.start()).route).toBe('splice');
    await place.witness.expectSame(settled(place.at('store')), `SELECT v AS w FROM (${readFile(home)})`);
  });
});
