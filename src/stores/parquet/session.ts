import { unlink } from 'node:fs/promises';
import type { Batch } from '../../core/batch.js';
import type { EngineProgress, EngineSession, EngineTable, Relation } from '../../core/engine.js';
import type { Impossible, SourceFile } from '../../core/home.js';
import type { StoreContents } from '../../core/plan.js';
import type { EarlierRun } from '../../core/run-record.js';
import type {
  Commit,
  FilesPlan,
  FilesShape,
  Published,
  Staged,
  StageRequest,
  StoreContext,
  StoreSession,
} from '../../core/store.js';
import type { Schema } from '../../core/types.js';
import { hyggeVersion } from '../../core/version.js';
import { fail } from '../../errors/index.js';
import { FolderStore } from '../../files/index.js';
import {
  checkHoldable,
  copyToParquet,
  guardValues,
  readParquet,
  type WriteCodec,
} from '../../formats/parquet/index.js';
import { readFooter } from '../../parquet/index.js';
import { type CopyTarget, copyFiles } from './copy-files.js';
import { divideByRowGroups, divisionFor, exactBelow } from './divide.js';
import { earlierRuns } from './earlier.js';
import { heldRows } from './held.js';
import type { ParquetStoreConfig } from './index.js';
import { countMerge, gatherRows, type MergePlan, mergeRows } from './merge.js';
import { FileNames } from './names.js';
import { StageProof } from './proof.js';
import { sliceBatch } from './slice.js';
import { planFiles } from './splice.js';

interface StagedFile {
  readonly path: string;
  rows: number;
  bytes: number;
  sha256?: string;
}

export function openParquetStore(config: ParquetStoreConfig, context: StoreContext): StoreSession {
  return new ParquetStoreSession(config, context);
}

class ParquetStoreSession implements StoreSession {
  readonly #config: ParquetStoreConfig;
  readonly #context: StoreContext;
  readonly #folder: FolderStore;
  #request: StageRequest | null = null;
  #proof: StageProof | null = null;
  #pending: EngineTable | null = null;
  readonly #staged: StagedFile[] = [];
  /** Whether the rows of a merge are in the engine's table already. */
  #isGathered = false;
  /** Names of files that others stand for. */
  #replaced: readonly string[] = [];

  constructor(config: ParquetStoreConfig, context: StoreContext) {
    this.#config = config;
    this.#context = context;
    this.#folder = new FolderStore({
      path: config.path,
      suffix: '.parquet',
      keepForUndo: config.retention > 0,
    });
  }

  async inspect(): Promise<StoreContents> {
    const { files, foreign } = await this.#folder.inspect();
    return { files: files.length, rows: sum(files, 'rows'), bytes: sum(files, 'bytes'), foreign };
  }

  async record(): Promise<unknown> {
    return (await this.#folder.inspect()).record;
  }

  async held(schema: Schema): Promise<Relation | null> {
    const { signal, engine } = this.#context;
    const contents = await this.#folder.inspect();
    return heldRows({ folder: this.#config.path, contents, schema, signal, engine });
  }

  async begin(request: StageRequest): Promise<void> {
    this.#request = request;
    this.#proof = new StageProof(this.#context, request);
    const { runId, name } = this.#context;
    checkHoldable(name, request.schema);
    for (const run of earlierRuns(this.#folder, await this.#folder.begin({ runId, name }))) {
      if (run.message !== null) this.#context.notice(run.message);
      this.#context.earlier?.(run);
    }
  }

  async recover(): Promise<readonly EarlierRun[]> {
    if (!(await this.#folder.isKnown())) return [];
    const { runId, name } = this.#context;
    return earlierRuns(this.#folder, await this.#folder.begin({ runId, name }));
  }

  async checkUndo(runId: string): Promise<void> {
    if (await this.#folder.isKnown()) return this.#folder.checkUndo(runId);
    throw fail('NOTHING_TO_UNDO', { path: this.#config.path, reason: 'no run has published into it' });
  }

  async undo(runId: string): Promise<{ readonly record: unknown }> {
    await this.#folder.undo(runId);
    return { record: this.#folder.lastRun().record };
  }

  async writeRelation(
    relation: Relation,
    onProgress: Parameters<NonNullable<StoreSession['writeRelation']>>[1],
  ) {
    const engine = await this.#context.engine();
    const { signal } = this.#context;
    if (this.#request?.mode === 'merge') {
      this.#isGathered = true;
      return gatherRows(engine, relation, { signal, onProgress });
    }
    return this.#writeRows(engine, relation, onProgress);
  }

  async #writeRows(
    engine: EngineSession,
    relation: Relation,
    onProgress?: (progress: EngineProgress) => void,
  ) {
    const { batch_size: batchSize } = this.#config;
    const rows = this.#request?.rows ?? null;
    if (batchSize < exactBelow && (rows === null || rows > batchSize)) {
      await this.#writeExactly(engine, relation.sql);
      return;
    }
    const path = this.#folder.allocate();
    const { signal } = this.#context;
    const written = await engine.run(this.#copy(relation.sql, path), { signal, onProgress });
    if (written === 0) return unlink(path);
    for (const part of await this.#divide(path)) this.#add(part);
  }

  async planFiles(files: readonly SourceFile[], shape: FilesShape): Promise<FilesPlan | Impossible> {
    const { compression, batch_size: batchSize } = this.#config;
    return planFiles(files, { ...shape, compression, fileRows: divisionFor(batchSize).fileRows });
  }

  writeFiles(
    plan: FilesPlan,
    shape: FilesShape,
    onProgress: (progress: EngineProgress) => void,
  ): Promise<void> {
    const target: CopyTarget = {
      signal: this.#context.signal,
      proof: this.#begun(),
      // Only where all is replaced by nothing, a file without rows keeps the columns.
      keepEmpty: this.#request?.mode === 'replace',
      engine: this.#context.engine,
      allocate: () => this.#folder.allocate(),
      add: (path) => this.#add(path),
      copy: (select, path, codec) => this.#copy(select, path, codec),
    };
    return copyFiles(plan, shape, target, onProgress);
  }

  async writeBatch(batch: Batch): Promise<void> {
    const { batch_size: batchSize } = this.#config;
    this.#pending ??= await (await this.#context.engine()).table(batch.schema);
    if (this.#request?.mode === 'merge') return this.#pending.append(batch);
    let rest = batch;
    while (rest.rows > 0) {
      const room = Math.min(batchSize - this.#pending.rows, rest.rows);
      await this.#pending.append(sliceBatch(rest, 0, room));
      if (this.#pending.rows === batchSize) await this.#flush(this.#pending);
      rest = sliceBatch(rest, room, rest.rows);
    }
  }

  async finish(): Promise<Staged> {
    const merge = this.#request?.mode === 'merge' ? await this.#merge(this.#request) : null;
    if (this.#pending !== null) {
      if (this.#pending.rows > 0) await this.#flush(this.#pending);
      await this.#pending.drop();
      this.#pending = null;
    }
    // A replacement by nothing is a file that has the columns and no rows, so that the table can still be read.
    if (this.#staged.length === 0 && this.#request?.mode === 'replace') {
      const table = await (await this.#context.engine()).table(this.#request.schema);
      await this.#flush(table);
      await table.drop();
    }
    for (const file of this.#staged) {
      const footer = await readFooter(file.path, { signal: this.#context.signal });
      file.rows = footer.rows;
      file.bytes = footer.fileBytes;
    }
    const rows = sum(this.#staged, 'rows');
    return {
      fingerprint: await this.#begun().check(this.#staged, this.#context.engine),
      ...(merge === null ? { rows } : countMerge(this.#context.name, merge, rows)),
      bytes: sum(this.#staged, 'bytes'),
      files: this.#staged.length,
      by: 'footers',
    };
  }

  async staged(): Promise<Relation | null> {
    const written = this.#staged.map(({ path }) => path).filter((path) => !this.#begun().covers(path));
    if (written.length === 0) return null;
    const sql = readParquet(written, { unionByName: false, hive: false });
    return { sql, schema: this.#request?.schema ?? [] };
  }

  async publish(commit: Commit): Promise<Published> {
    const { name, flow } = this.#context;
    const names = new FileNames(this.#config.file_pattern, { name, flowName: flow }, [
      ...this.#folder.existingNames(),
    ]);
    return this.#folder.publish({
      runId: commit.runId,
      mode: this.#request?.mode === 'replace' ? 'replace' : 'append',
      add: this.#staged.map(({ path, ...file }) => ({ staged: path, name: names.next(), ...file })),
      remove: this.#replaced,
      removeForeign: this.#config.replace_foreign,
      record: commit.record,
    });
  }

  discard(): Promise<void> {
    return this.#folder.discard();
  }

  close(): Promise<void> {
    return this.#folder.close();
  }

  #begun(): StageProof {
    if (this.#proof === null) throw fail('INTERNAL', { reason: 'a store was used before it was begun' });
    return this.#proof;
  }

  /** Brings the rows that were gathered together with those that are there. */
  async #merge({ schema, key = [] }: StageRequest): Promise<MergePlan> {
    const engine = await this.#context.engine();
    const { signal } = this.#context;
    const batches = this.#pending ?? (this.#isGathered ? null : await engine.table(schema));
    if (batches !== null) await gatherRows(engine, await batches.relation(), { signal });
    await batches?.drop();
    this.#pending = null;
    const contents = { ...(await this.#folder.inspect()), foreign: [] };
    const { path: folder } = this.#config;
    const held = await heldRows({ folder, contents, schema, signal, engine: this.#context.engine });
    const allocate = (): string => this.#folder.allocate();
    const copy = (select: string, path: string, codec: WriteCodec): string =>
      this.#copy(select, path, codec, []);
    const plan = await mergeRows({
      folder,
      files: contents.files,
      held,
      schema,
      key,
      engine,
      signal,
      allocate,
      copy,
    });
    for (const { path } of plan.rewritten) if (path !== null) this.#add(path);
    await this.#writeRows(engine, plan.fresh);
    this.#replaced = plan.rewritten.map(({ name }) => name);
    return plan;
  }

  /** Small files of exactly so many rows: by way of a table of the engine, which spills to disk where it must. */
  async #writeExactly(engine: EngineSession, sql: string): Promise<void> {
    const { batch_size: batchSize } = this.#config;
    const { signal } = this.#context;
    await engine.run(`CREATE OR REPLACE TEMP TABLE hygge_whole AS ${sql}`, { signal });
    const [[total] = ['0']] = await engine.rows('SELECT count(*) FROM hygge_whole');
    for (let first = 0; first < Number(total); first += batchSize) {
      const path = this.#folder.allocate();
      const part = `SELECT * FROM hygge_whole WHERE rowid >= ${first} AND rowid < ${first + batchSize}`;
      await engine.run(this.#copy(part, path), { signal });
      this.#add(path);
    }
    await engine.run('DROP TABLE hygge_whole');
  }

  async #flush(table: EngineTable): Promise<void> {
    const path = this.#folder.allocate();
    const { sql } = await table.relation();
    await (await this.#context.engine()).run(this.#copy(sql, path), { signal: this.#context.signal });
    this.#add(path);
    await table.clear();
  }

  /** The file itself where it has few enough rows; else files of so many, its row groups copied as they are. */
  async #divide(path: string): Promise<readonly string[]> {
    const { signal } = this.#context;
    const footer = await readFooter(path, { signal });
    const { fileRows } = divisionFor(this.#config.batch_size);
    if (footer.rows <= fileRows || footer.rowGroups.length < 2) return [path];
    const paths = await divideByRowGroups(footer, fileRows, () => this.#folder.allocate(), signal);
    await unlink(path);
    return paths;
  }

  /** A file is made durable while the next one is being written; what goes wrong there is told by `publish`. */
  #add(path: string): void {
    this.#staged.push({ path, rows: 0, bytes: 0 });
    this.#folder.sync(path).catch(() => {});
  }

  #copy(sql: string, path: string, codec?: WriteCodec, schema = this.#request?.schema ?? []): string {
    const { compression: asked, batch_size: batchSize } = this.#config;
    const compression = codec ?? (asked === 'keep' ? 'snappy' : asked);
    const metadata = { 'hygge.version': hyggeVersion() };
    return copyToParquet(guardValues(sql, schema), path, {
      compression,
      rowGroupRows: divisionFor(batchSize).rowGroupRows,
      metadata,
    });
  }
}

function sum(
  files: readonly { readonly rows: number; readonly bytes: number }[],
  key: 'rows' | 'bytes',
): number {
  return files.reduce((total, file) => total + file[key], 0);
}
