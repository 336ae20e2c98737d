import { describe, expect, it } from 'vitest';
import { Flow, type FlowOptions, type StartOptions } from '../../src/index.js';
import { readFile, settled, useWorkplace } from '../integration/workplace.js';

const place = useWorkplace();

/** The type; three values that grow; one that lies a little above the second; what the watermark is as text. */
const types: readonly [
  type: string,
  first: string,
  second: string,
  between: string,
  third: string,
  mark: string,
][] = [
  ['TINYINT', '-128', '5', '6', '127', '127'],
  ['INTEGER', '-7', '0', '1', '2147483647', '2147483647'],
  [
    'BIGINT',
    '-9007199254740993',
    '9007199254740992',
    '9007199254740993',
    '9223372036854775807',
    '9223372036854775807',
  ],
  [
    'UBIGINT',
    '0',
    '9223372036854775808',
    '9223372036854775809',
    '18446744073709551615',
    '18446744073709551615',
  ],
  ['DECIMAL(9,2)', '-1.50', '0.00', '0.01', '1234567.89', '1234567.89'],
  [
    'DECIMAL(38,10)',
    '-1.5',
    '1234567890123456789012345678.0000000001',
    '1234567890123456789012345678.0000000002',
    '9999999999999999999999999999.9999999999',
    '9999999999999999999999999999.9999999999',
  ],
  ['FLOAT', '-0.1', '0.1', '0.10000001', '3.4e38', '3.4e+38'],
  ['DOUBLE', '-1e-300', '0.1', '0.10000000000000002', '1.7976931348623157e308', '1.7976931348623157e+308'],
  ['DATE', '0001-01-01', '2024-02-28', '2024-02-29', '9999-12-31', '9999-12-31'],
  [
    'TIMESTAMP',
    '1969-12-31 23:59:59.999999',
    '2024-02-29 10:00:00',
    '2024-02-29 10:00:00.000001',
    '2024-02-29 10:00:00.123456',
    '2024-02-29 10:00:00.123456',
  ],
  [
    'TIMESTAMP_NS',
    '1969-12-31 23:59:59.999999999',
    '2024-02-29 10:00:00',
    '2024-02-29 10:00:00.000000001',
    '2024-02-29 10:00:00.123456789',
    '2024-02-29 10:00:00.123456789',
  ],
  [
    'TIMESTAMPTZ',
    '1969-12-31 23:59:59.999999+00',
    '2024-02-29 10:00:00+02',
    '2024-02-29 08:00:00.000001+00',
    '2024-02-29 10:00:00.5+00',
    '2024-02-29 10:00:00.5+00',
  ],
  ['VARCHAR', '', "it''s", "it''s a", 'żółw 🐢', 'żółw 🐢'],
  [
    'UUID',
    '00000000-0000-0000-0000-000000000000',
    '7fffffff-0000-0000-0000-000000000000',
    '80000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
  ],
];

describe.each(types)('a watermark column of the type %s', (type, first, second, between, third, mark) => {
  const rows = (...values: readonly (readonly [number, string])[]): string =>
    values.map(([id, value]) => `SELECT ${id} AS id, CAST('${value}' AS ${type}) AS t`).join(' UNION ALL ');
  const run = (options: StartOptions = {}, more: Partial<FlowOptions> = {}) =>
    new Flow({
      name: 'rows',
      home: place.at('home'),
      store: place.at('store'),
      run_type: 'incremental',
      watermark: { watermark_column: 't' },
      ...more,
    }).start(options);

  it.each([undefined, 'engine'] as const)('goes on to the last digit, by the route %s', async (route) => {
    const options = route === undefined ? {} : { route };
    await place.parquet('home/1.parquet', rows([1, first], [2, second]));
    expect(await run(options)).toMatchObject({ status: 'success', rows: 2 });
    expect(await run(options)).toMatchObject({ status: 'skip' });
    await place.parquet('home/2.parquet', rows([3, second], [4, between], [5, third]));
    expect(await run(options)).toMatchObject({ status: 'success', rows: 3, watermark: mark });
    expect(await run(options)).toMatchObject({ status: 'skip', watermark: mark });
    await place.witness.expectSame(settled(place.at('store')), readFile(place.at('home', '*.parquet')));
  });
});

describe('a column that cannot be a watermark', () => {
  it.each([
    ['[1, 2]', 'INTEGER[]'],
    ["{'a': 1}", 'STRUCT("a" INTEGER)'],
    ['true', 'BOOLEAN'],
    ["'a'::BLOB", 'BLOB'],
    ['INTERVAL 1 DAY', 'INTERVAL'],
  ])('%s is refused before anything is written', async (value, type) => {
    await place.parquet('home/1.parquet', `SELECT ${value} AS t`);
    const flow = (column: string) =>
      new Flow({
        name: 'rows',
        home: place.at('home'),
        store: place.at('store'),
        run_type: 'incremental',
        watermark: { watermark_column: column },
      });
    await expect(flow('t').start()).rejects.toMatchObject({ code: 'WATERMARK_UNORDERED', facts: { type } });
    await expect(flow('T2').plan()).rejects.toMatchObject({ code: 'COLUMN_NOT_FOUND' });
  });
});
