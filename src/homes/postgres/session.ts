import { unlink } from 'node:fs/promises';
import {
  columnIn,
  columnsOf,
  exportSnapshot,
  ordered,
  type PostgresConnection,
  type PostgresSession,
  parseTable,
  postgresConnection,
  qualified,
  quoteName,
  quoteText,
  type SpooledColumn,
  type SpoolFile,
  SpoolFolder,
  shownTable,
  spooledRelation,
  spoolSelect,
  unordered,
} from '../../connections/postgres/index.js';
import type { Relation } from '../../core/engine.js';
import type { ColumnBounds, HomeContext, HomePart, HomeSession, Reach } from '../../core/home.js';
import { nearest } from '../../core/nearest.js';
import type { Estimate } from '../../core/plan.js';
import type { Schema } from '../../core/types.js';
import { fail, HyggeError } from '../../errors/index.js';
import { hiddenRows } from './hidden.js';
import { allOfSchema, type PostgresHomeConfig } from './index.js';
import { lookAt, setSnapshot, sharedMoment } from './moment.js';
import { serverCondition } from './narrow.js';
import { pageRanges } from './pages.js';
import { readRows } from './reading.js';

/** Connects, and holds still what is read: everything is seen as it was at this moment. */
export async function openPostgresHome(
  config: PostgresHomeConfig,
  context: HomeContext,
): Promise<HomeSession> {
  const source = sourceOf(config, context.name);
  const connection = await context.connections.open(postgresConnection, config.connection);
  const request = { role: 'home', runId: context.runId ?? null, signal: context.signal } as const;
  const moment = await sharedMoment(connection, context);
  try {
    const session = await connection.session(request);
    try {
      const look = () => columnsAt(session, source, connection, context.name);
      const { seen: columns, note } = await lookAt(session, moment, look);
      const hidden = await hiddenRows(session, source.isQuery ? null : source.from, connection.role);
      if (hidden !== null) context.notice?.(hidden);
      const spare = (signal: AbortSignal): Promise<PostgresSession | null> =>
        connection.spareSession({ ...request, signal: AbortSignal.any([context.signal, signal]) });
      return new PostgresHomeSession({
        name: context.name,
        session,
        source,
        columns,
        spare,
        notes: [note, hidden].filter((one) => one !== null),
        leave: moment.leave,
        onProgress: () => context.onProgress?.(),
        ...config,
      });
    } catch (error) {
      await session.close();
      throw error;
    }
  } catch (error) {
    await moment.leave();
    throw error;
  }
}

interface Source {
  /** What stands behind FROM. */
  readonly from: string;
  /** For people. */
  readonly shown: string;
  readonly isQuery: boolean;
}

function sourceOf({ table, query }: PostgresHomeConfig, name: string): Source {
  if (query !== undefined) {
    const sql = query.trim().replace(/;+$/, '');
    return { from: `(${sql}\n) AS hygge_query`, shown: 'the query', isQuery: true };
  }
  if (table === undefined) throw fail('TABLE_NEEDED', { name, keys: ['table', 'query'] });
  if (allOfSchema(table) !== null) {
    const reason = `${table} names several tables, and one is wanted here`;
    const hint = 'In a flow of a project without entities, each of them is one. Name a single table.';
    throw fail('INVALID_VALUE', { key: 'table', reason, hint });
  }
  const destination = parseTable(table);
  return { from: qualified(destination), shown: shownTable(destination), isQuery: false };
}

/** The columns of what is read. TABLE_NOT_FOUND, QUERY_FAILED where it cannot be. */
async function columnsAt(
  session: PostgresSession,
  { from, shown, isQuery }: Source,
  connection: PostgresConnection,
  name: string,
): Promise<readonly SpooledColumn[]> {
  const columns = await columnsOf(session, `SELECT * FROM ${from}`).catch(async (error: unknown) => {
    if (!(error instanceof HyggeError)) throw error;
    if (error.code === 'DATABASE_RIGHTS' && !isQuery) throw withGrant(error, from, connection);
    if (error.code !== 'DATABASE_FAILED') throw error;
    if (isQuery) throw fail('QUERY_FAILED', { name, reason: String(error.facts.reason) }, { cause: error });
    if (error.facts.code !== '42P01' && error.facts.code !== '3F000') throw error;
    await session.run('ROLLBACK');
    const known = (
      await session.rows(
        "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2",
      )
    ).map(([schema, table]) => shownTable({ schema: schema ?? '', table: table ?? '' }));
    const facts = { name, table: shown, path: connection.where, known, nearest: nearest(shown, known) };
    throw fail('TABLE_NOT_FOUND', facts, { cause: error });
  });
  const seen = new Set<string>();
  for (const column of columns) {
    if (seen.has(column.name)) throw fail('COLUMN_CLASH', { name, column: column.name });
    seen.add(column.name);
  }
  const required = isQuery ? new Set() : await requiredColumns(session, from);
  return columns.map((column) => {
    const how = columnIn(name, column);
    return { name: column.name, type: how.type, nullable: !required.has(column.name), how };
  });
}

/** With what an administrator can do so that a table can be read. */
function withGrant(error: HyggeError, table: string, { name, role }: PostgresConnection): HyggeError {
  const reason = String(error.facts.reason);
  const [schema = ''] = /^"(?:[^"]|"")*"/.exec(table) ?? [];
  const right = /for schema/.test(reason) ? `USAGE ON SCHEMA ${schema}` : `SELECT ON ${table}`;
  const grant = `GRANT ${right} TO ${quoteName(role)}`;
  return fail('DATABASE_RIGHTS', { connection: name, reason, grant }, { cause: error });
}

async function requiredColumns(session: PostgresSession, table: string): Promise<ReadonlySet<string | null>> {
  const found = await session.rows(
    `SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = ${quoteText(table)}::regclass AND attnum > 0 AND attnotnull AND NOT attisdropped`,
  );
  return new Set(found.map(([name]) => name ?? null));
}

interface Opened {
  readonly name: string;
  readonly session: PostgresSession;
  readonly source: Source;
  readonly columns: readonly SpooledColumn[];
  readonly readers: number;
  /** What is to be said of the moment, and of what is seen at it. */
  readonly notes: readonly string[];
  /** Lets go of the moment. */
  leave(): Promise<void>;
  /** One more connection; null where there is none to spare. */
  spare(signal: AbortSignal): Promise<PostgresSession | null>;
  /** Some rows have come. */
  onProgress(): void;
}

class PostgresHomeSession implements HomeSession {
  readonly #name: string;
  readonly #session: PostgresSession;
  readonly #source: Source;
  readonly #columns: readonly SpooledColumn[];
  readonly #opened: Opened;
  readonly #folder = new SpoolFolder();
  readonly #relations = new Map<string, Promise<Relation>>();
  /** A condition of the server that holds for every row that is wanted; null: any may be. */
  #narrowed: string | null = null;
  readonly #notes: string[] = [];

  constructor(opened: Opened) {
    this.#opened = opened;
    this.#name = opened.name;
    this.#session = opened.session;
    this.#source = opened.source;
    this.#columns = opened.columns;
    this.#notes.push(...opened.notes);
  }

  async schema(): Promise<Schema> {
    return this.#columns.map(({ name, type, nullable }) => ({ name, type, nullable }));
  }

  narrow(where: string): void {
    this.#narrowed = serverCondition(where, this.#columns);
    this.#notes.push(
      this.#narrowed === null
        ? 'the server sends all rows, and where is applied here; for one that it should work on, write a query'
        : 'the server sends only the rows for which where holds',
    );
  }

  /** What the statistics of the server say, which is seldom exact. */
  async estimate(): Promise<Estimate> {
    const unknown = { rows: null, bytes: null, files: null, exact: false };
    if (this.#source.isQuery) return unknown;
    const [row] = await this.#session.rows(
      `SELECT CASE WHEN reltuples >= 0 AND relkind IN ('r', 'm') THEN reltuples::bigint END, CASE WHEN relkind IN ('r', 'm') THEN pg_table_size(oid) END FROM pg_catalog.pg_class WHERE oid = ${quoteText(this.#source.from)}::regclass`,
    );
    const [rows = null, bytes = null] = row ?? [];
    return {
      ...unknown,
      rows: rows === null ? null : Number(rows),
      bytes: bytes === null ? null : Number(bytes),
    };
  }

  async bounds(name: string): Promise<ColumnBounds | null> {
    const column = this.#columns.find((one) => one.name === name);
    if (column === undefined) return null;
    if (column.how.isMadeText) {
      const type = 'a type whose values are text outside of Postgres';
      throw fail('WATERMARK_UNORDERED', { name: this.#name, column: name, type });
    }
    const [open, value] = [unordered(column), ordered(column)];
    const greatest = `SELECT ${quoteName(name)} FROM ${this.#source.from} WHERE NOT ${open} ORDER BY ${value} DESC LIMIT 1`;
    const [row] = await this.#session.rows(
      `SELECT (${greatest}), EXISTS (SELECT 1 FROM ${this.#source.from} WHERE ${open})`,
    );
    const [max = null, has = null] = row ?? [];
    return max?.endsWith(' BC') ? null : { max, unordered: has === 't' };
  }

  relation(wanted?: readonly string[], reach?: Reach): Promise<Relation> {
    const columns = this.#wanted(wanted);
    const where = this.#reached(reach);
    const key = JSON.stringify([columns.map(({ name }) => name), where]);
    const known = this.#relations.get(key);
    if (known !== undefined) return known;
    const relation = this.#gather(columns, where);
    this.#relations.set(key, relation);
    return relation;
  }

  async *parts(wanted?: readonly string[]): AsyncGenerator<HomePart> {
    const columns = this.#wanted(wanted);
    for await (const file of this.#read(columns, null))
      yield { ...spooledRelation([file], columns), done: () => unlink(file.path) };
  }

  async #gather(columns: readonly SpooledColumn[], where: string | null): Promise<Relation> {
    const files: SpoolFile[] = [];
    for await (const file of this.#read(columns, where)) files.push(file);
    return spooledRelation(files, columns);
  }

  /** What of the server is read, over several connections where that is of use. */
  async *#read(columns: readonly SpooledColumn[], where: string | null): AsyncGenerator<SpoolFile> {
    const { session, source, readers, spare } = this.#opened;
    const { from } = source;
    // What an index finds is not looked for in ranges of pages.
    const ranges = source.isQuery || where !== null ? [] : await pageRanges(session, from, readers);
    const shares = ranges.length > 0 ? ranges : [where];
    const snapshot = ranges.length > 0 ? await exportSnapshot(session) : null;
    yield* readRows({
      session,
      folder: this.#folder,
      selects: shares.map((share) =>
        spoolSelect(
          columns,
          from,
          [share, this.#narrowed].filter((one) => one !== null),
        ),
      ),
      readers,
      onProgress: this.#opened.onProgress,
      another: async (signal) => {
        const other = snapshot === null ? null : await spare(signal);
        await other?.run(setSnapshot(snapshot));
        return other;
      },
    });
  }

  #wanted(wanted: readonly string[] | undefined): readonly SpooledColumn[] {
    return wanted === undefined ? this.#columns : this.#columns.filter(({ name }) => wanted.includes(name));
  }

  warnings(): readonly string[] {
    return this.#notes;
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#session.close(), ...this.#relations.values()]);
    await this.#opened.leave();
    await this.#folder.remove();
  }

  #reached(reach: Reach | undefined): string | null {
    const column = this.#columns.find(({ name }) => name === reach?.column);
    if (reach === undefined || column === undefined || reach.from.includes('(BC)')) return null;
    return `(${ordered(column)} >= ${quoteText(reach.from)} OR ${unordered(column)})`;
  }
}
