/** The types of Thrift's compact protocol, by the numbers they have on the wire. */
export const thriftType = {
  true: 1,
  false: 2,
  i8: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
  uuid: 13,
} as const;

/** A type's number. Kept as it was read, so that an unknown field is written again as it was. */
export type ThriftType = (typeof thriftType)[keyof typeof thriftType];

/**
 * A value of the tree; the type that stands beside it says how it is written.
 * - a field that is true or false: boolean; an element of a list of booleans: its byte (1 is true), since writers
 *   differ in the byte for false
 * - i8, i16, i32, i64: number, or bigint beyond the safe integers
 * - double: its 8 bytes, so that no NaN is changed; uuid: its 16 bytes; binary: its bytes
 */
export type ThriftValue =
  | boolean
  | number
  | bigint
  | Uint8Array
  | ThriftStruct
  | ThriftList
  | ThriftMap
  | ThriftEncoded;

export interface ThriftField {
  readonly id: number;
  readonly type: ThriftType;
  readonly value: ThriftValue;
}

/** A struct: its fields in the order they were written, known or not. */
export interface ThriftStruct {
  readonly kind: 'struct';
  readonly fields: readonly ThriftField[];
}

export interface ThriftList {
  readonly kind: 'list';
  /** 0 in an empty list of some writers. */
  readonly element: ThriftType | 0;
  readonly values: readonly ThriftValue[];
}

export interface ThriftMap {
  readonly kind: 'map';
  /** 0 where the map is empty: its types are then not written. */
  readonly key: ThriftType | 0;
  readonly value: ThriftType | 0;
  readonly entries: readonly (readonly [ThriftValue, ThriftValue])[];
}

/** A value that was left as it is encoded: decoded on its own when it is needed, and written as it stands. */
export interface ThriftEncoded {
  readonly kind: 'encoded';
  readonly bytes: Uint8Array;
}

export const struct = (fields: readonly ThriftField[]): ThriftStruct => ({ kind: 'struct', fields });
