import { literal, pathList } from '../../engine/index.js';
import type { Codec } from '../../parquet/index.js';

/** The codecs of parquet that hygge writes. `lz4` is the format's LZ4_RAW. */
export const compressions = ['snappy', 'gzip', 'lz4', 'brotli', 'zstd'] as const;
export type Compression = (typeof compressions)[number];

/** What the engine can be told to write: also no compression at all. */
export type WriteCodec = Compression | 'uncompressed';

const engineCodec: Record<WriteCodec, string> = {
  uncompressed: 'uncompressed',
  snappy: 'snappy',
  gzip: 'gzip',
  lz4: 'lz4_raw',
  brotli: 'brotli',
  zstd: 'zstd',
};

/** The codec of a file as a setting; null for those that the engine does not write. */
export function settingOf(codec: Codec): WriteCodec | null {
  const settings: Partial<Record<Codec, WriteCodec>> = {
    UNCOMPRESSED: 'uncompressed',
    SNAPPY: 'snappy',
    GZIP: 'gzip',
    LZ4_RAW: 'lz4',
    BROTLI: 'brotli',
    ZSTD: 'zstd',
  };
  return settings[codec] ?? null;
}

export interface ReadOptions {
  /** Fills columns that some files lack with NULL. Needed where the files' columns differ. */
  readonly unionByName: boolean;
  /** Takes the `key=value` folders of the paths as columns. */
  readonly hive: boolean;
}

/** A SELECT over parquet files: all columns, all rows, in the order of the paths. */
export function readParquet(paths: readonly string[], options: ReadOptions): string {
  const flags = `union_by_name = ${options.unionByName}, hive_partitioning = ${options.hive}`;
  return `SELECT * FROM read_parquet(${pathList(paths)}, ${flags})`;
}

/** A SELECT over some rows of one parquet file, by their place in it; `end` is not among them. */
export function readParquetRows(path: string, first: number, end: number): string {
  const rows = `file_row_number >= ${first} AND file_row_number < ${end}`;
  const source = `read_parquet(${pathList([path])}, file_row_number = true, hive_partitioning = false)`;
  return `SELECT * EXCLUDE (file_row_number) FROM ${source} WHERE ${rows}`;
}

export interface WriteOptions {
  readonly compression: WriteCodec;
  /** Rows in a row group, about: the engine writes whole vectors of 2,048 rows. */
  readonly rowGroupRows: number;
  /** Key-value metadata of the footer. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The statement that writes all rows of a SELECT into one parquet file, in order. */
export function copyToParquet(select: string, path: string, options: WriteOptions): string {
  const metadata = Object.entries(options.metadata).map(
    ([key, value]) => `${literal(key)}: ${literal(value)}`,
  );
  return `COPY (${select}) TO ${literal(path)} (${[
    'FORMAT parquet',
    `COMPRESSION ${engineCodec[options.compression]}`,
    `ROW_GROUP_SIZE ${options.rowGroupRows}`,
    `KV_METADATA {${metadata.join(', ')}}`,
  ].join(', ')})`;
}
