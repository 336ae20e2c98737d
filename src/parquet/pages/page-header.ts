import { ThriftReader } from '../thrift/reader.js';
import { type ThriftType, thriftType } from '../thrift/tree.js';

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

/** The header that begins at a place of some bytes; null where there is none, or not all of one. */
export function readPageHeader(bytes: Uint8Array, path: string, start = 0): PageHeader | null {
  try {
    const reader = new ThriftReader(bytes, path);
    reader.offset = start;
    return headerAt(reader, start);
  } catch {
    return null;
  }
}

/** The descriptions of data pages, of both versions: each begins with the number of values. */
const isData = (id: number): boolean => id === 5 || id === 8;

function headerAt(reader: ThriftReader, start: number): PageHeader | null {
  let kind: number | null = null;
  let size: number | null = null;
  let crc: number | null = null;
  let values = 0;
  reader.enter();
  for (let before = 0; reader.nextField(before); ) {
    const { fieldId: id, fieldType: type } = reader;
    before = id;
    if (id === 1) kind = integerAt(reader, type);
    else if (id === 3) size = integerAt(reader, type);
    else if (id === 4) crc = integerAt(reader, type);
    else if (isData(id) && type === thriftType.struct) values = valuesIn(reader);
    else reader.skip(type, false);
  }
  if (kind === null || size === null || size < 0) return null;
  return { length: reader.offset - start, bytes: size, crc: crc === null ? null : crc >>> 0, values };
}

function valuesIn(reader: ThriftReader): number {
  let values = 0;
  reader.enter();
  for (let before = 0; reader.nextField(before); ) {
    const { fieldId: id, fieldType: type } = reader;
    before = id;
    if (id === 1) values = integerAt(reader, type) ?? 0;
    else reader.skip(type, false);
  }
  reader.leave();
  return values;
}

/** An integer; null for anything else, which is passed over. */
function integerAt(reader: ThriftReader, type: ThriftType): number | null {
  if (type < thriftType.i16 || type > thriftType.i64) {
    reader.skip(type, false);
    return null;
  }
  const value = reader.integer();
  return typeof value === 'number' ? value : null;
}
