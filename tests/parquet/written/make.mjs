// Makes the files of parquetjs beside it: npm i --no-save @dsnp/parquetjs && node make.mjs
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import parquet from '@dsnp/parquetjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const schema = new parquet.ParquetSchema({
  id: { type: 'INT32', compression: 'GZIP' },
  wide: { type: 'INT64', optional: true, compression: 'SNAPPY' },
  real: { type: 'DOUBLE', optional: true },
  words: { type: 'UTF8', optional: true, compression: 'BROTLI' },
  bytes: { type: 'BYTE_ARRAY' },
  at: { type: 'TIMESTAMP_MICROS' },
  flag: { type: 'BOOLEAN' },
  list: { repeated: true, type: 'INT64' },
  pair: { optional: true, fields: { a: { type: 'INT64' }, b: { type: 'UTF8', repeated: true } } },
});
const row = (i) => ({
  id: i,
  ...(i % 7 === 0 ? {} : { wide: i * 1_000_003 }),
  ...(i % 5 === 0 ? {} : { real: i / 3 }),
  ...(i % 11 === 0 ? {} : { words: `wört 😀 ${i % 40}` }),
  bytes: Buffer.from(`x${i}`),
  at: new Date(1_577_836_800_000 + i * 1000),
  flag: i % 3 === 0,
  list: Array.from({ length: i % 4 }, (_, k) => k),
  ...(i % 13 === 0 ? {} : { pair: { a: i, b: [`p${i}`, 'q'] } }),
});
for (const version of [1, 2]) {
  const writer = await parquet.ParquetWriter.openFile(schema, join(here, `parquetjs-v${version}.parquet`), {
    useDataPageV2: version === 2,
    pageSize: 600,
    bloomFilters: [{ column: 'id', numFilterBytes: 1024 }],
  });
  writer.setRowGroupSize(200);
  for (let i = 0; i < 600; i++) await writer.appendRow(row(i));
  await writer.close();
}
