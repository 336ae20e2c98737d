import fc from 'fast-check';
import {
  type Field,
  type LogicalType,
  type SimpleKind,
  simpleKinds,
  type Value,
} from '../../src/core/types.js';

const bigBits = (bits: number, signed: boolean): fc.Arbitrary<bigint> =>
  signed
    ? fc.bigInt(-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n)
    : fc.bigInt(0n, 2n ** BigInt(bits) - 1n);
const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => new Uint8Array(array));
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('', '\0', 'a\0b', '\uFEFFmark', 'exactly 12 b', 'thirteen byte', "it's", '"quoted"'),
);
const micros = fc.bigInt(-(10n ** 17n), 10n ** 17n);
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value));
/** A point, in well-known binary. */
const point = fc.tuple(fc.double({ noNaN: true }), fc.double({ noNaN: true })).map(([x, y]) => {
  const view = new DataView(new ArrayBuffer(21));
  view.setUint8(0, 1);
  view.setUint32(1, 1, true);
  view.setFloat64(5, x, true);
  view.setFloat64(13, y, true);
  return new Uint8Array(view.buffer);
});

/** Canonical values of every simple kind. */
const simpleValues: Record<SimpleKind, fc.Arbitrary<Value>> = {
  null: fc.constant(null),
  boolean: fc.boolean(),
  tinyint: fc.integer({ min: -128, max: 127 }),
  smallint: fc.integer({ min: -32_768, max: 32_767 }),
  integer: fc.integer(),
  bigint: bigBits(64, true),
  hugeint: bigBits(128, true),
  utinyint: fc.integer({ min: 0, max: 255 }),
  usmallint: fc.integer({ min: 0, max: 65_535 }),
  uinteger: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  ubigint: bigBits(64, false),
  uhugeint: bigBits(128, false),
  bignum: fc.bigInt(),
  float: fc.float(),
  double: fc.double(),
  varchar: text,
  json,
  blob: bytes,
  bit: fc.string({ unit: fc.constantFrom('0', '1'), minLength: 1, maxLength: 150 }),
  uuid: fc.uuid(),
  date: fc.integer({ min: -2_147_483_646, max: 2_147_483_646 }),
  time: fc.bigInt(0n, 86_400_000_000n),
  time_ns: fc.bigInt(0n, 86_400_000_000_000n),
  timetz: fc.record(
    {
      micros: fc.bigInt(0n, 86_400_000_000n),
      offset: fc.integer({ min: -57_599, max: 57_599 }),
    },
    { noNullPrototype: true },
  ),
  timestamp_s: fc.bigInt(-(10n ** 11n), 10n ** 11n),
  timestamp_ms: fc.bigInt(-(10n ** 14n), 10n ** 14n),
  timestamp: micros,
  timestamp_ns: bigBits(62, true),
  timestamptz: micros,
  interval: fc.record(
    { months: fc.integer(), days: fc.integer(), micros: bigBits(64, true) },
    { noNullPrototype: true },
  ),
  geometry: point,
  // The engine writes a variant's JSON in its own way, so only what has one way to be written.
  variant: fc.oneof(fc.integer().map(String), fc.constantFrom('true', '"text"', '[1,2,"x"]', '{"a":1}')),
};

/** Geometry cannot lie inside another type on its way into the engine; a type of nulls alone is the engine's INTEGER. */
const innerKinds = simpleKinds.filter((kind) => kind !== 'geometry' && kind !== 'null');
const keyKinds = ['varchar', 'bigint', 'date', 'uuid', 'boolean'] as const;

const fieldNames = (minLength: number): fc.Arbitrary<string[]> =>
  fc.uniqueArray(fc.constantFrom('a', 'B b', '"', "'", '🦆', 'שלום', 'select', '__proto__', 'key', '1'), {
    minLength,
    maxLength: 4,
  });

const fields = (inner: fc.Arbitrary<LogicalType>): fc.Arbitrary<Field[]> =>
  fieldNames(1).chain((names) =>
    fc.tuple(...names.map((name) => inner.map((type) => ({ name, type })))).map((made) => [...made]),
  );

const simpleType = (kinds: readonly SimpleKind[]): fc.Arbitrary<LogicalType> =>
  fc.constantFrom(...kinds).map((kind) => ({ kind }));

const { type: innerType } = fc.letrec<{ type: LogicalType }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    simpleType(innerKinds),
    fc
      .integer({ min: 1, max: 38 })
      .chain((width) =>
        fc.integer({ min: 0, max: width }).map((scale): LogicalType => ({ kind: 'decimal', width, scale })),
      ),
    fc.uniqueArray(text, { minLength: 1, maxLength: 5 }).map((values): LogicalType => {
      return { kind: 'enum', values: values.map((value, i) => value.replaceAll('\0', '') + i) };
    }),
    tie('type').map((element): LogicalType => ({ kind: 'list', element })),
    fc
      .tuple(tie('type'), fc.integer({ min: 1, max: 3 }))
      .map(([element, length]): LogicalType => ({ kind: 'array', element, length })),
    fields(tie('type')).map((list): LogicalType => ({ kind: 'struct', fields: list })),
    fc
      .tuple(simpleType(keyKinds), tie('type'))
      .map(([key, value]): LogicalType => ({ kind: 'map', key, value })),
    fields(simpleType(innerKinds)).map((members): LogicalType => ({ kind: 'union', members })),
  ),
}));

/** A type of any kind, with types in it. */
export const anyType: fc.Arbitrary<LogicalType> = fc.oneof(simpleType(simpleKinds), innerType);

const nullable = (value: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) });

const objectOf = (list: readonly Field[]): fc.Arbitrary<Value> =>
  fc
    .tuple(...list.map((field) => nullable(valuesOf(field.type))))
    .map((made) => Object.fromEntries(list.map((field, i) => [field.name, made[i] ?? null])));

/** Canonical values of a type; null is none of them, but may be inside. */
export function valuesOf(type: LogicalType): fc.Arbitrary<Value> {
  switch (type.kind) {
    case 'decimal': {
      const limit = 10n ** BigInt(type.width) - 1n;
      return fc.bigInt(-limit, limit).map((digits) => {
        const written = String(digits < 0n ? -digits : digits).padStart(type.scale + 1, '0');
        const point = written.length - type.scale;
        const fraction = type.scale === 0 ? '' : `.${written.slice(point)}`;
        return `${digits < 0n ? '-' : ''}${written.slice(0, point)}${fraction}`;
      });
    }
    case 'enum':
      return fc.constantFrom(...type.values);
    case 'list':
      return fc.array(nullable(valuesOf(type.element)), { maxLength: 4 });
    case 'array':
      return fc.array(nullable(valuesOf(type.element)), { minLength: type.length, maxLength: type.length });
    case 'struct':
      return objectOf(type.fields);
    case 'map':
      return fc
        .uniqueArray(fc.tuple(valuesOf(type.key), nullable(valuesOf(type.value))), {
          selector: ([key]) => key,
          maxLength: 4,
        })
        .map((entries) => entries.map(([key, value]) => ({ key, value })));
    case 'union':
      return fc
        .constantFrom(...type.members)
        .chain((member) => valuesOf(member.type).map((value) => ({ tag: member.name, value })));
    default:
      return simpleValues[type.kind];
  }
}

export const valuesOrNull = (type: LogicalType): fc.Arbitrary<Value> => nullable(valuesOf(type));
