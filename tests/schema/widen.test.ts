import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseType } from '../../src/core/type-text.js';
import { type LogicalType, sameType, typeName, type Value } from '../../src/core/types.js';
import { hasText, holds, widerType } from '../../src/core/widen.js';
import { anyType, valuesOf } from '../engine/arbitrary.js';
import { useEngine } from '../engine/support.js';

const simple = (...kinds: LogicalType['kind'][]): LogicalType[] =>
  kinds.map((kind) => ({ kind }) as LogicalType);

const decimals: LogicalType[] = [
  [1, 0],
  [4, 4],
  [9, 2],
  [18, 3],
  [20, 0],
  [38, 0],
  [38, 38],
].map(([width = 1, scale = 0]) => ({ kind: 'decimal', width, scale }));

/** Every kind that may grow into another, and some within others. */
const flat: readonly LogicalType[] = [
  ...simple('null', 'boolean', 'tinyint', 'smallint', 'integer', 'bigint', 'hugeint', 'bignum'),
  ...simple('utinyint', 'usmallint', 'uinteger', 'ubigint', 'uhugeint', 'float', 'double'),
  ...simple(
    'varchar',
    'json',
    'uuid',
    'date',
    'time',
    'timestamp_s',
    'timestamp_ms',
    'timestamp',
    'timestamptz',
  ),
  ...decimals,
  { kind: 'enum', values: ['a', 'b'] },
  { kind: 'enum', values: ['b', 'a', "c'"] },
];
const nested = (element: LogicalType): LogicalType[] => [
  { kind: 'list', element },
  { kind: 'array', element, length: 2 },
  { kind: 'map', key: { kind: 'varchar' }, value: element },
  {
    kind: 'struct',
    fields: [
      { name: 'a "b"', type: element },
      { name: 'c', type: { kind: 'date' } },
    ],
  },
];
const types = [...flat, ...simple('integer', 'bigint', 'double').flatMap(nested)];

const isWhole = ({ kind }: LogicalType): boolean => /^u?(tiny|small|big|huge)?int(eger)?$/.test(kind);

describe('the least type that holds two', () => {
  const { session } = { session: useEngine() };

  it('is the same in either order, holds both, and is the least that does', () => {
    for (const a of types) {
      expect(widerType(a, a)).toEqual(a);
      for (const b of types) {
        const wider = widerType(a, b);
        const other = widerType(b, a);
        expect(wider === null ? null : typeName(wider)).toBe(other === null ? null : typeName(other));
        if (wider === null) continue;
        expect([typeName(a), holds(wider, a)]).toEqual([typeName(a), true]);
        // Whole numbers grow among those that every format has first, though another type may hold both.
        const isOther = (kind: string): boolean => /^(float|double|decimal|u?hugeint)$/.test(kind);
        const among = isWhole(a) && isWhole(b) ? types.filter(({ kind }) => !isOther(kind)) : types;
        for (const c of among) {
          if (holds(c, a) && holds(c, b)) expect([typeName(c), holds(c, wider)]).toEqual([typeName(c), true]);
        }
      }
    }
  });

  it('holds every value of both, as it is', async () => {
    const pairs = types.flatMap((a) =>
      types.flatMap((b) => {
        const wider = widerType(a, b);
        const grows = wider !== null && !sameType(wider, a) && a.kind !== 'null';
        return grows ? [{ from: a, to: wider }] : [];
      }),
    );
    const unique = [
      ...new Map(pairs.map((pair) => [`${typeName(pair.from)} ${typeName(pair.to)}`, pair])).values(),
    ];
    expect(unique.length).toBeGreaterThan(100);
    for (const { from, to } of unique) {
      const values = fc.sample(valuesOf(from), { numRuns: 60, seed: 7 });
      expect([typeName(from), typeName(to), await lost(from, to, [...extremes(from), ...values])]).toEqual([
        typeName(from),
        typeName(to),
        0,
      ]);
    }
  });

  it('of text: every value has a text that it can be read from again', async () => {
    for (const type of flat.filter((one) => hasText(one) && one.kind !== 'null')) {
      const values = fc.sample(valuesOf(type), { numRuns: 100, seed: 11 });
      const all = [...extremes(type), ...values];
      expect([typeName(type), await lost(type, { kind: 'varchar' }, all)]).toEqual([typeName(type), 0]);
    }
  });

  /** How many values do not come back from another type as they were. */
  async function lost(from: LogicalType, to: LogicalType, values: readonly Value[]): Promise<number> {
    const schema = [{ name: 'v', type: from, nullable: true }];
    const table = await session.session.table(schema);
    await table.append({ schema, rows: values.length, columns: [values], bytes: 0 });
    const { sql } = await table.relation();
    // The engine does not make seconds of milliseconds.
    const back = from.kind.startsWith('timestamp_') ? 'TIMESTAMP' : typeName(from);
    const [row] = await session.session.rows(
      `SELECT count(*) FROM (${sql}) WHERE CAST(CAST(v AS ${typeName(to)}) AS ${back}) IS DISTINCT FROM CAST(v AS ${back}) OR CAST(v AS ${typeName(to)}) IS NULL`,
    );
    await table.drop();
    return Number(row?.[0]);
  }
});

/** The least and the greatest values of whole numbers and decimals. */
function extremes(type: LogicalType): Value[] {
  if (type.kind === 'decimal') {
    const digits = '9'.repeat(type.width);
    const point = type.width - type.scale;
    const text = type.scale === 0 ? digits : `${digits.slice(0, point) || '0'}.${digits.slice(point)}`;
    return [text, `-${text}`];
  }
  const whole = /^(u?)(tiny|small|big|huge)?int(eger)?$/.exec(type.kind);
  if (whole === null) return [];
  const bits = { tiny: 8, small: 16, big: 64, huge: 128 }[whole[2] ?? ''] ?? 32;
  const [least, greatest] =
    whole[1] === 'u'
      ? [0n, 2n ** BigInt(bits) - 1n]
      : [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n];
  return bits <= 32 ? [Number(least), Number(greatest)] : [least, greatest];
}

describe('a type as text', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(anyType, (type) => {
        expect(parseType(typeName(type))).toEqual(type);
      }),
      { seed: 42, numRuns: 500 },
    );
  });

  it.each([
    '',
    'NUMBER',
    'DECIMAL(3)',
    'INTEGER[',
    'STRUCT("a" INTEGER',
    'MAP(INTEGER)',
    'integer',
    'INTEGER x',
  ])('is none: %s', (text) => {
    expect(parseType(text)).toBeNull();
  });
});
