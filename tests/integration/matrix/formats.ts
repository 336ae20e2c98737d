import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { TypeKind } from '../../../src/core/types.js';
import type { HomeInput, StoreInput } from '../../../src/flow/index.js';
import type { TextTable } from '../../../src/testing/index.js';
import { kindSamples } from '../../../src/testing/kinds.js';
import { readTable } from '../../postgres/support/reader.js';
import type { TestServer } from '../../postgres/support/server.js';
import type { Witness } from '../witness.js';

type Sql = (column: string) => string;

/** A format or database as the matrix sees it. `place` is a folder that is not there yet. */
export interface Format {
  readonly home: (place: string, kinds: readonly TypeKind[]) => HomeInput;
  readonly store: (place: string) => StoreInput;
  /** What lies there, by a reader that is not hygge's, in the words of the engine. */
  readonly read: (place: string, types: ReadonlyMap<string, string>) => Promise<TextTable>;
  /** Kinds of which it can carry nothing. */
  readonly lacks: readonly TypeKind[];
  /** What a value is once it has been there, where that is another. */
  readonly becomes: Partial<Record<TypeKind, Sql>>;
  /** The values of a kind that it can carry, where it cannot carry all. */
  readonly fits: Partial<Record<TypeKind, Sql>>;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const as =
  (type: string): Sql =>
  (column) =>
    `CAST(${column} AS ${type})`;
const asJson: Sql = (column) => `CAST(to_json(${column}) AS VARCHAR)`;
const declared = (kinds: readonly TypeKind[]): Record<string, string> =>
  Object.fromEntries(
    kinds.flatMap((kind) =>
      kind === 'null' ? [] : ([[kind, kindSamples[kind].type]] as [string, string][]),
    ),
  );
const numbers: readonly string[] = ['decimal', 'hugeint', 'uhugeint', 'bignum', 'ubigint', 'float', 'double'];

export function formatsOf(witness: Witness, server: () => TestServer): Readonly<Record<string, Format>> {
  const database = (place: string): string => join(place, 'store.db');
  const table = (place: string): string =>
    `at_${createHash('sha256').update(place).digest('hex').slice(0, 16)}`;
  const inPostgres = (place: string) =>
    ({ type: 'postgres', connection: 'db', table: table(place) }) as const;
  return {
    parquet: {
      home: (path) => path,
      store: (path) => path,
      read: (path) => witness.table(`SELECT * FROM read_parquet(${quoted(`${path}/*.parquet`)})`),
      // A union becomes a struct, one of whose fields has no name.
      lacks: ['hugeint', 'uhugeint', 'union'],
      becomes: {},
      fits: {
        interval: (column) => `date_part('microseconds', ${column}) % 1000 = 0`,
        timetz: (column) => `date_part('timezone', ${column}) = 0`,
      },
    },
    csv: {
      home: (path, kinds) => ({ type: 'csv', path, columns: declared(kinds) }),
      store: (path) => ({ type: 'csv', path }),
      read: (path) =>
        witness.table(
          `SELECT * FROM read_csv(${quoted(`${path}/*.csv`)}, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"', allow_quoted_nulls = false, auto_detect = true, strict_mode = false)`,
        ),
      // Their text does not tell what they were.
      lacks: ['union', 'variant'],
      becomes: {},
      fits: {},
    },
    ndjson: {
      home: (path, kinds) => ({ type: 'ndjson', path, columns: declared(kinds) }),
      store: (path) => ({ type: 'ndjson', path }),
      read: async (path, types) => {
        const lines = `read_csv(${quoted(`${path}/*.ndjson`)}, auto_detect = false, delim = '\u0001', quote = '', escape = '', columns = {'line': 'VARCHAR'})`;
        const values = [...types].map(([name, type]) => {
          const text = numbers.includes(name)
            ? `nullif(nullif(regexp_extract(line, '"${name}":"?([^,}"]+)', 1), ''), 'null')`
            : `line ->> ${quoted(name)}`;
          const isNested = /\[|STRUCT|MAP/.test(type);
          return `CAST(${isNested ? `CAST(${text} AS JSON)` : text} AS ${type}) AS ${name}`;
        });
        return witness.table(`SELECT ${values.join(', ')} FROM ${lines}`);
      },
      lacks: ['union', 'variant'],
      // As the engine's JSON is written, without spaces.
      becomes: { json: (column) => `json(${column})` },
      // It comes back as NULL.
      fits: { json: (column) => `CAST(${column} AS VARCHAR) <> 'null'` },
    },
    duckdb: {
      home: (place) => ({ type: 'duckdb', path: database(place), table: 'kinds' }),
      store: (place) => ({ type: 'duckdb', path: database(place), table: 'kinds' }),
      read: async (place) => {
        await witness.run(`ATTACH ${quoted(database(place))} AS there (READ_ONLY)`);
        try {
          return await witness.table('SELECT * FROM there.kinds');
        } finally {
          await witness.run('DETACH there');
        }
      },
      lacks: [],
      becomes: {},
      fits: {},
    },
    sqlite: {
      home: (place) => ({ type: 'sqlite', path: database(place), table: 'kinds' }),
      store: (place) => ({ type: 'sqlite', path: database(place), table: 'kinds' }),
      read: async (place) => readSQLite(database(place)),
      lacks: [
        ...(['hugeint', 'uhugeint', 'bignum', 'bit', 'time_ns', 'timetz', 'interval'] as const),
        ...(['geometry', 'variant', 'list', 'array', 'struct', 'map', 'union'] as const),
      ],
      becomes: { float: as('DOUBLE') },
      fits: {
        float: (column) => `NOT isnan(${column}) AND CAST(${column} AS VARCHAR) <> '-0.0'`,
        double: (column) => `NOT isnan(${column}) AND CAST(${column} AS VARCHAR) <> '-0.0'`,
        varchar: (column) => `NOT contains(${column}, chr(0))`,
      },
    },
    postgres: {
      home: inPostgres,
      store: inPostgres,
      read: (place) => readTable(server(), witness, table(place)),
      lacks: [],
      becomes: {
        geometry: (column) => `ST_AsWKB(${column})`,
        variant: (column) => `CAST(CAST(${column} AS JSON) AS VARCHAR)`,
        struct: asJson,
        map: asJson,
        union: asJson,
      },
      fits: {
        varchar: (column) => `NOT contains(${column}, chr(0))`,
        time_ns: (column) => `epoch_ns(${column}) % 1000 = 0`,
        timestamp_ns: (column) => `epoch_ns(${column}) % 1000 = 0`,
      },
    },
  };
}

/** By SQLite itself. */
function readSQLite(path: string): TextTable {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const statement = database.prepare('SELECT * FROM kinds');
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    const columns = statement.columns().map(({ name, type }) => ({ name: String(name), type }));
    const rows = (statement.all() as unknown as unknown[][]).map((row) =>
      row.map((value, i) => textOf(value, columns[i]?.type ?? null)),
    );
    return { columns: columns.map(({ name }) => name), rows };
  } finally {
    database.close();
  }
}

function textOf(value: unknown, type: string | null): string | null {
  if (value === null) return null;
  if (type === 'BOOLEAN') return value === 1n ? 'true' : 'false';
  if (typeof value === 'number' && Math.abs(value) === Number.POSITIVE_INFINITY)
    return value < 0 ? '-inf' : 'inf';
  if (!(value instanceof Uint8Array)) return String(value);
  return [...value].map((byte) => `\\x${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('');
}
