// The data: made by DuckDB out of hashes of row numbers, so that every machine has the same.
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { literal, parquet, withDuck } from './duck.mjs';
import { data } from './paths.mjs';

const random = (salt) => `hash(range * 31 + ${salt})`;
const word = (salt, of) => `'w' || (${random(salt)} % ${of})`;
const columns = (count, make) => Array.from({ length: count }, (_, i) => make(i));

/** Shapes of tables: what their columns are, as SQL over `range`, and the rows of a row group. */
export const shapes = {
  narrow: {
    text: '21 columns of numbers, times and short texts',
    rowGroup: 122_880,
    select: [
      'range AS id',
      `TIMESTAMP '2024-01-01' + INTERVAL (${random(1)} % 31536000) SECOND AS started`,
      `TIMESTAMP '2024-01-01' + INTERVAL (${random(2)} % 31536000) SECOND AS ended`,
      ...columns(6, (i) => `(${random(10 + i)} % ${10 ** (i + 1)})::INTEGER AS count_${i}`),
      ...columns(6, (i) => `(${random(20 + i)} % 10000000)::DOUBLE / 100 AS amount_${i}`),
      ...columns(4, (i) => `${word(30 + i, 5000)} AS code_${i}`),
      `(${random(40)} % 2 = 0) AS kept`,
      `CASE WHEN ${random(41)} % 3 = 0 THEN NULL ELSE (${random(42)} % 1000000)::DECIMAL(12, 2) END AS fee`,
    ],
  },
  mixed: {
    text: '10 columns of every usual type, some with NULLs',
    rowGroup: 122_880,
    select: [
      'range AS id',
      `(${random(1)} % 9000000000000)::BIGINT - 4500000000000 AS account`,
      `(${random(2)} % 100000)::INTEGER AS quantity`,
      `CASE WHEN ${random(3)} % 5 = 0 THEN NULL ELSE ((${random(4)} % 100000000)::DECIMAL(12, 0) / 100)::DECIMAL(12, 2) END AS price`,
      `(${random(5)} % 10000000)::DOUBLE / 1000 * (CASE WHEN ${random(51)} % 2 = 0 THEN 1 ELSE -1 END) AS weight`,
      `DATE '2020-01-01' + (${random(6)} % 1500)::INTEGER AS day`,
      `TIMESTAMP '2024-01-01' + INTERVAL (${random(7)} % 31536000) SECOND + INTERVAL (CASE WHEN ${random(71)} % 2 = 0 THEN 0 ELSE ${random(72)} % 1000 END) MILLISECOND AS at`,
      `(${random(8)} % 2 = 0) AS paid`,
      `${word(9, 5000)} AS code`,
      `CASE WHEN ${random(10)} % 4 = 0 THEN NULL ELSE concat_ws(' ', 'item', ${random(11)} % 3000, 'of', ${random(12)} % 100, 'för "' || (${random(13)} % 50) || '", all') END AS remark`,
    ],
  },
  wide: {
    text: '500 columns',
    rowGroup: 20_480,
    select: [
      'range AS id',
      ...columns(249, (i) => `(${random(100 + i)} % 1000000)::INTEGER AS n_${i}`),
      ...columns(150, (i) => `(${random(400 + i)} % 1000000)::DOUBLE / 100 AS d_${i}`),
      ...columns(100, (i) => `${word(600 + i, 2000)} AS s_${i}`),
    ],
  },
  strings: {
    text: '6 columns of long and short texts',
    rowGroup: 122_880,
    select: [
      'range AS id',
      `md5(range::VARCHAR) AS key`,
      `'https://example.org/' || (${random(1)} % 5000) || '/' || md5((${random(2)} % 1000000)::VARCHAR) AS url`,
      `concat_ws(' ', ${columns(12, (i) => word(10 + i, 3000)).join(', ')}) AS remark`,
      `${word(50, 12)} AS kind`,
      `CASE WHEN ${random(51)} % 4 = 0 THEN NULL ELSE upper(md5((range % 100000)::VARCHAR)) END AS parent`,
    ],
  },
  nested: {
    text: 'lists, structs and maps',
    rowGroup: 61_440,
    select: [
      'range AS id',
      `[${random(1)} % 1000, ${random(2)} % 1000, ${random(3)} % 100000][: (range % 4)::INTEGER] AS numbers`,
      `{a: (${random(4)} % 1000)::INTEGER, b: {c: ${word(5, 1000)}, d: ${random(6)}::DOUBLE}} AS thing`,
      `[{name: ${word(7, 5000)}, price: ${random(8)}::DOUBLE}, {name: ${word(9, 50)}, price: 1.5}] AS items`,
      `MAP {'x': ${random(10)} % 100, 'y': ${random(11)} % 100000} AS marks`,
    ],
  },
};

/** The path of a file of a shape with about so many bytes; made where it is not there yet. */
export async function sourceOf(name, bytes, codec = 'snappy') {
  const path = join(data, `${name}-${Math.round(bytes / 1e6)}mb-${codec}.parquet`);
  if (existsSync(path)) return path;
  console.log(`making ${Math.round(bytes / 1e6)} MB of ${name} …`);
  mkdirSync(data, { recursive: true });
  const draft = `${path}.draft`;
  const write = (rows) => withDuck((ask) => ask(copySql(`range(${rows})`, name, draft, codec)));
  const few = 2 * shapes[name].rowGroup;
  await write(few);
  await write(Math.round((few * bytes) / statSync(draft).size));
  renameSync(draft, path);
  return path;
}

/** A parquet file as text, and the types of its columns; made where it is not there yet. */
export async function textOf(source, format) {
  const path = source.replace(/\.parquet$/, `.${format}`);
  const options = format === 'csv' ? 'FORMAT csv' : 'FORMAT json';
  return withDuck(async (ask) => {
    if (!existsSync(path)) {
      console.log(`writing it as ${format} …`);
      await ask(`COPY (FROM ${parquet(source)}) TO ${literal(`${path}.draft`)} (${options})`);
      renameSync(`${path}.draft`, path);
    }
    const columns = await ask(`DESCRIBE SELECT * FROM ${parquet(source)}`);
    return { path, types: Object.fromEntries(columns.map((c) => [c.column_name, c.column_type])) };
  });
}

/** A folder of so many small files of 1,000 rows each, narrow; made where it is not there yet. */
export async function smallFilesOf(count) {
  const folder = join(data, `small-${count}`);
  if (existsSync(folder)) return folder;
  console.log(`making ${count} small files …`);
  const draft = `${folder}-draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  const path = (i) => join(draft, `${String(i).padStart(6, '0')}.parquet`);
  await withDuck(async (ask) => {
    for (let i = 0; i < count; i++)
      await ask(copySql(`range(${i * 1000}, ${(i + 1) * 1000})`, 'narrow', path(i), 'snappy'));
  });
  renameSync(draft, folder);
  return folder;
}

/** A file of so few rows that its bytes do not matter. */
export async function tinyFile(rows) {
  const path = join(data, `tiny-${rows}.parquet`);
  mkdirSync(data, { recursive: true });
  await withDuck((ask) => ask(copySql(`range(${rows})`, 'narrow', path, 'snappy')));
  return path;
}

export const rowsOf = (path) =>
  withDuck(async (ask) => Number((await ask(`SELECT count(*) AS n FROM ${parquet(path)}`))[0].n));

function copySql(range, shape, path, codec) {
  const { select, rowGroup } = shapes[shape];
  const options = `FORMAT parquet, COMPRESSION ${codec}, ROW_GROUP_SIZE ${rowGroup}`;
  return `COPY (SELECT ${select.join(', ')} FROM ${range}) TO ${literal(path)} (${options})`;
}
