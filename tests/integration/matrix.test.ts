import { describe, expect, it } from 'vitest';
import { Flow } from '../../src/index.js';
import { readFile, useWorkplace } from './workplace.js';

const place = useWorkplace();

const rows = `SELECT * FROM (VALUES
  (1::BIGINT, 'plain', 1.5::DOUBLE, 12345678901234567.89::DECIMAL(20, 2), DATE '2024-02-29', TIMESTAMP '2024-02-29 23:59:59.123456', true),
  (9223372036854775807, '', -0.1, -0.01, DATE '1970-01-01', TIMESTAMP '1999-12-31 00:00:00', false),
  (NULL, 'quotes " '' , ; and
lines – 🦆', 1e300, NULL, NULL, NULL, NULL)
) AS t(id, name, ratio, price, day, made, kept)`;

/** What keeps the types that a format does not know itself. */
const columns = {
  id: 'bigint',
  name: 'varchar',
  ratio: 'double',
  price: 'decimal(20,2)',
  day: 'date',
  made: 'timestamp',
  kept: 'boolean',
};

const types = {
  parquet: {
    home: (path: string) => ({ type: 'parquet', path }),
    store: (path: string) => ({ type: 'parquet', path }),
  },
  csv: {
    home: (path: string) => ({ type: 'csv', path, columns }),
    store: (path: string) => ({ type: 'csv', path }),
  },
  ndjson: {
    home: (path: string) => ({ type: 'ndjson', path, columns }),
    store: (path: string) => ({ type: 'ndjson', path }),
  },
  duckdb: {
    home: (path: string) => ({ type: 'duckdb', path: `${path}.duckdb`, table: 'things' }),
    store: (path: string) => ({ type: 'duckdb', path: `${path}.duckdb`, table: 'things' }),
  },
  sqlite: {
    home: (path: string) => ({ type: 'sqlite', path: `${path}.sqlite`, table: 'things' }),
    store: (path: string) => ({ type: 'sqlite', path: `${path}.sqlite`, table: 'things' }),
  },
} as const;

const move = (home: unknown, store: unknown) =>
  new Flow({ name: 'things', home, store, retry: { attempts: 1 } } as ConstructorParameters<
    typeof Flow
  >[0]).start();

describe.each(Object.entries(types))('a %s home', (from, { home }) => {
  it.each(Object.entries(types))('feeds a %s store, and every value arrives', async (to, { store }) => {
    const source = await place.parquet('source.parquet', rows);
    await move(source, types[from as keyof typeof types].store(place.at('first')));
    const result = await move(home(place.at('first')), store(place.at('second')));
    expect(result).toMatchObject({ status: 'success', rows: 3 });
    // By way of parquet, so that the witness reads it.
    await move(types[to as keyof typeof types].home(place.at('second')), place.at('third'));
    const arrived = readFile(place.at('third', '*.parquet'));
    await place.witness.expectSame(arrived, rows);
  });
});
