/** The names of parquet files. */
export const parquetFiles: RegExp = /\.parquet$/i;
