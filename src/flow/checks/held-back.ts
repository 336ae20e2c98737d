import { randomBytes } from 'node:crypto';
import type { Batch } from '../../core/batch.js';
import type { EngineProgress, EngineTable, Relation } from '../../core/engine.js';
import type { EntityConfig } from '../../core/entity-config.js';
import type { StoreContents } from '../../core/plan.js';
import type { Commit, Published, Staged, StageRequest, StoreSession } from '../../core/store.js';
import type { Column, Schema } from '../../core/types.js';
import { hasUnnamed } from '../../core/unnamed.js';
import type { LazySession } from '../context.js';

/** The sessions of both ends. */
interface Sessions {
  readonly homeSession: LazySession;
  readonly storeSession: LazySession;
}

/** A store whose rows can be checked before they are published, where an entity has a contract. */
export function checkable(store: StoreSession, { contract }: EntityConfig, sessions: Sessions): StoreSession {
  return contract == null || store.staged !== undefined ? store : new HeldBack(store, sessions);
}

/**
 * A store that does not read back what it has staged. Its rows are kept in a table of the engine, which spills to disk
 * where it must, until they have been checked and `handOver` gives the store those that are left.
 */
export class HeldBack implements StoreSession {
  readonly partsAtOnce = 1;
  readonly record?: NonNullable<StoreSession['record']>;
  readonly held?: NonNullable<StoreSession['held']>;
  readonly checkSchema?: NonNullable<StoreSession['checkSchema']>;
  readonly warnings?: NonNullable<StoreSession['warnings']>;
  readonly writeBatch?: NonNullable<StoreSession['writeBatch']>;
  readonly writeRelation?: NonNullable<StoreSession['writeRelation']>;
  readonly #store: StoreSession;
  readonly #sessions: Sessions;
  #schema: Schema = [];
  /** The rows that came as batches. */
  #batches: EngineTable | null = null;
  /** The name of the table of those that came as relations. */
  #table: string | null = null;

  constructor(store: StoreSession, sessions: Sessions) {
    this.#store = store;
    this.#sessions = sessions;
    const { record, held, checkSchema, warnings, writeBatch, writeRelation } = store;
    if (record !== undefined) this.record = record.bind(store);
    if (held !== undefined) this.held = held.bind(store);
    if (checkSchema !== undefined) this.checkSchema = checkSchema.bind(store);
    if (warnings !== undefined) this.warnings = warnings.bind(store);
    if (writeBatch !== undefined) this.writeBatch = (batch) => this.#append(batch);
    if (writeRelation !== undefined) this.writeRelation = (...rows) => this.#insert(...rows);
  }

  inspect(): Promise<StoreContents> {
    return this.#store.inspect();
  }

  begin(request: StageRequest): Promise<void> {
    this.#schema = request.schema;
    return this.#store.begin(request);
  }

  /** Counts the rows that are kept; the store has none of them yet. */
  async finish(): Promise<Staged> {
    const rows = await this.#relation();
    const session = await this.#sessions.storeSession.get();
    const [[count] = []] = rows === null ? [] : await session.rows(`SELECT count(*) FROM (${rows.sql})`);
    return { rows: Number(count ?? 0), bytes: 0, files: 0, by: 'count(*)' };
  }

  staged(): Promise<Relation | null> {
    return this.#relation();
  }

  unverifiable({ name, type }: Column): string | null {
    return hasUnnamed(type)
      ? `the store does not read back what it has staged, and no table of the engine can keep the values of "${name}", structs whose fields have no names`
      : null;
  }

  async restage(rows: Relation, onProgress: (progress: EngineProgress) => void): Promise<void> {
    const [batches, table] = [this.#batches, this.#table];
    this.#table = null;
    await this.#insert(rows, onProgress);
    this.#batches = null;
    await batches?.drop();
    if (table !== null) await this.#drop(table);
  }

  /** Gives the store the rows, and lets it end its staging. */
  async handOver(onProgress: () => void): Promise<Staged> {
    const { writeRelation, writeBatch } = this.#store;
    const rows = await this.#relation();
    if (rows !== null && writeRelation !== undefined) {
      await writeRelation.call(this.#store, rows, onProgress);
    } else if (rows !== null) {
      // The store may have statements of its own to run meanwhile.
      const session = await this.#sessions.homeSession.get();
      for await (const batch of session.batches(rows)) {
        await writeBatch?.call(this.#store, batch);
        onProgress();
      }
    }
    await this.#clear();
    return this.#store.finish(onProgress);
  }

  publish(commit: Commit): Promise<Published> {
    return this.#store.publish(commit);
  }

  async discard(): Promise<void> {
    await this.#store.discard();
    await this.#clear();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #append(batch: Batch): Promise<void> {
    this.#batches ??= await (await this.#sessions.storeSession.get()).table(batch.schema);
    await this.#batches.append(batch);
  }

  async #insert({ sql }: Relation, onProgress: (progress: EngineProgress) => void): Promise<void> {
    const session = await this.#sessions.storeSession.get();
    const name = this.#table ?? `hygge_held_back_${randomBytes(8).toString('hex')}`;
    const into = this.#table === null ? `CREATE TABLE ${name} AS` : `INSERT INTO ${name}`;
    this.#table = name;
    await session.run(`${into} ${sql}`, { onProgress });
  }

  async #relation(): Promise<Relation | null> {
    if (this.#batches !== null) return this.#batches.relation();
    return this.#table === null ? null : { sql: `SELECT * FROM ${this.#table}`, schema: this.#schema };
  }

  async #clear(): Promise<void> {
    await this.#batches?.drop();
    this.#batches = null;
    if (this.#table !== null) await this.#drop(this.#table);
    this.#table = null;
  }

  async #drop(table: string): Promise<void> {
    await (await this.#sessions.storeSession.get()).run(`DROP TABLE IF EXISTS ${table}`);
  }
}
