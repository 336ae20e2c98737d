import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flagOf, integerOf, textOf, withField } from '../../src/parquet/thrift/access.js';
import { decodeThrift } from '../../src/parquet/thrift/decode.js';
import { encodeThrift } from '../../src/parquet/thrift/encode.js';
import {
  struct,
  type ThriftField,
  type ThriftStruct,
  type ThriftType,
  type ThriftValue,
  thriftType,
} from '../../src/parquet/thrift/tree.js';

const path = 'a test';
const decode = (bytes: Uint8Array): ThriftStruct => decodeThrift(bytes, { path });

/** Integers as the decoder gives them: number where it is safe. */
const integers = (low: bigint, high: bigint): fc.Arbitrary<ThriftValue> =>
  fc
    .bigInt({ min: low, max: high })
    .map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value));

const scalar: Readonly<Partial<Record<ThriftType, fc.Arbitrary<ThriftValue>>>> = {
  [thriftType.i8]: fc.integer({ min: -128, max: 127 }),
  [thriftType.i16]: fc.integer({ min: -0x8000, max: 0x7fff }),
  [thriftType.i32]: fc.integer(),
  [thriftType.i64]: integers(-(2n ** 63n), 2n ** 63n - 1n),
  [thriftType.double]: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  [thriftType.uuid]: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  [thriftType.binary]: fc.uint8Array({ maxLength: 300 }),
};

const typeNumbers = Object.values(thriftType);

/** Any struct that the protocol can hold, so many levels deep. */
function trees(depth: number): fc.Arbitrary<ThriftStruct> {
  const types = fc.constantFrom(...typeNumbers.filter((type) => depth > 0 || scalar[type] !== undefined));
  const field = fc
    .tuple(fc.integer({ min: -50, max: 400 }), types)
    .chain(([id, type]) => fieldValues(type, depth).map((value): ThriftField => ({ id, type, value })));
  return fc
    .array(field, { maxLength: 8 })
    .map((all) => struct([...new Map(all.map((one) => [one.id, one])).values()]));
}

function fieldValues(type: ThriftType, depth: number): fc.Arbitrary<ThriftValue> {
  if (type === thriftType.true || type === thriftType.false) return fc.constant(type === thriftType.true);
  return elementValues(type, depth);
}

function elementValues(type: ThriftType, depth: number): fc.Arbitrary<ThriftValue> {
  const plain = scalar[type];
  if (plain !== undefined) return plain;
  if (type === thriftType.true || type === thriftType.false) return fc.constantFrom(0, 1, 2);
  if (type === thriftType.struct) return trees(Math.max(0, depth - 1));
  if (type === thriftType.map) {
    const entries = fc.array(fc.tuple(fc.uint8Array({ maxLength: 9 }), trees(Math.max(0, depth - 1))), {
      maxLength: 3,
    });
    return entries.map((all): ThriftValue => {
      const [key, value] =
        all.length === 0 ? ([0, 0] as const) : ([thriftType.binary, thriftType.struct] as const);
      return { kind: 'map', key, value, entries: all };
    });
  }
  const elements = fc.constantFrom(...typeNumbers.filter((one) => depth > 1 || scalar[one] !== undefined));
  return elements.chain((element) =>
    fc
      .array(elementValues(element, depth - 1), { maxLength: 20 })
      .map((values): ThriftValue => ({ kind: 'list', element, values })),
  );
}

describe('the codec of Thrift', () => {
  it('reads what it has written, and writes it again byte for byte', () => {
    fc.assert(
      fc.property(trees(3), (value) => {
        const bytes = encodeThrift(value);
        const read = decode(bytes);
        expect(read).toEqual(value);
        expect(Buffer.compare(encodeThrift(read), bytes)).toBe(0);
      }),
      { numRuns: 300, seed: 20 },
    );
  });

  it('keeps what it leaves encoded', () => {
    const group = struct([{ id: 3, type: thriftType.binary, value: new Uint8Array(9) }]);
    const list: ThriftValue = { kind: 'list', element: thriftType.struct, values: [group, group] };
    const bytes = encodeThrift(struct([{ id: 4, type: thriftType.list, value: list }]));
    const read = decodeThrift(bytes, { path, leaveEncoded: 4 });
    expect(read.fields[0]?.value).toMatchObject({ values: [{ kind: 'encoded' }, { kind: 'encoded' }] });
    expect(Buffer.compare(encodeThrift(read), bytes)).toBe(0);
  });

  it('keeps an empty list of nothing, as one writer has it, and refuses nothing in a list', () => {
    const bytes = Uint8Array.of(0x19, 0x00, 0x15, 0x02, 0x00);
    const read = decode(bytes);
    expect(read.fields[0]?.value).toEqual({ kind: 'list', element: 0, values: [] });
    expect(integerOf(read, 2)).toBe(1);
    expect(Buffer.compare(encodeThrift(read), bytes)).toBe(0);
    expect(() => decode(Uint8Array.of(0x19, 0x10, 0x00))).toThrow(/unknown kind 0/);
  });

  it('sets fields where they belong, and takes them out', () => {
    const start = struct([
      { id: 1, type: thriftType.i32, value: 1 },
      { id: 9, type: thriftType.i32, value: 9 },
    ]);
    const more = withField(start, 5, thriftType.i64, 2 ** 40);
    expect(more.fields.map((field) => field.id)).toEqual([1, 5, 9]);
    expect(integerOf(decode(encodeThrift(more)), 5)).toBe(2 ** 40);
    const changed = withField(more, 1, thriftType.i32, -5);
    expect(changed.fields.map((field) => [field.id, field.value])).toEqual([
      [1, -5],
      [5, 2 ** 40],
      [9, 9],
    ]);
    expect(withField(changed, 5, thriftType.i64, undefined).fields).toHaveLength(2);
    expect(flagOf(changed, 1)).toBeNull();
    expect(textOf(changed, 1)).toBeNull();
  });

  it.each([
    ['nothing', []],
    ['a struct without an end', [0x15, 0x02]],
    ['a text longer than what is left', [0x18, 0x7f, 0x61, 0x00]],
    ['a list longer than what is left', [0x19, 0xf5, 0xff, 0xff, 0xff, 0x7f, 0x00]],
    ['a list of doubles longer than what is left', [0x19, 0x37, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['a map longer than what is left', [0x1b, 0xff, 0xff, 0xff, 0x7f, 0x55, 0x00]],
    ['a length beyond 32 bits', [0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x00]],
    ['an integer beyond 64 bits', [0x16, ...new Array(11).fill(0xff), 0x00]],
    ['an unknown type', [0x1e, 0x00]],
    ['a field number beyond 16 bits', [0x05, 0xff, 0xff, 0xff, 0x7f, 0x00, 0x00]],
    ['bytes behind its end', [0x00, 0x00]],
    ['structs in structs without end', new Array(5000).fill(0x1c)],
    ['lists in lists without end', [0x19, ...new Array(5000).fill(0x19)]],
  ])('refuses %s', (_what, bytes) => {
    expect(() => decode(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ code: 'PARQUET_DAMAGED' }),
    );
  });

  it('refuses more values than it was allowed', () => {
    const empty = struct([]);
    const list: ThriftValue = {
      kind: 'list',
      element: thriftType.struct,
      values: new Array(1001).fill(empty),
    };
    const bytes = encodeThrift(struct([{ id: 1, type: thriftType.list, value: list }]));
    expect(decodeThrift(bytes, { path, maxValues: 1002 }).fields).toHaveLength(1);
    expect(() => decodeThrift(bytes, { path, maxValues: 1000 })).toThrow(/more values/);
  });
});
