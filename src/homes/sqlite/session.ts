import { setImmediate as breathe } from 'node:timers/promises';
import {
  type BringRequest,
  bring,
  bringParts,
  findSQLiteTable,
  hasRowid,
  isSQLiteThere,
  readBatches,
  SQLiteDatabase,
  type SQLiteSource,
  sqliteColumns,
  sqliteTableNotFound,
  sqliteTables,
  whyNotAsText,
} from '../../connections/sqlite/index.js';
import type { Relation } from '../../core/engine.js';
import type { HomeContext, HomeSession } from '../../core/home.js';
import { nearest } from '../../core/nearest.js';
import type { Column } from '../../core/types.js';
import { identifier, typeNamed } from '../../engine/index.js';
import { fail, HyggeError } from '../../errors/index.js';
import { missingPath } from '../../files/index.js';
import type { SQLiteHomeConfig } from './index.js';

/** Opens the file to be read. What is read is one state of it, whoever writes meanwhile. */
export async function openSQLiteHome(config: SQLiteHomeConfig, context: HomeContext): Promise<HomeSession> {
  const { name, signal } = context;
  const { path, table, query } = config;
  if (table === undefined && query === undefined)
    throw fail('TABLE_NEEDED', { name, keys: ['table', 'query'] });
  if (!(await isSQLiteThere(path))) throw await missingPath('the database', path);
  const database = await SQLiteDatabase.open({ name, path, writable: false, signal });
  try {
    const chosen = await typesOf(config, context);
    const source = await database.patiently(() => sourceOf(database, config, chosen));
    checkNames(source, [...chosen.keys()], name);
    const isTable = source.rowid !== null;
    const wanted = async (columns: readonly string[] | undefined): Promise<BringRequest> => {
      const schema = source.schema.filter(({ name }) => columns?.includes(name) ?? true);
      const some = { ...source, schema: schema.length > 0 ? schema : source.schema.slice(0, 1) };
      return {
        database,
        source: some,
        engine: await context.engine(),
        signal,
        onProgress: () => context.onProgress?.(),
      };
    };
    const why = whyNotAsText(database, source);
    const relations = new Map<string, Promise<Relation>>();
    /** Of one connection, one reading after the other. */
    let last: Promise<unknown> = Promise.resolve();
    return {
      schema: async () => source.schema,
      estimate: async () => {
        const [row] = await database.patiently(() => database.rows(`SELECT count(*) FROM (${source.sql}\n)`));
        return { rows: Number(row?.[0]), bytes: null, files: null, exact: isTable };
      },
      warnings: () => (why === null ? [] : [`the rows are read value by value, which takes longer: ${why}`]),
      relation: (columns) => {
        const key = JSON.stringify(columns ?? null);
        const known = relations.get(key);
        if (known !== undefined) return known;
        const relation = last.then(async () => bring(await wanted(columns)));
        last = relation.catch(() => {});
        relations.set(key, relation);
        return relation;
      },
      async *parts(columns) {
        yield* bringParts(await wanted(columns));
      },
      async *read(request) {
        // The first row takes the file's lock, which every other waits for until the last has come.
        const batches = readBatches(database, source, config.batch_size);
        try {
          let next = await database.patiently(() => batches.next());
          while (next.done !== true) {
            if (request.signal.aborted) throw fail('INTERRUPTED', { name });
            yield next.value;
            // Reading stops everything else in this process; others get their turn in between.
            await breathe();
            next = batches.next();
          }
        } finally {
          batches.return(undefined);
        }
      },
      close: async () => {
        await last;
        database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Types that the configuration gives columns, as the engine understands them. */
async function typesOf(
  { columns }: SQLiteHomeConfig,
  { engine, name }: HomeContext,
): Promise<ReadonlyMap<string, Column['type']>> {
  const types = new Map<string, Column['type']>();
  for (const [column, text] of Object.entries(columns))
    types.set(column, await typeNamed(await engine(), { name, column, text }));
  return types;
}

function checkNames({ schema }: SQLiteSource, columns: readonly string[], name: string): void {
  const known = schema.map((column) => column.name);
  for (const column of columns)
    if (!known.includes(column))
      throw fail('COLUMN_NOT_FOUND', { name, column, known, nearest: nearest(column, known) });
}

function sourceOf(
  database: SQLiteDatabase,
  { table, query }: SQLiteHomeConfig,
  chosen: ReadonlyMap<string, Column['type']>,
): SQLiteSource {
  if (query !== undefined) {
    const sql = query.replace(/(?:\s|;)+$/, '');
    try {
      return { sql, schema: sqliteColumns(database, `SELECT * FROM (${sql}\n)`, chosen), rowid: null };
    } catch (error) {
      if (!(error instanceof HyggeError) || error.code !== 'DATABASE_FILE_FAILED') throw error;
      const { name } = database.options;
      throw fail('QUERY_FAILED', { name, reason: String(error.facts.reason) }, { cause: error });
    }
  }
  const known = sqliteTables(database);
  const found = findSQLiteTable(known, table ?? '');
  if (found === undefined) throw sqliteTableNotFound(database, table ?? '', known);
  const all = `SELECT * FROM ${identifier(found.name)}`;
  const schema = sqliteColumns(database, all, chosen);
  if (!hasRowid(database, found)) return { sql: all, schema, rowid: null };
  // A column may be called rowid itself; one of the three names is left.
  const taken = new Set(schema.map((column) => column.name.toLowerCase()));
  const own = ['rowid', 'oid', '_rowid_'].find((name) => !taken.has(name));
  if (own === undefined) return { sql: all, schema, rowid: null };
  const rowid = 'hygge rowid';
  const from = identifier(found.name);
  const key = found.isVirtual ? {} : { key: { table: from, rowid: own } };
  return { sql: `SELECT *, ${own} AS ${identifier(rowid)} FROM ${from}`, schema, rowid, ...key };
}
