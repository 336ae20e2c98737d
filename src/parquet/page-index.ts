import { fail } from '../errors/index.js';
import type { ByteRange } from './footer.js';
import { integerOf, isStruct, listOf, withField } from './thrift/access.js';
import { decodeThrift, decodeThriftPrefix } from './thrift/decode.js';
import { encodeThrift } from './thrift/encode.js';
import { type ThriftStruct, type ThriftValue, thriftType } from './thrift/tree.js';

/** Four for each page: more pages than a column chunk of some gigabytes has. */
const mostValues = 20_000_000;

/** Where a page lies, and which row of its row group it begins with. */
export interface PageLocation {
  readonly offset: number;
  /** With its header. */
  readonly bytes: number;
  readonly firstRow: number;
}

/** The pages of an offset index. PARQUET_DAMAGED where the bytes are none. */
export function pageLocations(bytes: Uint8Array, path: string): PageLocation[] {
  return locationsIn(decodeThrift(bytes, { path, maxValues: mostValues }), path).map((raw) =>
    locationView(raw, path),
  );
}

/**
 * An offset index for pages that were moved by `shift` bytes; everything else in it stays as it is.
 * PARQUET_DAMAGED where a page lies outside of `chunk`, its column chunk before the move.
 */
export function moveOffsetIndex(
  bytes: Uint8Array,
  chunk: ByteRange,
  shift: number,
  path: string,
): Uint8Array {
  const index = decodeThrift(bytes, { path, maxValues: mostValues });
  const moved = locationsIn(index, path).map((raw): ThriftValue => {
    const page = locationView(raw, path);
    if (page.offset < chunk.offset || page.offset + page.bytes > chunk.offset + chunk.length) {
      throw fail('PARQUET_DAMAGED', { path, reason: 'an index speaks of a page outside of its column' });
    }
    return withField(raw, 1, thriftType.i64, page.offset + shift);
  });
  const list: ThriftValue = { kind: 'list', element: thriftType.struct, values: moved };
  return encodeThrift(withField(index, 1, thriftType.list, list));
}

/** The length of a bloom filter, header and bits, from bytes that begin with it. */
export function bloomFilterLength(bytes: Uint8Array, path: string): number {
  const header = decodeThriftPrefix(bytes, { path });
  const bits = integerOf(header.struct, 1);
  if (bits === null || bits < 0)
    throw fail('PARQUET_DAMAGED', { path, reason: 'a bloom filter has no length' });
  return header.length + bits;
}

function locationsIn(index: ThriftStruct, path: string): ThriftStruct[] {
  const list = listOf(index, 1);
  if (list === null || !list.values.every(isStruct)) {
    throw fail('PARQUET_DAMAGED', { path, reason: 'an index of its pages is not readable' });
  }
  return list.values.filter(isStruct);
}

function locationView(raw: ThriftStruct, path: string): PageLocation {
  const [offset, bytes, firstRow] = [integerOf(raw, 1), integerOf(raw, 2), integerOf(raw, 3)];
  if (offset === null || bytes === null || firstRow === null || offset < 0 || bytes < 0 || firstRow < 0) {
    throw fail('PARQUET_DAMAGED', { path, reason: 'an index of its pages has an impossible place' });
  }
  return { offset, bytes, firstRow };
}
