// Rows of mixed types, for databases: as parquet, as csv, and what a server has them as.
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { literal, parquet, withDuck } from './duck.mjs';
import { data } from './paths.mjs';

/** Bytes of a row, about, as text. */
export const mixedRowBytes = 150;
const random = (salt) => `hash(range * 31 + ${salt})`;
/** Columns of mixed types: how the engine makes them, and what the server has them as. */
export const mixedColumns = [
  ['id', 'range', 'bigint'],
  ['n', `(${random(1)} % 1000000)::INTEGER`, 'integer'],
  ['d', `(${random(2)} % 100000000)::DOUBLE / 100`, 'double precision'],
  ['price', `((${random(3)} % 100000000)::DECIMAL(12, 2) / 100)::DECIMAL(12, 2)`, 'numeric(12,2)'],
  ['at', `TIMESTAMP '2024-01-01' + INTERVAL (${random(4)} % 31536000) SECOND`, 'timestamp'],
  [
    'changed',
    `TIMESTAMPTZ '2024-01-01 00:00:00+00' + INTERVAL (${random(5)} % 31536000000) MILLISECOND`,
    'timestamptz',
  ],
  ['day', `DATE '2020-01-01' + (${random(6)} % 2000)::INTEGER`, 'date'],
  ['kept', `${random(7)} % 2 = 0`, 'boolean'],
  ['code', `'w' || (${random(8)} % 5000)`, 'text'],
  [
    'remark',
    `CASE WHEN range % 3 = 0 THEN NULL ELSE md5(range::VARCHAR) || ' ' || md5((range * 7)::VARCHAR) END`,
    'text',
  ],
];
export const mixedDefinition = mixedColumns.map(([name, , type]) => `${name} ${type}`).join(', ');

/** The rows as parquet and as csv; made where they are not there yet. */
export async function mixedFiles(rows) {
  const source = join(data, `mixed-${rows}.parquet`);
  const csv = join(data, `mixed-${rows}.csv`);
  if (existsSync(csv)) return { source, csv };
  console.log(`making ${rows} rows of mixed columns …`);
  mkdirSync(data, { recursive: true });
  const select = mixedColumns.map(([name, sql]) => `${sql} AS ${name}`).join(', ');
  await withDuck(async (ask) => {
    await ask(`COPY (SELECT ${select} FROM range(${rows})) TO ${literal(source)} (FORMAT parquet)`);
    await ask(`COPY (FROM ${parquet(source)}) TO ${literal(`${csv}.draft`)} (FORMAT csv, HEADER false)`);
  });
  renameSync(`${csv}.draft`, csv);
  return { source, csv };
}
