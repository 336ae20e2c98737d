import {
  columnsOf,
  findTable,
  isThere,
  type KnownTable,
  lookInto,
  openDuckDB,
  qualified,
  shownTable,
  tablesOf,
} from '../../connections/duckdb/index.js';
import { refuseExisting } from '../../connections/if-exists.js';
import { type Destination, type KnownRun, recordAfter } from '../../connections/runs-table.js';
import { checkWritable } from '../../connections/writable.js';
import type { Batch } from '../../core/batch.js';
import type {
  DatabaseFile,
  EngineProgress,
  EngineSession,
  EngineTable,
  Relation,
} from '../../core/engine.js';
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
import { fail } from '../../errors/index.js';
import { checkColumns, checkValues, type Match, matchColumns, namedAs } from './columns.js';
import type { DuckDBStoreConfig } from './index.js';
import { compare } from './merge.js';
import { isExchanged, publishStaged } from './publication.js';
import { Runs } from './runs.js';
import { makeFolder, storageFor } from './storage.js';

/** Rows that wait in the engine before they are written into the staging table. */
const flushRows = 122_880;

/** What `begin` has found out. */
interface Begun {
  readonly request: StageRequest;
  readonly engine: EngineSession;
  readonly catalog: string;
  readonly runs: Runs;
  readonly fence: number;
  readonly staging: string;
  /** The staging table in SQL. */
  readonly staged: string;
  /** The table that is there; undefined where there is none. */
  readonly target: KnownTable | undefined;
  /** How the rows fit it; null where the staged table takes its place. */
  readonly matches: readonly Match[] | null;
}

export class DuckDBStoreSession implements StoreSession {
  readonly #config: DuckDBStoreConfig;
  readonly #context: StoreContext;
  readonly #destination: Destination;
  #file: { readonly opened: DatabaseFile; readonly writable: boolean } | null = null;
  #begun: Begun | null = null;
  #pending: EngineTable | null = null;
  /** Whether the staging table is there. */
  #isStaged = false;
  #merged: Merged | null = null;
  #rows = 0;
  #isPublished = false;

  constructor(config: DuckDBStoreConfig, context: StoreContext, destination: Destination) {
    this.#config = config;
    this.#context = context;
    this.#destination = destination;
  }

  async inspect(): Promise<StoreContents> {
    const { path } = this.#config;
    const nothing = { files: 0, rows: 0, bytes: 0, foreign: [] };
    if (!(await isThere(path))) return nothing;
    await checkWritable(path);
    const { file, catalog, engine, runs } = await this.#opened(false);
    return lookInto(file, async () => {
      const target = await this.#target(engine, catalog);
      if (target === undefined) return nothing;
      this.#refuseExisting(await runs.lastPublished());
      const [row] = await engine.rows(`SELECT count(*) FROM ${qualified(catalog, target)}`);
      return { ...nothing, rows: Number(row?.[0]) };
    });
  }

  async record(): Promise<unknown> {
    if (!(await isThere(this.#config.path))) return null;
    const { file, runs } = await this.#opened(false);
    return (await lookInto(file, () => runs.lastPublished()))?.record ?? null;
  }

  async held(schema: Schema): Promise<Relation | null> {
    if (!(await isThere(this.#config.path))) return null;
    const { file, catalog, engine } = await this.#opened(false);
    return lookInto(file, async () => {
      const target = await this.#target(engine, catalog);
      if (target === undefined) return null;
      const table = qualified(catalog, target);
      const [row] = await engine.rows(`SELECT count(*) FROM ${table}`);
      if (row?.[0] === '0') return null;
      const sql = namedAs(await engine.describe(`SELECT * FROM ${table}`), schema, table);
      return { sql, schema: await engine.describe(sql) };
    });
  }

  async checkSchema(schema: Schema): Promise<void> {
    checkColumns(this.#context.name, this.#destination, schema);
  }

  async begin(request: StageRequest): Promise<void> {
    const { name, runId, notice, earlier } = this.#context;
    const { schema, mode, alter = false } = request;
    const { path } = this.#config;
    const isNew = !(await isThere(path));
    if (isNew) await makeFolder(path);
    const { catalog, engine, runs } = await this.#opened(true, isNew ? storageFor(schema) : null);
    const target = await this.#target(engine, catalog);
    if (target !== undefined) this.#refuseExisting(await runs.lastPublished());
    const isKept = target !== undefined && !(await isExchanged(engine, catalog, mode, target));
    const there = isKept ? await columnsOf(engine, catalog, target) : null;
    const matches = there === null ? null : matchColumns(name, this.#destination, schema, there, alter);
    for (const run of await runs.sweep()) {
      if (run.message !== null) notice(run.message);
      earlier?.(run);
    }
    const { fence, staging } = await runs.take(runId, mode);
    const staged = qualified(catalog, { ...this.#destination, table: staging });
    this.#begun = { request, engine, catalog, runs, fence, staging, staged, target, matches };
  }

  async recover(): Promise<readonly EarlierRun[]> {
    if (!(await isThere(this.#config.path))) return [];
    return (await this.#opened(true)).runs.sweep();
  }

  async writeRelation({ sql }: Relation, onProgress: (progress: EngineProgress) => void): Promise<void> {
    const { engine, staged } = this.#started();
    const { signal } = this.#context;
    const into = this.#isStaged ? `INSERT INTO ${staged}` : `CREATE TABLE ${staged} AS`;
    await engine.run(`${into} ${sql}`, { signal, onProgress });
    this.#isStaged = true;
  }

  async writeBatch(batch: Batch): Promise<void> {
    const { engine } = this.#started();
    this.#pending ??= await engine.table(batch.schema);
    await this.#pending.append(batch);
    if (this.#pending.rows >= flushRows) await this.#flush(this.#pending);
  }

  async finish(): Promise<Staged> {
    const { engine, staged, request, matches, target, catalog } = this.#started();
    const { name, signal } = this.#context;
    if (this.#pending !== null || !this.#isStaged) {
      const table = this.#pending ?? (await engine.table(request.schema));
      await this.#flush(table);
      await table.drop();
      this.#pending = null;
    }
    if (matches !== null) await checkValues(name, engine, staged, matches);
    if (request.mode === 'merge' && target !== undefined && matches !== null) {
      const { key = [], order = null } = request;
      const into = qualified(catalog, target);
      this.#merged = await compare({
        engine,
        staged,
        target: into,
        matches,
        key,
        order,
        options: { signal },
      });
    }
    const [row] = await engine.rows(`SELECT count(*) FROM ${staged}`);
    this.#rows = Number(row?.[0]) - (this.#merged?.unchanged ?? 0);
    if (request.mode === 'merge') this.#merged ??= { inserted: this.#rows, updated: 0, unchanged: 0 };
    const merged = this.#merged === null ? {} : { merged: this.#merged };
    return { rows: this.#rows, bytes: 0, files: 0, by: 'count(*)', ...merged };
  }

  async staged(): Promise<Relation | null> {
    const { staged, request } = this.#started();
    return this.#isStaged ? { sql: `SELECT * FROM ${staged}`, schema: request.schema } : null;
  }

  async restage({ sql, schema }: Relation, onProgress: (progress: EngineProgress) => void): Promise<void> {
    const { engine, staged } = this.#started();
    const { signal } = this.#context;
    // The rows are read from the staging table, which is made anew.
    await engine.run(`CREATE OR REPLACE TEMP TABLE hygge_kept AS ${sql}`, { signal, onProgress });
    await engine.run(`DROP TABLE ${staged}`);
    this.#isStaged = false;
    this.#merged = null;
    await this.writeRelation({ sql: 'SELECT * FROM hygge_kept ORDER BY rowid', schema }, onProgress);
    await engine.run('DROP TABLE hygge_kept');
  }

  async publish({ runId, record }: Commit): Promise<Published> {
    const published: Published = { files: [], removed: 0, bytes: 0 };
    if (this.#isPublished) return published;
    const { request, fence, staging, ...begun } = this.#started();
    // A try before this one has published already; nobody knew.
    const last = await begun.runs.lastPublished();
    if (last?.runId === runId) await begun.runs.release(fence, staging);
    else
      await publishStaged({
        ...begun,
        name: this.#context.name,
        path: this.#config.path,
        destination: this.#destination,
        staging: this.#isStaged ? staging : null,
        mode: request.mode,
        key: request.key ?? [],
        rows: this.#rows,
        merged: this.#merged,
        runs: begun.runs.table,
        commit: { runId, fence, record: recordAfter(record, request, begun.target, last) },
      });
    this.#isPublished = true;
    return published;
  }

  async discard(): Promise<void> {
    if (this.#begun === null || this.#isPublished) return;
    const { runs, fence, staging } = this.#begun;
    this.#begun = null;
    await runs.release(fence, staging);
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    try {
      if (file !== null) await this.discard();
    } finally {
      this.#begun = null;
      await file?.opened.close();
    }
  }

  #refuseExisting(last: KnownRun | null): void {
    const { name, runId } = this.#context;
    const table = shownTable(this.#destination);
    refuseExisting({ name, table, ifExists: this.#config.if_exists, runId, last });
  }

  #started(): Begun {
    if (this.#begun !== null) return this.#begun;
    throw fail('INTERNAL', { reason: 'a store was used before it was begun' });
  }

  /** The file, open for what is asked: once it is open to be written into, it stays so. */
  async #opened(
    writable: boolean,
    storage: string | null = null,
  ): Promise<{
    readonly file: DatabaseFile;
    readonly engine: EngineSession;
    readonly catalog: string;
    readonly runs: Runs;
  }> {
    const { name, signal } = this.#context;
    const engine = await this.#context.engine();
    const { path } = this.#config;
    if (this.#file === null || (writable && !this.#file.writable)) {
      await this.#file?.opened.close();
      this.#file = null;
      const options = { writable, storage, signal };
      this.#file = { opened: await openDuckDB(engine, { name, ...this.#config }, options), writable };
    }
    const file = this.#file.opened;
    const { catalog } = file;
    const runs = new Runs({ path, engine, catalog, destination: this.#destination });
    return { file, engine, catalog, runs };
  }

  /** The table that is written into; TABLE_UNFIT where its name is that of a view. */
  async #target(engine: EngineSession, catalog: string): Promise<KnownTable | undefined> {
    const found = findTable(await tablesOf(engine, catalog), this.#destination);
    if (found?.isView !== true) return found;
    const table = shownTable(this.#destination);
    throw fail('TABLE_UNFIT', { name: this.#context.name, table, reason: 'it is a view' });
  }

  async #flush(table: EngineTable): Promise<void> {
    await this.writeRelation(await table.relation(), () => {});
    await table.clear();
  }
}
