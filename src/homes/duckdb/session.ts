import { basename } from 'node:path';
import {
  findTable,
  isThere,
  lookInto,
  openDuckDB,
  parseTable,
  qualified,
  qualifyQuery,
  tableNotFound,
  tablesOf,
} from '../../connections/duckdb/index.js';
import type { DatabaseFile, EngineSession } from '../../core/engine.js';
import type { HomeContext, HomeSession } from '../../core/home.js';
import type { Schema } from '../../core/types.js';
import { fail, HyggeError } from '../../errors/index.js';
import { missingPath } from '../../files/index.js';
import type { DuckDBHomeConfig } from './index.js';

/** What is read, and whether it is a table that counts its rows. */
interface Source {
  readonly sql: string;
  readonly isTable: boolean;
}

/** Opens the file to be read, which keeps every other program from writing into it until the session is closed. */
export async function openDuckDBHome(config: DuckDBHomeConfig, context: HomeContext): Promise<HomeSession> {
  const { name, signal } = context;
  const { path, table, query } = config;
  if (table === undefined && query === undefined)
    throw fail('TABLE_NEEDED', { name, keys: ['table', 'query'] });
  if (!(await isThere(path))) throw await missingPath('the database', path);
  const engine = await context.engine();
  const file = await openDuckDB(engine, { name, ...config }, { writable: false, signal });
  try {
    const { sql, isTable } = await lookInto(file, () => sourceOf(config, context, engine, file));
    const schema = await lookInto(file, () => describe(name, engine, sql, query !== undefined));
    const rows = async (): Promise<number> =>
      lookInto(file, async () => Number((await engine.rows(`SELECT count(*) FROM (${sql})`))[0]?.[0]));
    return {
      schema: async () => schema,
      estimate: async () => ({
        rows: isTable ? await rows() : null,
        bytes: null,
        files: null,
        exact: isTable,
      }),
      relation: async () => ({ sql, schema }),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function sourceOf(
  { path, table, query }: DuckDBHomeConfig,
  { name }: HomeContext,
  engine: EngineSession,
  { catalog }: DatabaseFile,
): Promise<Source> {
  const known = await tablesOf(engine, catalog);
  if (query !== undefined) {
    const alias = basename(path).replace(/\.[^.]*$/, '');
    const whole = await qualifyQuery(engine, { name, query, catalog, alias, known });
    // A query may end in a comment.
    return { sql: `SELECT * FROM (${whole}\n)`, isTable: false };
  }
  const wanted = parseTable(table ?? '');
  const found = findTable(known, wanted);
  if (found === undefined) throw tableNotFound(name, path, wanted, known);
  return { sql: `SELECT * FROM ${qualified(catalog, found)}`, isTable: !found.isView };
}

async function describe(name: string, engine: EngineSession, sql: string, isQuery: boolean): Promise<Schema> {
  try {
    return await engine.describe(sql);
  } catch (cause) {
    if (!isQuery || !(cause instanceof HyggeError) || cause.code !== 'ENGINE_FAILED') throw cause;
    throw fail('QUERY_FAILED', { name, reason: String(cause.facts.reason) }, { cause });
  }
}
