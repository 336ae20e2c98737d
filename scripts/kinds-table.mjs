// What a column of each type becomes in each store, by the maps that the stores themselves work by.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { columnOut } from '../build/connections/postgres/types-out.js';
import { keptAs } from '../build/connections/sqlite/types.js';
import { openEngine } from '../build/engine/index.js';
import { HyggeError } from '../build/errors/index.js';
import { CsvWriter } from '../build/formats/csv/writer.js';
import { NdjsonWriter } from '../build/formats/ndjson/writer.js';
import { checkHoldable } from '../build/formats/parquet/holdable.js';
import { kindSamples } from '../build/testing/kinds.js';

const none = '–';
const code = (text) => `\`${text.replaceAll('|', '\\|')}\``;

/** The titles, and a row for each kind. */
export async function kindsTable() {
  const folder = await mkdtemp(join(tmpdir(), 'hygge-reference-'));
  const engine = await openEngine();
  const session = await engine.session();
  const csv = new CsvWriter(
    { delimiter: ',', quote: '"', escape: '"', header: false, null_value: '', compression: 'none' },
    async () => session,
  );
  const ndjson = new NdjsonWriter({ compression: 'none' });
  const linesOf = async (writer, select, schema) => {
    const path = join(folder, 'text');
    await session.run(writer.copy(select, schema, path));
    const [[text]] = await session.rows(`SELECT content FROM read_text('${path}')`);
    return text.trimEnd();
  };
  try {
    const rows = [];
    for (const [kind, { type, values }] of Object.entries(kindSamples)) {
      const value = values.at(kind === 'varchar' ? 2 : -1);
      const select = `SELECT CAST(${value} AS ${type}) AS v`;
      const [column] = kind === 'null' ? [{ type: { kind } }] : await session.describe(select);
      const schema = [{ name: 'v', type: column.type, nullable: true }];
      const kept = keptAs(column.type);
      const example = value !== 'NULL';
      rows.push([
        code(type),
        await inParquet(session, join(folder, 'types.parquet'), select, schema),
        example ? code(await linesOf(csv, select, schema)) : 'nothing',
        example
          ? code(/^\{"v":(.*)\}$/s.exec(await linesOf(ndjson, select, schema))?.[1] ?? '')
          : code('null'),
        kind === 'null' ? code('INTEGER') : 'the same',
        'impossible' in kept ? none : code(kept.declared),
        code(columnOut(column.type).made),
      ]);
    }
    return [['type', 'parquet', 'csv', 'ndjson', 'DuckDB', 'SQLite', 'Postgres'], rows];
  } finally {
    await session.close();
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The type that a reader of the file finds. */
async function inParquet(session, path, select, schema) {
  try {
    checkHoldable('reference', schema);
    await session.run(`COPY (${select} LIMIT 0) TO '${path}' (FORMAT parquet)`);
    const [found] = await session.describe(`SELECT * FROM read_parquet('${path}')`);
    const [asked] = schema;
    const name = ({ type }) => JSON.stringify(type);
    return name(found) === name(asked) ? 'the same' : code(found.type.kind.toUpperCase());
  } catch (error) {
    if (error instanceof HyggeError && error.code === 'PARQUET_CANNOT_HOLD') return none;
    throw error;
  }
}
