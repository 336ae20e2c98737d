import { knownEncodingOf, type PhysicalType } from './names.js';
import type { ThriftReader } from './thrift/reader.js';
import { skipAs, statisticsShape } from './thrift/shape.js';
import { thriftType } from './thrift/tree.js';

/** Bytes of a value, of the types whose values all have as many. */
const widths: Partial<Record<PhysicalType, number>> = {
  BOOLEAN: 1,
  INT32: 4,
  INT64: 8,
  INT96: 12,
  FLOAT: 4,
  DOUBLE: 8,
};

/** What may be said of a list of encodings, as bits: an object for each chunk would be one too many. */
export const encodingsLook = {
  /** One is none of the format's, so that nobody could read the pages. */
  unknown: 1,
  /** Pages may have the lengths of all values before their bytes. */
  lengthsApart: 2,
} as const;

/** Passes over a list of encodings. */
export function lookAtEncodings(reader: ThriftReader): number {
  let look = 0;
  reader.enter();
  const { element, count } = reader.listHeader();
  if (count > 0 && element !== thriftType.i32) look |= encodingsLook.unknown;
  for (let i = 0; i < count && element !== 0; i++) {
    if (element !== thriftType.i32) {
      reader.skip(element, true);
      continue;
    }
    const encoding = knownEncodingOf(Number(reader.integer()));
    if (encoding === undefined) look |= encodingsLook.unknown;
    if (encoding === 'DELTA_LENGTH_BYTE_ARRAY') look |= encodingsLook.lengthsApart;
  }
  reader.leave();
  return look;
}

/** How some statistics are: `fit` as for `skipAs`; `sized`: whether the bounds are as long as values of their type. */
export interface StatisticsLook {
  readonly fit: boolean;
  readonly sized: boolean;
}

/** Passes over the statistics of a chunk. Other readers refuse a bound that is no value of the column. */
export function lookAtStatistics(reader: ThriftReader, type: PhysicalType | null): StatisticsLook {
  const width = type === null ? undefined : widths[type];
  let [fit, sized] = [true, true];
  reader.enter();
  for (let before = 0; reader.nextField(before); ) {
    const { fieldId: id, fieldType } = reader;
    before = id;
    const isBound = id === 5 || id === 6;
    if (isBound && fieldType === thriftType.binary) {
      const length = reader.length();
      reader.pass(length);
      if (width !== undefined && length !== width && length > 0) sized = false;
    } else if (!skipAs(reader, fieldType, statisticsShape[id])) fit = false;
  }
  reader.leave();
  return { fit, sized };
}
