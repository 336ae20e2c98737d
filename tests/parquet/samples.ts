import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parquetWriteBuffer } from 'hyparquet-writer';
import {
  Compression,
  readParquet,
  WriterPropertiesBuilder,
  WriterVersion,
  writeParquet,
} from 'parquet-wasm/node';
import type { Witness } from './engine.js';

/** Types that every reader of the tests can read, nested ones too; NULLs everywhere. */
const mixedTypes = `
  SELECT
    i::INTEGER AS id,
    CASE WHEN i % 7 = 0 THEN NULL ELSE (i * 1000003)::BIGINT END AS wide,
    (i % 250)::UTINYINT AS tiny,
    CASE WHEN i % 5 = 0 THEN NULL ELSE i / 3.0 END AS real,
    CASE WHEN i % 11 = 0 THEN NULL WHEN i % 11 = 1 THEN '' ELSE 'wört 😀 ' || (i % 40) END AS words,
    ('x' || i)::BLOB AS bytes,
    (i - 500)::DECIMAL(12, 2) AS amount,
    DATE '2020-01-01' + i::INTEGER AS day,
    TIMESTAMP '2020-01-01 00:00:00' + INTERVAL (i) SECOND AS at,
    i % 3 = 0 AS flag,
    CASE WHEN i % 13 = 0 THEN NULL ELSE {'a': i, 'b': ['p' || i, NULL]} END AS pair,
    CASE WHEN i % 4 = 0 THEN NULL ELSE range(i % 4) END AS list
  FROM range(2200) t(i)`;

/** Writes the same and other data with every writer at hand, codecs and forms of pages varied. */
export async function writeSamples(folder: string, witness: Witness): Promise<string[]> {
  const paths: string[] = [];
  const add = (name: string): string => {
    const path = join(folder, `${name}.parquet`);
    paths.push(path);
    return path;
  };
  for (const codec of ['uncompressed', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4_raw']) {
    for (const version of codec === 'zstd' ? ['V1', 'V2'] : ['V1']) {
      const options = `COMPRESSION ${codec}, ROW_GROUP_SIZE 2048, PARQUET_VERSION ${version}`;
      await witness.run(`COPY (${mixedTypes}) TO '${add(`duckdb-${codec}-${version}`)}' (${options})`);
    }
  }
  await writeHyparquet(add('hyparquet'));
  const original = await readFile(join(folder, 'duckdb-snappy-V1.parquet'));
  for (const version of [WriterVersion.V1, WriterVersion.V2]) {
    const properties = new WriterPropertiesBuilder()
      .setCompression(Compression.ZSTD)
      .setMaxRowGroupSize(900)
      .setDataPageSizeLimit(1000)
      .setWriteBatchSize(64)
      .setWriterVersion(version)
      .build();
    await writeFile(add(`arrow-rs-${version}`), writeParquet(readParquet(original), properties));
  }
  return [...paths, ...written];
}

const writtenFolder = fileURLToPath(new URL('./written', import.meta.url));
/** Files of writers that npm does not have, as they came from them: see `written/make.*`. */
export const written = readdirSync(writtenFolder)
  .filter((name) => name.endsWith('.parquet'))
  .sort()
  .map((name) => join(writtenFolder, name));

/** With column indexes, bloom filters, many pages, and statistics that are cut short. */
async function writeHyparquet(path: string): Promise<void> {
  const ids = Array.from({ length: 3000 }, (_, i) => i);
  const indexed = { columnIndex: true, offsetIndex: true, bloomFilter: true };
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'id', data: ids, type: 'INT32', ...indexed },
      { name: 'wide', data: ids.map((i) => BigInt(i) * 1_000_003n), type: 'INT64', ...indexed },
      { name: 'words', data: ids.map((i) => `a word that is longer than others ${i}`), ...indexed },
      { name: 'real', data: ids.map((i) => (i % 5 === 0 ? null : i / 3)), type: 'DOUBLE', nullable: true },
    ],
    rowGroupSize: 1000,
    pageSize: 500,
    kvMetadata: [{ key: 'author', value: 'a test' }],
  });
  await writeFile(path, new Uint8Array(buffer));
}

/** Written by Polars: 3 million flights in 11 row groups. */
export const flights = 'node_modules/vega-datasets/data/flights-3m.parquet';
