import type { Codec, Encoding, PhysicalType } from './names.js';
import type { SchemaElement } from './schema-tree.js';

/** Some bytes of a file. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** What a parquet file says of itself at its end. Made by `readFooter`; checked against the file's size. */
export interface Footer {
  readonly path: string;
  /** The size of the whole file. */
  readonly fileBytes: number;
  /** When it was last changed, in milliseconds since 1970. */
  readonly modified: number;
  /** The size of the metadata alone, without the 8 bytes behind it. */
  readonly footerBytes: number;
  readonly version: number;
  /** Rows of the file: equal to the sum over its row groups. */
  readonly rows: number;
  /** The program that wrote it, in its own words. */
  readonly createdBy: string | null;
  readonly schema: SchemaElement;
  /** The stored columns, in the order of each row group's chunks. */
  readonly leaves: readonly SchemaElement[];
  readonly rowGroups: readonly RowGroup[];
  readonly keyValues: readonly KeyValue[];
  /** How each leaf's statistics are ordered; null where the file does not say. */
  readonly columnOrders: readonly ColumnOrder[] | null;
  /** Everything, as it was written: the encoded struct. */
  readonly raw: Uint8Array;
}

export interface KeyValue {
  readonly key: string;
  readonly value: string | null;
}

/** `other`: one that is newer than this list. */
export type ColumnOrder = 'type' | 'ieee754_total' | 'int96_timestamp' | 'other';

export interface RowGroup {
  readonly rows: number;
  /** Bytes of all columns before compression, with their page headers, as the writer counted them. */
  readonly totalBytes: number;
  /** Whether any of its columns has pages with all lengths before all bytes. */
  readonly lengthsApart: boolean;
  /** One for each leaf, in their order. */
  readonly columns: readonly ColumnChunk[];
  /** The encoded struct. */
  readonly raw: Uint8Array;
}

/** The values of one leaf in one row group. */
export interface ColumnChunk {
  readonly leaf: SchemaElement;
  readonly type: PhysicalType;
  readonly encodings: readonly Encoding[];
  readonly codec: Codec;
  /** What of it no reader would take, in words behind the column's name, most likely a damage; null: nothing. */
  readonly strange: string | null;
  /** Whether pages of it may have all lengths before all bytes (`DELTA_LENGTH_BYTE_ARRAY`). */
  readonly lengthsApart: boolean;
  /** With NULLs, and with one for each empty list. */
  readonly values: number;
  readonly compressedBytes: number;
  readonly uncompressedBytes: number;
  /** All of these count from the start of the file. */
  readonly dataPageOffset: number;
  readonly dictionaryPageOffset: number | null;
  readonly indexPageOffset: number | null;
  readonly columnIndex: ByteRange | null;
  readonly offsetIndex: ByteRange | null;
  /** `length` is null where the writer did not record it. */
  readonly bloomFilter: { readonly offset: number; readonly length: number | null } | null;
  /** The encoded struct: see `statisticsOf`. */
  readonly raw: Uint8Array;
}
