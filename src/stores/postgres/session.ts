import { refuseExisting } from '../../connections/if-exists.js';
import {
  type PostgresConnection,
  type PostgresSession,
  qualified,
  quoteName,
  SpoolFolder,
  shownTable,
  withPulse,
} from '../../connections/postgres/index.js';
import { type Destination, recordAfter } from '../../connections/runs-table.js';
import type { EngineProgress, Relation } from '../../core/engine.js';
import type { Reach } from '../../core/home.js';
import type { StoreContents } from '../../core/plan.js';
import type { EarlierRun } from '../../core/run-record.js';
import type {
  Commit,
  Merged,
  Published,
  SchemaRequest,
  Staged,
  StageRequest,
  StoreContext,
  StoreSession,
} from '../../core/store.js';
import type { Schema } from '../../core/types.js';
import { fail } from '../../errors/index.js';
import { copyRows } from './copy-rows.js';
import type { PostgresStoreConfig } from './index.js';
import { mergeRows } from './merge.js';
import { commit, releaseAnew } from './outcome.js';
import { type Publication, preparePublication, refreshStatistics } from './publication.js';
import { heldRows, type ReadBack, stagedRows, unverifiable } from './read-back.js';
import { changeNotes } from './references.js';
import { checkRights } from './rights.js';
import { Runs } from './runs.js';
import { columnList, contentsOf, findTarget, matchColumns, newColumns, type TargetColumn } from './target.js';

interface Begun {
  readonly request: StageRequest;
  readonly columns: readonly TargetColumn[];
  readonly isThere: boolean;
  readonly fence: number;
  readonly staging: string;
}

export interface OpenedStore {
  readonly config: PostgresStoreConfig;
  readonly context: StoreContext;
  readonly connection: PostgresConnection;
  readonly session: PostgresSession;
  readonly destination: Destination;
}

export class PostgresStoreSession implements StoreSession {
  readonly unverifiable = unverifiable;
  readonly partsAtOnce = 1;
  readonly #ifExists: PostgresStoreConfig['if_exists'];
  readonly #context: StoreContext;
  readonly #connection: PostgresConnection;
  readonly #session: PostgresSession;
  readonly #destination: Destination;
  readonly #runs: Runs;
  readonly #folder = new SpoolFolder();
  #begun: Begun | null = null;
  #isLocked = false;
  #rights: Promise<void> | null = null;
  #notes: readonly string[] = [];
  #written = 0;
  #bytes = 0;
  #rows = 0;
  #merged: Merged | null = null;
  #isPublished = false;

  constructor({ config, context, connection, session, destination }: OpenedStore) {
    this.#ifExists = config.if_exists;
    this.#context = context;
    this.#connection = connection;
    this.#session = session;
    this.#destination = destination;
    this.#runs = new Runs(session, connection, destination);
  }

  async inspect(): Promise<StoreContents> {
    const target = await this.#target();
    await this.#checkRights(target !== null);
    return contentsOf(this.#session, this.#destination, target);
  }

  async record(): Promise<unknown> {
    return (await this.#runs.lastPublished())?.record ?? null;
  }

  async held(schema: Schema, reach?: Reach): Promise<Relation | null> {
    if ((await this.#target()) === null) return null;
    return this.#atWork(() => heldRows({ ...this.#place(qualified(this.#destination)), schema, reach }));
  }

  async checkSchema(schema: Schema, { mode, alter = false }: Partial<SchemaRequest> = {}): Promise<void> {
    const { name } = this.#context;
    newColumns(name, this.#destination, schema);
    if ((await this.#target()) === null) return;
    // Without them, the server would not say what columns there are.
    await this.#checkRights(true);
    const columns = await matchColumns(this.#session, name, this.#destination, schema, alter);
    const table = { name, session: this.#session, destination: this.#destination };
    this.#notes = await changeNotes({ ...table, columns, mode });
  }

  warnings(): readonly string[] {
    return this.#notes;
  }

  async begin(request: StageRequest): Promise<void> {
    const { name, runId, notice, earlier } = this.#context;
    const { schema, mode, alter = false } = request;
    const destination = this.#destination;
    // Before anything is made: what the rows cannot be is known without the table, too.
    const made = newColumns(name, destination, schema);
    await this.#lock();
    const isThere = (await this.#target()) !== null;
    const columns = isThere ? await matchColumns(this.#session, name, destination, schema, alter) : made;
    await this.#runs.make();
    for (const run of await this.#runs.sweep()) {
      if (run.message !== null) notice(run.message);
      earlier?.(run);
    }
    const { fence, staging } = await this.#runs.take(runId, mode);
    this.#begun = { request, columns, isThere, fence, staging };
    // What is going to be the table itself has to survive a crash of the server; a staging table need not.
    const create = isThere ? 'CREATE UNLOGGED TABLE' : 'CREATE TABLE';
    await this.#session.run(`${create} ${this.#staged(staging)} (${columnList(columns)})`);
    if (isThere) return;
    for (const { name: column } of columns.filter(({ nullable }) => !nullable))
      await this.#session.run(
        `ALTER TABLE ${this.#staged(staging)} ALTER COLUMN ${quoteName(column)} SET NOT NULL`,
      );
  }

  async recover(): Promise<readonly EarlierRun[]> {
    if ((await this.#runs.known()).length === 0) return [];
    await this.#lock();
    return this.#runs.sweep();
  }

  async writeRelation(relation: Relation, onProgress: (progress: EngineProgress) => void): Promise<void> {
    const { columns, staging } = this.#started();
    const { rows, bytes } = await copyRows({
      relation,
      columns,
      into: this.#staged(staging),
      session: this.#session,
      engine: await this.#context.engine(),
      signal: this.#context.signal,
      onProgress,
    });
    this.#written += rows;
    this.#bytes += bytes;
  }

  finish(): Promise<Staged> {
    return this.#atWork(() => this.#finish());
  }

  async #finish(): Promise<Staged> {
    const { request, columns, staging, isThere } = this.#started();
    const { name } = this.#context;
    const [row] = await this.#session.rows(`SELECT count(*) FROM ${this.#staged(staging)}`);
    this.#rows = Number(row?.[0]);
    if (this.#rows !== this.#written)
      throw fail('ROWS_DIFFER', { name, read: this.#written, staged: this.#rows });
    const staged = { bytes: this.#bytes, files: 0, by: 'count(*)' };
    if (request.mode !== 'merge') return { ...staged, rows: this.#rows };
    this.#merged = { inserted: this.#rows, updated: 0, unchanged: 0 };
    if (isThere) {
      await this.#session.run('BEGIN');
      this.#merged = await mergeRows({
        name,
        session: this.#session,
        target: qualified(this.#destination),
        staged: this.#staged(staging),
        columns,
        key: request.key ?? [],
        order: request.order ?? null,
        rows: this.#rows,
      });
    }
    return { ...staged, rows: this.#merged.inserted + this.#merged.updated, merged: this.#merged };
  }

  /** What the staging table holds, read back, as the columns that were staged. */
  async staged(): Promise<Relation | null> {
    const { staging, request } = this.#started();
    const place = this.#place(this.#staged(staging));
    return this.#atWork(() => stagedRows({ ...place, schema: request.schema }));
  }

  async restage(relation: Relation, onProgress: (progress: EngineProgress) => void): Promise<void> {
    const { staging } = this.#started();
    // What `staged` gave lies in a file; a merge has begun its transaction.
    if (this.#merged !== null) await this.#session.run('ROLLBACK');
    await this.#session.run(`TRUNCATE ${this.#staged(staging)}`);
    this.#merged = null;
    [this.#written, this.#bytes] = [0, 0];
    await this.writeRelation(relation, onProgress);
  }

  async publish({ runId, record }: Commit): Promise<Published> {
    const published: Published = { files: [], removed: 0, bytes: this.#bytes };
    if (this.#isPublished) return published;
    const { request, columns, isThere, fence, staging } = this.#started();
    // A try before this one has published already; nobody knew.
    const last = await this.#runs.lastPublished();
    if (last?.runId === runId) await this.#runs.release(fence, staging);
    else {
      const publication: Publication = {
        name: this.#context.name,
        where: this.#connection.where,
        session: this.#session,
        runs: this.#runs,
        destination: this.#destination,
        staging,
        columns,
        isThere,
        mode: request.mode,
        rows: this.#rows,
        runId,
        fence,
        record: recordAfter(record, request, isThere ? {} : undefined, last),
        isOpen: this.#merged !== null && isThere,
      };
      await this.#atWork(() => preparePublication(publication));
      await commit(this.#session, { ...publication, connection: this.#connection });
    }
    this.#isPublished = true;
    await refreshStatistics(this.#session, this.#destination, this.#context.notice);
    return published;
  }

  async discard(): Promise<void> {
    if (this.#begun === null || this.#isPublished) return;
    const { fence, staging } = this.#begun;
    this.#begun = null;
    if (this.#session.lost) {
      await this.#session.close();
      const { runId } = this.#context;
      const left = { connection: this.#connection, destination: this.#destination, runId, fence, staging };
      return releaseAnew(left);
    }
    await this.#session.run('ROLLBACK');
    await this.#runs.release(fence, staging);
  }

  async close(): Promise<void> {
    await this.discard().catch(() => {});
    this.#begun = null;
    await Promise.allSettled([this.#session.close(), this.#folder.remove()]);
  }

  /** The table that is there; null where there is none. TABLE_EXISTS where it must not be. */
  async #target(): Promise<{ readonly bytes: number } | null> {
    const { name, runId } = this.#context;
    const found = await findTarget(this.#session, name, this.#destination);
    if (found === null || this.#ifExists !== 'fail') return found;
    const last = await this.#runs.lastPublished();
    refuseExisting({ name, table: shownTable(this.#destination), ifExists: this.#ifExists, runId, last });
    return found;
  }

  #checkRights(isThere: boolean): Promise<void> {
    this.#rights ??= checkRights(this.#session, this.#connection, this.#destination, isThere);
    return this.#rights;
  }

  async #lock(): Promise<void> {
    if (!this.#isLocked) await this.#runs.lock(this.#context.runId);
    this.#isLocked = true;
  }

  /** Work of the server that may take long, and tells nothing until it is done. */
  #atWork<T>(work: () => Promise<T>): Promise<T> {
    const onProgress = (): void => this.#context.onProgress?.();
    return withPulse({ connection: this.#connection, session: this.#session, onProgress }, work);
  }

  #place(from: string): Pick<ReadBack, 'name' | 'session' | 'folder' | 'from'> {
    return { name: this.#context.name, session: this.#session, folder: this.#folder, from };
  }

  #staged(staging: string): string {
    return qualified({ ...this.#destination, table: staging });
  }

  #started(): Begun {
    if (this.#begun !== null) return this.#begun;
    throw fail('INTERNAL', { reason: 'a store was used before it was begun' });
  }
}
