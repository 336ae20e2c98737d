import type { ThriftReader } from './reader.js';
import { type ThriftType, thriftType } from './tree.js';

/** Of which types the fields of a struct are, by their numbers. Fields that are not named here may be anything. */
export type Shape = Readonly<Record<number, FieldShape>>;

export type FieldShape =
  | ThriftType
  | 'flag'
  | { readonly struct: Shape }
  | { readonly list: ThriftType | Shape };

const { i16, i32, i64, binary, list, struct, true: yes, false: no } = thriftType;

const keyValue: Shape = { 1: binary, 2: binary };

const schemaElement: Shape = {
  1: i32,
  2: i32,
  3: i32,
  4: binary,
  5: i32,
  6: i32,
  7: i32,
  8: i32,
  9: i32,
  10: struct,
};

export const statisticsShape: Shape = {
  1: binary,
  2: binary,
  3: i64,
  4: i64,
  5: binary,
  6: binary,
  7: 'flag',
  8: 'flag',
};

export const columnMetaDataShape: Shape = {
  1: i32,
  2: { list: i32 },
  3: { list: binary },
  4: i32,
  5: i64,
  6: i64,
  7: i64,
  8: { list: keyValue },
  9: i64,
  10: i64,
  11: i64,
  12: { struct: statisticsShape },
  13: { list: { 1: i32, 2: i32, 3: i32 } },
  14: i64,
  15: i32,
  16: struct,
  17: struct,
};

/** The footer of a file, as far as it is decoded at once. */
export const fileShape: Shape = {
  1: i32,
  2: { list: schemaElement },
  3: i64,
  4: list,
  5: { list: keyValue },
  6: binary,
  7: list,
  8: struct,
  9: binary,
};

export const rowGroupShape: Shape = { 1: list, 2: i64, 3: i64, 4: list, 5: i64, 6: i64, 7: i16 };

export const columnChunkShape: Shape = {
  1: binary,
  2: i64,
  3: { struct: columnMetaDataShape },
  4: i64,
  5: i32,
  6: i64,
  7: i32,
  8: struct,
  9: binary,
};

/**
 * Passes over a value, and tells whether every field in it is of the type that the format gives it. Other readers
 * pass over a field of another type, as if it were not there; what is copied with one would mean different things to
 * different readers.
 */
export function skipAs(reader: ThriftReader, type: ThriftType, wanted: FieldShape | undefined): boolean {
  if (wanted === 'flag' || wanted === undefined || typeof wanted === 'number') {
    reader.skip(type, false);
    // Parquet has no values of this kind, and its other readers cannot pass over them.
    if (wanted === undefined) return type !== thriftType.uuid;
    return type === wanted || (wanted === 'flag' && (type === yes || type === no));
  }
  if (type !== ('struct' in wanted ? struct : list)) {
    reader.skip(type, false);
    return false;
  }
  reader.enter();
  const fit = 'struct' in wanted ? fieldsFit(reader, wanted.struct) : elementsFit(reader, wanted.list);
  reader.leave();
  return fit;
}

function fieldsFit(reader: ThriftReader, shape: Shape): boolean {
  let fit = true;
  for (let before = 0; reader.nextField(before); ) {
    const { fieldId: id, fieldType: type } = reader;
    before = id;
    if (!skipAs(reader, type, shape[id])) fit = false;
  }
  return fit;
}

function elementsFit(reader: ThriftReader, wanted: ThriftType | Shape): boolean {
  const { element, count } = reader.listHeader();
  // An empty list may be of anything.
  let fit = count === 0 || element === (typeof wanted === 'number' ? wanted : struct);
  for (let i = 0; i < count && element !== 0; i++) {
    if (typeof wanted === 'number' || !fit) {
      reader.skip(element, true);
    } else {
      reader.enter();
      fit = fieldsFit(reader, wanted);
      reader.leave();
    }
  }
  return fit;
}
