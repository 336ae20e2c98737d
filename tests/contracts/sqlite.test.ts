import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, describe, it } from 'vitest';
import { sqliteHome } from '../../src/homes/sqlite/index.js';
import { sqliteStore } from '../../src/stores/sqlite/index.js';
import { homeContract, storeContract, type TextTable } from '../../src/testing/index.js';

// The cases are made before anything runs, and need the path then.
const folder = await mkdtemp(join(tmpdir(), 'hygge-contracts-'));
const path = join(folder, 'home.sqlite');
const made = new DatabaseSync(path);
made.exec(`
  CREATE TABLE things (id INTEGER PRIMARY KEY, name VARCHAR(20), price DECIMAL(9,2), made DATE, seen DATETIME, ok BOOLEAN, raw BLOB, loose, half REAL);
  INSERT INTO things VALUES
    (1, 'one', 1.1, '2024-02-29', '2024-02-29 12:34:56.789', 1, x'00ff', 1, 0.5),
    (2, '', 20, NULL, '1969-12-31 23:59:59', 0, x'', 2.5, 3),
    (9223372036854775807, 'žluť 🦆', NULL, '0001-01-01', NULL, NULL, NULL, NULL, NULL);
  CREATE VIEW few AS SELECT id, name FROM things WHERE id < 3;
  CREATE TABLE bare (k TEXT PRIMARY KEY, v) WITHOUT ROWID;
  INSERT INTO bare VALUES ('b', 'x'), ('a', 'y');
`);
made.close();
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the sqlite home', () => {
  const things = {
    columns: ['id', 'name', 'price', 'made', 'seen', 'ok', 'raw', 'loose', 'half'],
    rows: [
      ['1', 'one', '1.10', '2024-02-29', '2024-02-29 12:34:56.789', 'true', '\\x00\\xFF', '1.0', '0.5'],
      ['2', '', '20.00', null, '1969-12-31 23:59:59', 'false', '', '2.5', '3.0'],
      ['9223372036854775807', 'žluť 🦆', null, '0001-01-01', null, null, null, null, null],
    ],
  };
  const cases: readonly (readonly [string, Record<string, string>, TextTable])[] = [
    ['with a table', { table: 'Things' }, things],
    [
      'with a view',
      { table: 'few' },
      {
        columns: ['id', 'name'],
        rows: [
          ['1', 'one'],
          ['2', ''],
        ],
      },
    ],
    [
      'without rowid',
      { table: 'bare' },
      {
        columns: ['k', 'v'],
        rows: [
          ['a', 'y'],
          ['b', 'x'],
        ],
      },
    ],
    [
      'with a query',
      { query: 'SELECT count(*) AS n FROM things -- all;' },
      { columns: ['n'], rows: [['3']] },
    ],
  ];
  for (const [how, config, expected] of cases) {
    describe(how, () => {
      for (const { name, run } of homeContract({
        definition: sqliteHome,
        config: { path, ...config },
        expected,
      }))
        it(name, run);
    });
  }
});

const fileAt = (place: string): string => join(place, 'store.sqlite');

describe('the sqlite store', () => {
  for (const { name, run } of storeContract({
    definition: sqliteStore,
    config: (place) => ({ path: fileAt(place), table: 'the table' }),
    read: readTable,
    refuses: [
      ...([
        'hugeint',
        'uhugeint',
        'bignum',
        'bit',
        'time_ns',
        'timetz',
        'interval',
        'geometry',
        'variant',
      ] as const),
      ...(['list', 'array', 'struct', 'map', 'union'] as const),
      // for NaN, and for a text with the character NUL
      ...(['float', 'double', 'varchar'] as const),
    ],
    manyRows: 25_000,
  })) {
    it(name, run);
  }
});

/** What SQLite itself finds, as the engine would write it. */
async function readTable(place: string): Promise<TextTable> {
  if (!existsSync(fileAt(place))) return { columns: [], rows: [] };
  const database = new DatabaseSync(fileAt(place), { readOnly: true });
  try {
    const known = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'the table'").all();
    if (known.length === 0) return { columns: [], rows: [] };
    const statement = database.prepare('SELECT * FROM "the table"');
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    const columns = statement.columns().map(({ name, type }) => ({ name: String(name), type }));
    const rows = (statement.all() as unknown as unknown[][]).map((row) =>
      row.map((value, i) => text(value, columns[i]?.type ?? null)),
    );
    return { columns: columns.map(({ name }) => name), rows };
  } finally {
    database.close();
  }
}

function text(value: unknown, type: string | null): string | null {
  if (value === null) return null;
  if (type === 'BOOLEAN') return value === 1n ? 'true' : 'false';
  if (!(value instanceof Uint8Array)) return String(value);
  return [...value].map((byte) => `\\x${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('');
}
