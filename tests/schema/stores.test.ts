import { DatabaseSync } from '@photostructure/sqlite';
import { describe } from 'vitest';
import { useWorkplace, type Workplace } from '../integration/workplace.js';
import { driftCases, type Rows, type StoreCase } from './cases.js';

const place = useWorkplace();

const files =
  (pattern: (folder: string) => string) =>
  (at: Workplace): Promise<Rows> =>
    at.witness.table(`SELECT * FROM ${pattern(at.at('out'))}`);

const stores: Readonly<Record<string, StoreCase>> = {
  parquet: {
    yaml: () => 'out',
    read: files((folder) => `read_parquet('${folder}/*.parquet', union_by_name = true)`),
    text: true,
  },
  csv: {
    yaml: () => '{ type: csv, path: out }',
    read: files((folder) => `read_csv('${folder}/*.csv', union_by_name = true, all_varchar = true)`),
    text: true,
  },
  duckdb: {
    yaml: () => '{ type: duckdb, path: out.duckdb, table: t }',
    read: (at) => attached(at, '', 't'),
    text: true,
  },
  sqlite: {
    yaml: () => '{ type: sqlite, path: out.sqlite, table: t }',
    read: async (at) => viaNode(at),
    text: false,
    retypes: 'none',
  },
};

async function attached(at: Workplace, options: string, table: string): Promise<Rows> {
  await at.witness.run(`ATTACH '${at.at('out.duckdb')}' AS there (READ_ONLY${options})`);
  try {
    return await at.witness.table(`SELECT * FROM there.${table}`);
  } finally {
    await at.witness.run('DETACH there');
  }
}

function viaNode(at: Workplace): Rows {
  const database = new DatabaseSync(at.at('out.sqlite'), { readOnly: true });
  try {
    const statement = database.prepare('SELECT * FROM t');
    statement.setReadBigInts(true);
    const columns = database
      .prepare('PRAGMA table_info(t)')
      .all()
      .map(({ name }) => String(name));
    const rows = statement
      .all()
      .map((row) => columns.map((column) => (row[column] === null ? null : String(row[column]))));
    return { columns, rows };
  } finally {
    database.close();
  }
}

for (const [name, store] of Object.entries(stores))
  describe(`a ${name} store`, () => driftCases(place, store));
