import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { refuseExisting } from '../../connections/if-exists.js';
import { earlierRuns, type KnownRun, lastPublished, recordAfter } from '../../connections/runs-table.js';
import {
  findSQLiteTable,
  foldedName,
  isSQLiteThere,
  readIntoEngine,
  SQLiteDatabase,
  type SQLiteTable,
  sqliteColumns,
  sqliteTables,
} from '../../connections/sqlite/index.js';
import { checkWritable } from '../../connections/writable.js';
import type { EngineProgress, Relation } from '../../core/engine.js';
import type { StoreContents } from '../../core/plan.js';
import type { EarlierRun } from '../../core/run-record.js';
import type {
  Commit,
  Merged,
  Published,
  Staged,
  StageRequest,
  StoreContext,
  StoreSession,
} from '../../core/store.js';
import type { Schema } from '../../core/types.js';
import { identifier } from '../../engine/index.js';
import { fail } from '../../errors/index.js';
import {
  boundRow,
  checkKept,
  keptSelect,
  type Match,
  matchSQLite,
  orderedBy,
  placesOf,
  refuseChanged,
  tableOf,
} from './columns.js';
import type { SQLiteStoreConfig } from './index.js';
import { compareStaged, publishInto, staged } from './publication.js';
import { knownRuns, runsOf } from './runs.js';

interface Begun {
  readonly request: StageRequest;
  readonly database: SQLiteDatabase;
  /** The table that is there, and where the columns are in it; null: there is none. */
  readonly target: { readonly name: string; readonly matches: readonly Match[] } | null;
  /** The number of the last run into the table. */
  readonly fence: number;
}

export class SQLiteStoreSession implements StoreSession {
  readonly partsAtOnce = 1;
  readonly #config: SQLiteStoreConfig;
  readonly #context: StoreContext;
  readonly #table: string;
  #database: { readonly opened: SQLiteDatabase; readonly writable: boolean } | null = null;
  #begun: Begun | null = null;
  #isStaged = false;
  #rows = 0;
  #merged: Merged | null = null;
  #isPublished = false;
  /** Rows that were given so far. */
  #given = 0;

  constructor(config: SQLiteStoreConfig, context: StoreContext, table: string) {
    this.#config = config;
    this.#context = context;
    this.#table = table;
  }

  async inspect(): Promise<StoreContents> {
    const { path } = this.#config;
    const nothing = { files: 0, rows: 0, bytes: 0, foreign: [] };
    if (!(await isSQLiteThere(path))) return nothing;
    await checkWritable(path);
    const database = await this.#opened(false);
    return database.patiently(() => {
      const target = this.#target(database);
      if (target === undefined) return nothing;
      this.#refuseExisting(this.#lastPublished(database));
      const [row] = database.rows(`SELECT count(*) FROM ${identifier(target.name)}`);
      return { ...nothing, rows: Number(row?.[0]) };
    });
  }

  async record(): Promise<unknown> {
    if (!(await isSQLiteThere(this.#config.path))) return null;
    const database = await this.#opened(false);
    return (await database.patiently(() => this.#lastPublished(database)))?.record ?? null;
  }

  async held(schema: Schema): Promise<Relation | null> {
    if (!(await isSQLiteThere(this.#config.path))) return null;
    const database = await this.#opened(false);
    const target = await database.patiently(() => this.#target(database));
    if (target === undefined) return null;
    const there = await database.patiently(() =>
      sqliteColumns(database, `SELECT * FROM ${identifier(target.name)}`, new Map()),
    );
    const wanted = new Map(schema.map((column) => [foldedName(column.name), column]));
    const columns = there.map((column) => ({
      ...column,
      name: wanted.get(foldedName(column.name))?.name ?? column.name,
      type: wanted.get(foldedName(column.name))?.type ?? column.type,
    }));
    const select = there.map(
      ({ name }, i) => `${identifier(name)} AS ${identifier(columns[i]?.name ?? name)}`,
    );
    const sql = `SELECT ${select.join(', ')} FROM ${identifier(target.name)}`;
    const [row] = await database.patiently(() =>
      database.rows(`SELECT 1 FROM ${identifier(target.name)} LIMIT 1`),
    );
    if (row === undefined) return null;
    return readIntoEngine(database, { sql, schema: columns, rowid: null }, await this.#context.engine());
  }

  async checkSchema(schema: Schema): Promise<void> {
    checkKept(this.#context.name, this.#table, schema);
  }

  async begin(request: StageRequest): Promise<void> {
    const { name, earlier } = this.#context;
    const order = request.schema.find((column) => column.name === request.order);
    if (request.mode === 'merge' && order !== undefined) orderedBy(name, order);
    const { path } = this.#config;
    // A file is made when there is something to publish, and not before.
    const database = await this.#opened(true, !(await isSQLiteThere(path)));
    const target = await database.patiently(() => this.#target(database));
    const there = request.schema.length === 0 ? undefined : target;
    const matches =
      there === undefined ? [] : matchSQLite(database, there.name, request.schema, request.alter ?? false);
    const { fence, last } = await database.patiently(() => this.#known(database));
    if (target !== undefined) this.#refuseExisting(last);
    for (const run of earlierRuns([], last)) earlier?.(run);
    this.#begun = {
      request,
      database,
      fence,
      target: there === undefined ? null : { name: there.name, matches },
    };
    if (request.schema.length > 0) database.run(`CREATE TABLE ${staged} ${tableOf(request.schema)}`);
  }

  async recover(): Promise<readonly EarlierRun[]> {
    if (!(await isSQLiteThere(this.#config.path))) return [];
    const database = await this.#opened(true);
    return earlierRuns([], await database.patiently(() => this.#lastPublished(database)));
  }

  async writeRelation({ sql }: Relation, onProgress: (progress: EngineProgress) => void): Promise<void> {
    const { database, request } = this.#started();
    const { signal, name } = this.#context;
    const engine = await this.#context.engine();
    const { schema } = request;
    const kept = keptSelect(sql, schema);
    const relation = { sql: kept, schema: await engine.describe(kept) };
    const insert = database.inserter(`INSERT INTO ${staged} VALUES (${placesOf(schema)})`);
    const rowsPerBatch = Math.min(this.#config.batch_size, 10_000);
    // Of the staging table alone: the file is not touched, and not locked.
    database.run('BEGIN');
    for await (const { columns, rows } of engine.batches(relation, { signal, onProgress, rowsPerBatch })) {
      refuseChanged(name, schema, columns, this.#given);
      for (let row = 0; row < rows; row++) insert(boundRow(schema, columns, row));
      this.#given += rows;
      await breathe();
    }
    database.run('COMMIT');
    this.#isStaged = true;
  }

  async finish(): Promise<Staged> {
    const { database, request, target } = this.#started();
    const { mode, key = [] } = request;
    const order = request.schema.find((column) => column.name === request.order) ?? null;
    const [all] = database.rows(`SELECT count(*) FROM ${staged}`);
    this.#rows = Number(all?.[0]);
    if (mode === 'merge') {
      this.#merged = { inserted: this.#rows, updated: 0, unchanged: 0 };
      if (target !== null) {
        this.#merged = await database.patiently(() => compareStaged(database, { ...target, key, order }));
        this.#rows = this.#merged.inserted + this.#merged.updated;
      }
    }
    const merged = this.#merged === null ? {} : { merged: this.#merged };
    return { rows: this.#rows, bytes: 0, files: 0, by: 'count(*)', ...merged };
  }

  async staged(): Promise<Relation | null> {
    const { database, request } = this.#started();
    if (!this.#isStaged) return null;
    const source = { sql: `SELECT * FROM ${staged}`, schema: request.schema, rowid: null };
    return readIntoEngine(database, source, await this.#context.engine());
  }

  async restage(relation: Relation, onProgress: (progress: EngineProgress) => void): Promise<void> {
    // What `staged` gave lies in the engine.
    this.#started().database.run(`DELETE FROM ${staged}`);
    this.#merged = null;
    this.#given = 0;
    await this.writeRelation(relation, onProgress);
  }

  async publish({ runId, record }: Commit): Promise<Published> {
    const published: Published = { files: [], removed: 0, bytes: 0 };
    if (this.#isPublished) return published;
    const { database, request, target, fence } = this.#started();
    const { mode, key = [], schema } = request;
    const { path } = this.#config;
    if (database.isLater) {
      await makeFolder(path);
      await database.make();
    }
    const last = await database.patiently(() => this.#lastPublished(database));
    if (last?.runId !== runId) {
      await publishInto(database, {
        runs: (schema) => runsOf(schema, this.#table),
        table: this.#table,
        target,
        schema,
        mode,
        key,
        rows: this.#rows,
        merged: this.#merged,
        commit: { runId, fence, record: recordAfter(record, request, target ?? undefined, last) },
      });
    }
    this.#isPublished = true;
    return published;
  }

  async discard(): Promise<void> {
    // The staging table goes with the connection.
    this.#begun?.database.close();
    this.#begun = null;
    this.#database = null;
  }

  async close(): Promise<void> {
    this.#begun = null;
    this.#database?.opened.close();
    this.#database = null;
  }

  #refuseExisting(last: KnownRun | null): void {
    const { name, runId } = this.#context;
    refuseExisting({ name, table: this.#table, ifExists: this.#config.if_exists, runId, last });
  }

  #started(): Begun {
    if (this.#begun !== null) return this.#begun;
    throw fail('INTERNAL', { reason: 'a store was used before it was begun' });
  }

  async #opened(writable: boolean, later = false): Promise<SQLiteDatabase> {
    if (this.#database !== null && (this.#database.writable || !writable)) return this.#database.opened;
    this.#database?.opened.close();
    this.#database = null;
    const { name, signal } = this.#context;
    const opened = await SQLiteDatabase.open({ name, path: this.#config.path, writable, signal }, { later });
    this.#database = { opened, writable };
    return opened;
  }

  #target(database: SQLiteDatabase): SQLiteTable | undefined {
    const found = findSQLiteTable(sqliteTables(database), this.#table);
    if (found?.isView !== true) return found;
    throw fail('TABLE_UNFIT', { name: this.#context.name, table: this.#table, reason: 'it is a view' });
  }

  #known(database: SQLiteDatabase) {
    const known = knownRuns(database, this.#table);
    return { fence: known[0]?.fence ?? 0, last: lastPublished(known) };
  }

  #lastPublished(database: SQLiteDatabase) {
    return this.#known(database).last;
  }
}

async function makeFolder(path: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw fail('PATH_NOT_WRITABLE', { what: 'the folder', path: folder, reason: cause.message }, { cause });
  });
}
