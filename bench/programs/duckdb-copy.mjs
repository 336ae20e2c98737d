// JSON: { select, target, codec, rowGroup, threads, memory, anyOrder }: one COPY in DuckDB, with the file on the disk at the end.
import { fsyncSync, openSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const { select, target, codec, rowGroup, threads, memory, anyOrder } = JSON.parse(process.argv[2]);
const instance = await DuckDBInstance.create(':memory:', {
  threads: String(threads),
  ...(anyOrder ? { preserve_insertion_order: 'false' } : {}),
  ...(memory === undefined ? {} : { memory_limit: `${memory}B` }),
});
const connection = await instance.connect();
const options = `FORMAT parquet, COMPRESSION ${codec}, ROW_GROUP_SIZE ${rowGroup}`;
await connection.run(`COPY (${select}) TO '${target.replaceAll("'", "''")}' (${options})`);
fsyncSync(openSync(target, 'r+'));
