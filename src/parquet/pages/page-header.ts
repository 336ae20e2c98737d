import { integerOf, structOf } from '../thrift/access.js';
import { decodeThriftPrefix } from '../thrift/decode.js';

/** What stands before each page of a column chunk. */
export interface PageHeader {
  /** Bytes of the header itself. */
  readonly length: number;
  /** Bytes of the page behind it, as it is stored. */
  readonly bytes: number;
  /** CRC-32 of those bytes, unsigned; null where the writer gave none. */
  readonly crc: number | null;
  /** Values of a data page, NULLs among them; 0 for a page of another kind. */
  readonly values: number;
}

/** The header that some bytes begin with; null where they are none, or not all of one. */
export function readPageHeader(bytes: Uint8Array, path: string): PageHeader | null {
  let decoded: ReturnType<typeof decodeThriftPrefix>;
  try {
    decoded = decodeThriftPrefix(bytes, { path, maxValues: 10_000 });
  } catch {
    return null;
  }
  const { struct, length } = decoded;
  const size = integerOf(struct, 3);
  const crc = integerOf(struct, 4);
  if (integerOf(struct, 1) === null || size === null || size < 0) return null;
  const data = structOf(struct, 5) ?? structOf(struct, 8);
  return {
    length,
    bytes: size,
    crc: crc === null ? null : crc >>> 0,
    values: data === null ? 0 : (integerOf(data, 1) ?? 0),
  };
}
