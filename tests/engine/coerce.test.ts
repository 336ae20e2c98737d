import { describe, expect, it } from 'vitest';
import type { LogicalType, SimpleKind, Value } from '../../src/core/types.js';
import { coerce } from '../../src/engine/index.js';
import { errorOf } from './support.js';

const place = { name: 'numbers', firstRow: 0 };
const as = (type: LogicalType, value: unknown): Value | undefined =>
  coerce([value], { name: 'a', type, nullable: true }, place)[0];
const simple = (kind: SimpleKind): LogicalType => ({ kind });
const decimal = (width: number, scale: number): LogicalType => ({ kind: 'decimal', width, scale });
const list = (element: LogicalType): LogicalType => ({ kind: 'list', element });
const struct: LogicalType = {
  kind: 'struct',
  fields: [
    { name: 'a', type: { kind: 'bigint' } },
    { name: '__proto__', type: { kind: 'varchar' } },
  ],
};
const map: LogicalType = { kind: 'map', key: { kind: 'varchar' }, value: { kind: 'bigint' } };
const union: LogicalType = { kind: 'union', members: [{ name: 'n', type: { kind: 'bigint' } }] };
const noon = new Date('2024-02-29T12:00:00.123Z');
const micros = BigInt(noon.getTime()) * 1000n;
const hostile = JSON.parse('{"a": 1, "__proto__": "x"}') as object;

describe('what fits is kept exactly', () => {
  it.each<[LogicalType, unknown, Value]>([
    [simple('integer'), 12n, 12],
    [simple('integer'), '-12', -12],
    [simple('integer'), '1.2e1', 12],
    [simple('bigint'), 12, 12n],
    [simple('bigint'), '9223372036854775807', 9223372036854775807n],
    [simple('uhugeint'), '340282366920938463463374607431768211455', 2n ** 128n - 1n],
    [simple('bignum'), `-${'9'.repeat(400)}`, 1n - 10n ** 400n],
    [simple('double'), '0.1', 0.1],
    [simple('double'), '1e308', 1e308],
    [simple('double'), 2n ** 60n, 2 ** 60],
    [simple('double'), '-Infinity', Number.NEGATIVE_INFINITY],
    [simple('double'), Number.NaN, Number.NaN],
    [simple('float'), 0.5, 0.5],
    [simple('float'), '0.1', Math.fround(0.1)],
    [decimal(9, 2), 12.34, '12.34'],
    [decimal(9, 2), '12.3', '12.30'],
    [decimal(9, 2), '1e3', '1000.00'],
    [decimal(9, 2), -5n, '-5.00'],
    [decimal(2, 2), '-.5', '-0.50'],
    [decimal(38, 0), '99999999999999999999999999999999999999', '99999999999999999999999999999999999999'],
    [decimal(38, 37), '1.2345678901234567890123456789012345678', '1.2345678901234567890123456789012345678'],
    [simple('date'), '1970-01-02', 1],
    [simple('date'), '0000-03-01', -719468],
    [simple('date'), '-0001-12-31', -719529],
    [simple('date'), new Date('2024-02-29T00:00:00Z'), 19782],
    [simple('time'), '24:00:00', 86_400_000_000n],
    [simple('time'), '10:15', 36_900_000_000n],
    [simple('time_ns'), '00:00:00.123456789', 123_456_789n],
    [simple('timetz'), '10:00:00.5+02:30', { micros: 36_000_500_000n, offset: 9000 }],
    [simple('timestamp'), noon, micros],
    [simple('timestamp'), '2024-02-29 12:00:00.123000', micros],
    [simple('timestamp'), '2024-02-29T12:00:00.123Z', micros],
    [simple('timestamp'), '2024-02-29', BigInt(19782 * 86_400) * 1_000_000n],
    [simple('timestamptz'), '2024-02-29T13:00:00.123+01:00', micros],
    [simple('timestamptz'), '2024-02-29T12:00:00.123000000Z', micros],
    [simple('timestamp_ms'), noon, micros / 1000n],
    [simple('timestamp_ns'), '2024-02-29T12:00:00.123456789', micros * 1000n + 456_789n],
    [simple('timestamp_s'), '1969-12-31T23:59:59', -1n],
    [simple('uuid'), '00112233-4455-6677-8899-AABBCCDDEEFF', '00112233-4455-6677-8899-aabbccddeeff'],
    [simple('uuid'), '00112233445566778899aabbccddeeff', '00112233-4455-6677-8899-aabbccddeeff'],
    [simple('json'), { a: [1, null, 'x'] }, '{"a":[1,null,"x"]}'],
    [simple('json'), '{"a": 1.000}', '{"a": 1.000}'],
    [simple('json'), 12n, '12'],
    [simple('varchar'), '\uFEFF \0 🦆', '\uFEFF \0 🦆'],
    [simple('varchar'), '', ''],
    [simple('varchar'), undefined, null],
    [simple('blob'), Buffer.from([1, 2]), Buffer.from([1, 2])],
    [simple('blob'), new Uint8Array([1, 2]).buffer, new Uint8Array([1, 2])],
    [simple('interval'), { days: 2 }, { months: 0, days: 2, micros: 0n }],
    [{ kind: 'enum', values: ['a', 'b'] }, 'b', 'b'],
    [list(simple('bigint')), [1, 2n, '3', null], [1n, 2n, 3n, null]],
    [{ kind: 'array', element: simple('bigint'), length: 2 }, [1, 2], [1n, 2n]],
    [map, new Map([['x', 1]]), [{ key: 'x', value: 1n }]],
    [map, { x: 1 }, [{ key: 'x', value: 1n }]],
    [map, [{ key: 'x', value: 1 }], [{ key: 'x', value: 1n }]],
    [union, { tag: 'n', value: 3 }, { tag: 'n', value: 3n }],
  ])('%o from %o', (type, value, expected) => {
    expect(as(type, value)).toStrictEqual(expected);
  });

  it('whatever a field is called', () => {
    const made = as(struct, hostile) as object;
    expect(Object.entries(made)).toEqual([
      ['a', 1n],
      ['__proto__', 'x'],
    ]);
    expect(Object.entries(as(struct, {}) as object)).toEqual([
      ['a', null],
      ['__proto__', null],
    ]);
  });
});

describe('what does not fit is an error', () => {
  it.each<[LogicalType, unknown]>([
    [simple('utinyint'), -1],
    [simple('tinyint'), 128],
    [simple('integer'), 1.5],
    [simple('integer'), '1.5'],
    [simple('integer'), Number.NaN],
    [simple('integer'), ' 1'],
    [simple('integer'), '0x10'],
    [simple('integer'), ''],
    [simple('integer'), true],
    [simple('bigint'), 2 ** 53],
    [simple('bigint'), 2n ** 63n],
    [simple('bignum'), '1e99999'],
    [simple('double'), 2n ** 53n + 1n],
    [simple('double'), '0.10000000000000000001'],
    [simple('double'), '1e400'],
    [simple('float'), 0.1],
    [simple('float'), 1e300],
    [decimal(4, 1), 0.25],
    [decimal(4, 1), '1000.0'],
    [decimal(4, 1), 0.1 + 0.2],
    [decimal(4, 1), '1e'],
    [decimal(4, 1), Number.POSITIVE_INFINITY],
    [simple('boolean'), 'true'],
    [simple('boolean'), 1],
    [simple('date'), '2023-02-29'],
    [simple('date'), '2023-2-1'],
    [simple('date'), 1.5],
    [simple('date'), 2 ** 31],
    [simple('date'), noon],
    [simple('date'), new Date('nonsense')],
    [simple('time'), '24:00:01'],
    [simple('time'), '10:60'],
    [simple('time'), '10:00:00.1234567'],
    [simple('time'), 86_400_000_001n],
    [simple('timetz'), '10:00:00'],
    [simple('timetz'), { micros: 0n, offset: 57_600 }],
    [simple('timestamp'), '2024-02-29T12:00:00.1234567'],
    [simple('timestamp'), '2024-02-29T12:00:00+02:00'],
    [simple('timestamp'), 1_700_000_000],
    [simple('timestamptz'), '2024-02-29T12:00:00'],
    [simple('timestamp_ns'), '2024-02-29T12:00:00.1234567891'],
    [simple('timestamp_ns'), '2500-01-01'],
    [simple('timestamp_s'), noon],
    [simple('varchar'), 'half \ud83e of a duck'],
    [simple('varchar'), 12],
    [simple('json'), '{nope}'],
    [simple('json'), { a: Number.NaN }],
    [simple('json'), { a: 2n ** 64n }],
    [simple('json'), new Map([['a', 1]])],
    [simple('json'), () => 1],
    [simple('uuid'), '00112233-4455'],
    [simple('blob'), 'text'],
    [simple('bit'), '012'],
    [simple('bit'), ''],
    [simple('interval'), { months: 2 ** 31 }],
    [simple('interval'), { years: 1 }],
    [simple('null'), 0],
    [{ kind: 'enum', values: ['a', 'b'] }, 'c'],
    [list(simple('bigint')), 'abc'],
    [list(simple('utinyint')), [1, 256]],
    [{ kind: 'array', element: simple('bigint'), length: 2 }, [1]],
    [struct, { a: 1, z: 2 }],
    [struct, new Date()],
    [map, new Map([[null, 1]])],
    [map, [{ key: 'x' }, { key: 'x' }]],
    [union, { tag: 'toString', value: 1 }],
  ])('%o from %o', async (type, value) => {
    const error = await errorOf(() => as(type, value));
    expect([error.code, error.facts.column, error.facts.row]).toEqual(['VALUE_UNFIT', 'a', 1]);
  });

  it('that names the column, the row, the value and the type', async () => {
    const column = { name: 'age', type: simple('utinyint'), nullable: true };
    const error = await errorOf(() => coerce([1, null, 256], column, { name: 'people', firstRow: 100 }));
    expect(error.message).toBe('people: column "age", row 103: 256 does not fit the type UTINYINT');
  });
});
