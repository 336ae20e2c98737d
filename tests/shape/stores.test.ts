import { describe, expect, it } from 'vitest';
import { builtinRegistry, Coordinator, loadWorkspace } from '../../src/index.js';
import { useWorkplace } from '../integration/workplace.js';
import { hmac, key } from './support.js';

const place = useWorkplace();

const shaping = `    columns: ["*", { from: joined, as: timestamp }]
    mask: { key: "\${MASK_KEY}", columns: { email: hash, Card No: partial } }
    where: id % 2 = 0
`;
const polish =
  'polish: { columns: { remove_special: true, case: snake }, hash_ids: [{ name: Row Id, from_columns: [id] }], constants: [{ name: origin, value: æ }], add_row_marker: { enabled: true } }';

/** What each store holds afterwards, as the witness reads it. */
const stores: Record<
  string,
  { readonly keys: string; readonly sql: (at: (path: string) => string) => string }
> = {
  parquet: { keys: 'path: out', sql: (at) => `SELECT * FROM read_parquet('${at('out/*.parquet')}')` },
  csv: {
    keys: 'type: csv, path: out',
    sql: (at) => `SELECT * FROM read_csv('${at('out/*.csv')}', all_varchar = true)`,
  },
  ndjson: {
    keys: 'type: ndjson, path: out',
    sql: (at) => `SELECT * FROM read_json('${at('out/*.ndjson')}')`,
  },
  local: {
    keys: 'type: local, format: csv, path: out',
    sql: (at) => `SELECT * FROM read_csv('${at('out/*.csv')}', all_varchar = true)`,
  },
  duckdb: { keys: 'type: duckdb, path: out.duckdb, table: t', sql: () => 'SELECT * FROM there.t' },
  sqlite: { keys: 'type: sqlite, path: out.sqlite, table: t', sql: () => '' },
};

const people =
  "SELECT range AS id, 'p' || range || '@ex.no' AS email, '4111-' || (range + 1000) AS \"Card No\", DATE '1960-01-01' + range::INT AS joined FROM range(200)";

describe.each(Object.entries(stores))('a %s store', (type, { keys, sql }) => {
  it.each(['parquet', 'csv'])('takes the same shaped rows from a %s home', async (home) => {
    const from = home === 'parquet' ? 'in.parquet' : '{ type: csv, path: in.csv }';
    if (home === 'parquet') await place.parquet('in.parquet', people);
    else await place.witness.run(`COPY (${people}) TO '${place.at('in.csv')}' (HEADER)`);
    await place.file(
      'f.yml',
      `flows:\n  f:\n    home: ${from}\n${shaping}    store: { ${keys}, ${polish} }\n`,
    );
    const loaded = await loadWorkspace({
      path: place.at('f.yml'),
      registry: builtinRegistry(),
      env: { MASK_KEY: key },
    });
    const { flows } = await new Coordinator(loaded).start();
    expect(flows[0]).toMatchObject({ status: 'success', rows: 100, error: null });
    const rows = await rowsOf(
      type,
      sql((path) => place.at(path)),
    );
    expect(rows.columns).toEqual(['row_id', 'id', 'email', 'card_no', 'joined', 'origin', '__rowMarker__']);
    const { createHash } = await import('node:crypto');
    const expected = Array.from({ length: 100 }, (_, i) => {
      const id = String(2 * i);
      const day = new Date(Date.UTC(1960, 0, 1 + 2 * i)).toISOString().slice(0, 10);
      const hash = createHash('sha256').update(id).digest('hex');
      return [hash, id, hmac(`p${id}@ex.no`), `*****${1000 + 2 * i}`, day, 'æ', '4'];
    });
    const found = rows.rows.map((row) => row.map((value, i) => (i === 4 ? value?.slice(0, 10) : value)));
    expect(found.sort()).toEqual(expected.sort());
  });
});

async function rowsOf(type: string, sql: string): Promise<{ columns: string[]; rows: (string | null)[][] }> {
  if (type === 'sqlite') {
    const { DatabaseSync } = await import('@photostructure/sqlite');
    const database = new DatabaseSync(place.at('out.sqlite'));
    const rows = database.prepare('SELECT * FROM t').all() as Record<string, unknown>[];
    database.close();
    return { columns: Object.keys(rows[0] ?? {}), rows: rows.map((row) => Object.values(row).map(String)) };
  }
  if (type !== 'duckdb') return place.witness.table(sql);
  await place.witness.run(`ATTACH '${place.at('out.duckdb')}' AS there (READ_ONLY)`);
  const table = await place.witness.table(sql);
  await place.witness.run('DETACH there');
  return table;
}
