import { isStruct } from './access.js';
import { type ThriftList, type ThriftStruct, type ThriftType, type ThriftValue, thriftType } from './tree.js';

/** Of which types the fields of a struct are, by their numbers. Fields that are not named here may be anything. */
export type Shape = Readonly<Record<number, FieldShape>>;

type FieldShape = ThriftType | 'flag' | { readonly struct: Shape } | { readonly list: ThriftType | Shape };

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

const statistics: Shape = {
  1: binary,
  2: binary,
  3: i64,
  4: i64,
  5: binary,
  6: binary,
  7: 'flag',
  8: 'flag',
};

const columnMetaData: Shape = {
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
  12: { struct: statistics },
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
  3: { struct: columnMetaData },
  4: i64,
  5: i32,
  6: i64,
  7: i32,
  8: struct,
  9: binary,
};

/**
 * Whether every field is of the type that the format gives it. Other readers pass over a field of another type, as
 * if it were not there; what is copied with one would mean different things to different readers.
 */
export function hasShape(tree: ThriftStruct, shape: Shape): boolean {
  return tree.fields.every(({ id, type, value }) => {
    const wanted = shape[id];
    return wanted === undefined || fits(type, value, wanted);
  });
}

function fits(type: ThriftType, value: ThriftValue, wanted: FieldShape): boolean {
  if (wanted === 'flag') return type === yes || type === no;
  if (typeof wanted === 'number') return type === wanted;
  if ('struct' in wanted) return type === struct && isStruct(value) && hasShape(value, wanted.struct);
  return type === list && elementsFit(value as ThriftList, wanted.list);
}

function elementsFit({ element, values }: ThriftList, wanted: ThriftType | Shape): boolean {
  // An empty list may be of anything.
  if (values.length === 0) return true;
  if (typeof wanted === 'number') return element === wanted;
  return element === struct && values.every((value) => isStruct(value) && hasShape(value, wanted));
}
