import { stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Batch } from '../../core/batch.js';
import type { EngineProgress, EngineTable, Relation } from '../../core/engine.js';
import type { Staged, StoreContext, StoreSession } from '../../core/store.js';
import { type Column, partsOf, type Schema } from '../../core/types.js';
import { fail } from '../../errors/index.js';
import { checkPattern } from '../folder/names.js';
import { type FolderConfig, FolderSession, type StagedFile, sum } from '../folder/session.js';
import { sliceBatch } from '../folder/slice.js';

/** How rows are written into files of one format, and read back. */
export interface TextWriter {
  /** What the names of the files end in. */
  readonly suffix: string;
  /** The statement that writes all rows of a SELECT into one file, in order. */
  copy(select: string, schema: Schema, path: string): string;
  /** A SELECT of the rows of such files, as `schema` says. */
  read(paths: readonly string[], schema: Schema): string;
  /** Looks how long the rows of such files are, so that `read` takes them whatever their length. */
  measure(paths: readonly string[]): Promise<void>;
  /** The rows of such a file, by what it is made of; its values are not read. */
  count(path: string, signal: AbortSignal): Promise<number>;
  /** A SELECT of the rows of such files of earlier runs, whose columns may be others. */
  readHeld(paths: readonly string[], schema: Schema): Promise<string>;
}

export interface TextStoreConfig extends Omit<FolderConfig, 'file_pattern'> {
  /** null: a number of 20 digits. */
  readonly file_pattern: string | null;
  /** Rows in a file; null: all rows of a run in one. */
  readonly batch_size: number | null;
}

export function openTextStore(
  config: TextStoreConfig,
  writer: TextWriter,
  context: StoreContext,
): StoreSession {
  const pattern = config.file_pattern ?? `{sequence:020d}${writer.suffix}`;
  const reason = checkPattern(pattern, writer.suffix);
  if (reason !== null) throw fail('INVALID_VALUE', { key: 'file_pattern', reason });
  return new TextStoreSession({ ...config, file_pattern: pattern }, writer, context);
}

class TextStoreSession extends FolderSession implements StoreSession {
  readonly #config: TextStoreConfig;
  readonly #writer: TextWriter;
  readonly #files: StagedFile[] = [];
  #pending: EngineTable | null = null;

  constructor(config: TextStoreConfig & FolderConfig, writer: TextWriter, context: StoreContext) {
    super(config, writer.suffix, context);
    this.#config = config;
    this.#writer = writer;
  }

  async held(schema: Schema): Promise<Relation | null> {
    const { files } = await this.contents();
    if (files.length === 0) return null;
    const paths = files.map(({ name }) => join(this.#config.path, name));
    return { sql: await this.#writer.readHeld(paths, schema), schema };
  }

  unverifiable({ name, type }: Column): string | null {
    if (!partsOf(type).some(({ kind }) => kind === 'union')) return null;
    return `column "${name}" settles as text, which does not tell which member of a union it was`;
  }

  async writeRelation({ sql }: Relation, onProgress: (progress: EngineProgress) => void): Promise<void> {
    const { batch_size: batchSize } = this.#config;
    const rows = this.request?.rows ?? null;
    if (batchSize === null || (rows !== null && rows <= batchSize)) return this.#write(sql, onProgress);
    // By way of a table of the engine, which spills to disk where it must.
    const engine = await this.context.engine();
    const { signal } = this.context;
    await engine.run(`CREATE OR REPLACE TEMP TABLE hygge_whole AS ${sql}`, { signal, onProgress });
    const [[total] = ['0']] = await engine.rows('SELECT count(*) FROM hygge_whole');
    for (let first = 0; first < Number(total); first += batchSize) {
      await this.#write(
        `SELECT * FROM hygge_whole WHERE rowid >= ${first} AND rowid < ${first + batchSize} ORDER BY rowid`,
        onProgress,
      );
    }
    await engine.run('DROP TABLE hygge_whole');
  }

  async writeBatch(batch: Batch): Promise<void> {
    const batchSize = this.#config.batch_size ?? Number.POSITIVE_INFINITY;
    this.#pending ??= await (await this.context.engine()).table(batch.schema);
    let rest = batch;
    while (rest.rows > 0) {
      const room = Math.min(batchSize - this.#pending.rows, rest.rows);
      await this.#pending.append(sliceBatch(rest, 0, room));
      if (this.#pending.rows === batchSize) await this.#flush(this.#pending);
      rest = sliceBatch(rest, room, rest.rows);
    }
  }

  async finish(onProgress?: () => void): Promise<Staged> {
    const engine = await this.context.engine();
    if (this.#pending !== null) {
      if (this.#pending.rows > 0) await this.#flush(this.#pending, onProgress);
      await this.#pending.drop();
      this.#pending = null;
    }
    const schema = this.request?.schema ?? [];
    // A replacement by nothing is a file without rows, so that the table can still be read.
    if (this.#files.length === 0 && this.request?.mode === 'replace') {
      const table = await engine.table(schema);
      await this.#flush(table);
      await table.drop();
    }
    for (const file of this.#files) {
      file.rows = await this.#count(file.path, onProgress).catch(async (error) => {
        if (this.context.signal.aborted) throw error;
        // Rows may be longer than the engine takes at first.
        await this.#writer.measure([file.path]);
        return this.#count(file.path, onProgress);
      });
      file.bytes = (await stat(file.path)).size;
    }
    const [rows, bytes] = [sum(this.#files, 'rows'), sum(this.#files, 'bytes')];
    return { rows, bytes, files: this.#files.length, by: 'the rows of the files, read again' };
  }

  async staged(): Promise<Relation | null> {
    if (this.#files.length === 0) return null;
    const schema = this.request?.schema ?? [];
    const paths = this.#files.map(({ path }) => path);
    return { sql: this.#writer.read(paths, schema), schema };
  }

  async restage(relation: Relation, onProgress: (progress: EngineProgress) => void): Promise<void> {
    const old = this.#files.splice(0);
    await this.writeRelation(relation, onProgress);
    for (const { path } of old) await unlink(path);
  }

  protected stagedFiles(): readonly StagedFile[] {
    return this.#files;
  }

  async #count(path: string, onProgress?: () => void): Promise<number> {
    const { signal } = this.context;
    const select = this.#writer.read([path], this.request?.schema ?? []);
    const engine = await this.context.engine();
    const options = { signal, onProgress };
    const [[rows] = ['0']] = await engine.rows(`SELECT count(*) FROM (${select})`, options);
    return Number(rows);
  }

  async #flush(table: EngineTable, onProgress?: () => void): Promise<void> {
    const { sql } = await table.relation();
    await this.#write(sql, onProgress, true);
    await table.clear();
  }

  async #write(
    sql: string,
    onProgress?: (progress: EngineProgress) => void,
    keepEmpty = false,
  ): Promise<void> {
    const path = this.folder.allocate();
    const engine = await this.context.engine();
    const { signal } = this.context;
    const statement = this.#writer.copy(sql, this.request?.schema ?? [], path);
    const writing = engine.run(statement, { signal, onProgress });
    const written = await this.folder.flushWhile(path, writing);
    if (written === 0 && !keepEmpty) return unlink(path);
    this.#files.push({ path, rows: 0, bytes: 0 });
    // A file is made durable while the next one is being written; what goes wrong there is told by `publish`.
    this.folder.sync(path).catch(() => {});
  }
}
