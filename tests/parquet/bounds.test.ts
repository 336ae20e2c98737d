import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Bounds,
  boundsOf,
  type ColumnChunk,
  compareBounds,
  type Footer,
  readFooter,
} from '../../src/parquet/index.js';
import { isStruct, structOf, withField } from '../../src/parquet/thrift/access.js';
import { decodeThrift } from '../../src/parquet/thrift/decode.js';
import { encodeThrift } from '../../src/parquet/thrift/encode.js';
import { type ThriftStruct, thriftType } from '../../src/parquet/thrift/tree.js';
import { Witness } from './engine.js';
import { flights } from './samples.js';

let folder: string;
let witness: Witness;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hygge-bounds-'));
  witness = await Witness.open();
});
afterAll(async () => {
  witness.close();
  await rm(folder, { recursive: true });
});

async function fileWith(select: string): Promise<Footer> {
  const path = join(folder, `${Math.random()}.parquet`);
  await witness.run(`COPY (${select}) TO '${path}'`);
  return readFooter(path);
}

/** The bounds of the columns of a file's first row group, by name. */
function boundsIn(footer: Footer): Record<string, Bounds> {
  const chunks = footer.rowGroups[0]?.columns ?? [];
  return Object.fromEntries(chunks.map((chunk) => [chunk.leaf.path.join('.'), boundsOf(footer, chunk)]));
}

const known = (min: unknown, max: unknown, nulls = 0, mayHaveNaN = false) => ({
  known: true,
  min,
  max,
  nulls,
  mayHaveNaN,
});
const unknown = (reason: RegExp) => ({ known: false, reason: expect.stringMatching(reason) });

/** A chunk with another description: a view's own values are no properties that could be spread. */
function withRaw(chunk: ColumnChunk, raw: Uint8Array): ColumnChunk {
  const { leaf, type, encodings, codec, strange, lengthsApart, values } = chunk;
  const { compressedBytes, uncompressedBytes } = chunk;
  const { dataPageOffset, dictionaryPageOffset, indexPageOffset, columnIndex, offsetIndex, bloomFilter } =
    chunk;
  const sizes = { values, compressedBytes, uncompressedBytes };
  const places = {
    dataPageOffset,
    dictionaryPageOffset,
    indexPageOffset,
    columnIndex,
    offsetIndex,
    bloomFilter,
  };
  return { leaf, type, encodings, codec, strange, lengthsApart, ...sizes, ...places, raw };
}

/** The same footer with the statistics of the first chunk, or something of the file, changed. */
function changed(
  footer: Footer,
  change: (statistics: ThriftStruct) => ThriftStruct,
  more: Partial<Footer> = {},
): Bounds {
  const [group] = footer.rowGroups;
  const [chunk] = group?.columns ?? [];
  if (chunk === undefined) throw new Error('the file has no columns');
  const raw = decodeThrift(chunk.raw, { path: footer.path });
  const meta = structOf(raw, 3);
  const statistics = meta === null ? null : structOf(meta, 12);
  if (meta === null || !isStruct(statistics ?? undefined) || statistics === null) throw new Error('none');
  const newMeta = withField(meta, 12, thriftType.struct, change(statistics));
  const bytes = encodeThrift(withField(raw, 3, thriftType.struct, newMeta));
  return boundsOf({ ...footer, ...more }, withRaw(chunk, bytes));
}

const { binary, i64 } = thriftType;
const noChange = (statistics: ThriftStruct): ThriftStruct => statistics;
const bytes32 = (value: number): Uint8Array => new Uint8Array(Int32Array.of(value).buffer);
const bytesOfDouble = (value: number): Uint8Array => new Uint8Array(Float64Array.of(value).buffer);

describe('boundsOf', () => {
  it('gives the least and greatest value of every type that has an order', async () => {
    const footer = await fileWith(`SELECT * FROM (VALUES
      (-5::TINYINT, 200::UTINYINT, 4000000000::UINTEGER, 18446744073709551615::UBIGINT, -9::BIGINT, 'b', 'z'::BLOB,
       -1.25::DECIMAL(5, 2), -1.25::DECIMAL(38, 2), DATE '1969-12-31', TIMESTAMP '2020-01-01 00:00:00.5',
       TIMESTAMPTZ '2020-01-01 00:00:00+00', TIMESTAMP_NS '1970-01-01 00:00:00.000000007', 2.5::DOUBLE, true,
       TIMESTAMP_MS '1970-01-01 00:00:01', '00000000-0000-0000-0000-000000000001'::UUID, TIME '00:00:01'),
      (7::TINYINT, 3::UTINYINT, 1::UINTEGER, 2::UBIGINT, 9::BIGINT, 'a😀', 'a'::BLOB,
       3::DECIMAL(5, 2), 3::DECIMAL(38, 2), DATE '1970-01-02', TIMESTAMP '1960-01-01',
       TIMESTAMPTZ '2021-01-01 00:00:00+00', TIMESTAMP_NS '1970-01-01 00:00:00.000000001', -2.5::DOUBLE, false,
       TIMESTAMP_MS '1970-01-01 00:00:00', 'f0000000-0000-0000-0000-000000000001'::UUID, TIME '00:00:00'),
      (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
    ) t(tiny, utiny, uint, ubig, big, text, blob, dec, wide, date, "at", tz, ns, real, flag, ms, id, time)`);
    expect(boundsIn(footer)).toEqual({
      tiny: known(-5, 7, 1),
      utiny: known(3, 200, 1),
      uint: known(1, 4_000_000_000, 1),
      ubig: known(2n, 18446744073709551615n, 1),
      big: known(-9n, 9n, 1),
      text: known('a😀', 'b', 1),
      blob: known(Uint8Array.of(0x61), Uint8Array.of(0x7a), 1),
      dec: known(-125n, 300n, 1),
      wide: known(-125n, 300n, 1),
      date: known(-1, 1, 1),
      at: known(-315619200000000n, 1577836800500000n, 1),
      tz: known(1577836800000000n, 1609459200000000n, 1),
      ns: known(1n, 7n, 1),
      real: known(-2.5, 2.5, 1, true),
      flag: known(false, true, 1),
      ms: known(0n, 1000000n, 1),
      id: known('00000000-0000-0000-0000-000000000001', 'f0000000-0000-0000-0000-000000000001', 1),
      time: known(0n, 1000000n, 1),
    });
  });

  it('holds for every row group of the flights', async () => {
    const footer = await readFooter(flights);
    let start = 0;
    for (const group of footer.rowGroups) {
      const end = start + group.rows - 1;
      const [truth = []] = await witness.rows(
        `SELECT min(delay), max(delay), min(distance), max(distance), min(origin), max(origin)
         FROM read_parquet('${flights}', file_row_number = true) WHERE file_row_number BETWEEN ${start} AND ${end}`,
      );
      const [delay, distance, origin] = [1, 2, 3].map((i) => {
        const chunk = group.columns[i];
        return chunk === undefined ? undefined : boundsOf(footer, chunk);
      });
      expect([delay, distance, origin].every((bounds) => bounds?.known)).toBe(true);
      const found = [delay, distance, origin].flatMap((b) =>
        b?.known ? [String(b.min), String(b.max)] : [],
      );
      expect(found).toEqual(truth);
      start = end + 1;
    }
  });

  it('knows columns of nothing but NULL', async () => {
    const footer = await fileWith('SELECT NULL::INTEGER AS a FROM range(5)');
    expect(boundsIn(footer)).toEqual({ a: known(null, null, 5) });
  });

  it('does not know what has no order, is nested in lists, or was not recorded', async () => {
    const footer = await fileWith(`SELECT INTERVAL 1 DAY AS i, [1, 2] AS l, {'x': 1} AS s, '{}'::JSON AS j`);
    expect(boundsIn(footer)).toMatchObject({
      i: unknown(/no order/),
      'l.list.element': unknown(/repeated/),
      's.x': known(1, 1),
      j: unknown(/no order/),
    });
    const path = join(folder, 'none.parquet');
    const columnData = [{ name: 'a', data: [1, 2, 3], type: 'INT32' as const }];
    await writeFile(path, new Uint8Array(parquetWriteBuffer({ columnData, statistics: false })));
    expect(boundsIn(await readFooter(path))).toEqual({ a: unknown(/no statistics/) });
  });

  it('does not rely on what was cut short', async () => {
    const path = join(folder, 'cut.parquet');
    const data = ['a long text, longer than what is kept of it', 'another long text'];
    await writeFile(path, new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'a', data }] })));
    expect(boundsIn(await readFooter(path))).toEqual({ a: unknown(/cut short/) });
  });

  it('does not rely on impossible values', async () => {
    const whole = await fileWith('SELECT i::INTEGER AS a FROM range(9) t(i)');
    expect(changed(whole, noChange)).toEqual(known(0, 8));
    expect(changed(whole, (s) => withField(s, 6, binary, bytes32(9)))).toEqual(unknown(/above the greatest/));
    expect(changed(whole, (s) => withField(s, 6, binary, Uint8Array.of(1)))).toEqual(
      unknown(/no such value/),
    );
    expect(changed(whole, (s) => withField(s, 3, i64, 10))).toEqual(unknown(/NULLs is impossible/));
    expect(
      changed(whole, (s) => withField(withField(s, 6, binary, undefined), 2, binary, undefined)),
    ).toEqual(unknown(/missing/));
  });

  it('takes care of NaN and of the two zeros', async () => {
    const real = await fileWith('SELECT i::DOUBLE AS a FROM range(9) t(i)');
    expect(changed(real, (s) => withField(s, 5, binary, bytesOfDouble(Number.NaN)))).toEqual(unknown(/NaN/));
    const bounds = changed(real, (s) => withField(s, 6, binary, bytesOfDouble(0)));
    expect(bounds.known && Object.is(bounds.min, -0)).toBe(true);
    expect(changed(real, (s) => withField(s, 9, i64, 0))).toMatchObject({ mayHaveNaN: false });
  });

  it('relies on the deprecated form, and on files without an order, for signed numbers alone', async () => {
    const old = (statistics: ThriftStruct): ThriftStruct =>
      withField(withField(statistics, 5, binary, undefined), 6, binary, undefined);
    const both = (s: ThriftStruct): ThriftStruct => {
      const [max, min] = [5, 6].map((id) => s.fields.find((field) => field.id === id)?.value);
      return old(withField(withField(s, 1, binary, max), 2, binary, min));
    };
    const signed = await fileWith('SELECT i::INTEGER AS a FROM range(9) t(i)');
    const text = await fileWith('SELECT i::VARCHAR AS a FROM range(9) t(i)');
    const unsigned = await fileWith('SELECT i::UINTEGER AS a FROM range(9) t(i)');
    expect(changed(signed, both)).toEqual(known(0, 8));
    expect(changed(text, both)).toEqual(unknown(/deprecated/));
    expect(changed(unsigned, both)).toEqual(unknown(/deprecated/));
    const columnOrders = null;
    expect(changed(signed, noChange, { columnOrders })).toEqual(known(0, 8));
    expect(changed(text, noChange, { columnOrders })).toEqual(unknown(/how they are ordered/));
    expect(changed(text, noChange, { columnOrders: ['other'] })).toEqual(unknown(/order is unknown/));
  });

  it.each([
    ['parquet-mr version 1.7.0 (build 123)', false],
    ['parquet-mr version 1.9.1', false],
    ['parquet-mr version 1.10.0 (build 123)', true],
    ['parquet-mr', false],
    ['parquet-cpp version 1.2.9', false],
    ['parquet-cpp-arrow version 9.0.0', true],
    ['parquet-rs version 4.0.0', false],
    ['DuckDB', true],
    [null, false],
    [' ', false],
  ])('knows the faults of writers: %s', async (createdBy, trusted) => {
    const text = await fileWith('SELECT i::VARCHAR AS a FROM range(9) t(i)');
    const signed = await fileWith('SELECT i::INTEGER AS a FROM range(9) t(i)');
    expect(changed(text, noChange, { createdBy }).known).toBe(trusted);
    expect(changed(signed, noChange, { createdBy }).known).toBe(true);
  });
});

describe('compareBounds', () => {
  it('orders text by its bytes, as the engine does', async () => {
    const words = ['', 'a', 'A', 'ä', '😀', '\uffff', 'z', 'ab', 'b'];
    const list = words.map((word) => `('${word}')`).join(', ');
    const theirs = await witness.rows(`SELECT w FROM (VALUES ${list}) t(w) ORDER BY w`);
    expect(words.toSorted(compareBounds)).toEqual(theirs.map(([word]) => word));
    expect([3, -1, 0].toSorted(compareBounds)).toEqual([-1, 0, 3]);
    expect([3n, -1n].toSorted(compareBounds)).toEqual([-1n, 3n]);
  });
});
