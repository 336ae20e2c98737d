import { unlink } from 'node:fs/promises';
import type { Batch } from '../../core/batch.js';
import type { EngineProgress, EngineTable, Relation } from '../../core/engine.js';
import type { Impossible, SourceFile } from '../../core/home.js';
import type { KnownColumns } from '../../core/known-values.js';
import type {
  FilesPlan,
  FilesShape,
  SchemaRequest,
  Staged,
  StageRequest,
  StoreContext,
  StoreSession,
} from '../../core/store.js';
import { type Schema, typeName } from '../../core/types.js';
import { hasUnnamed } from '../../core/unnamed.js';
import { fail } from '../../errors/index.js';
import { FolderSession, sum } from '../../formats/folder/session.js';
import { sliceBatch } from '../../formats/folder/slice.js';
import { checkHoldable, knownValues, readParquet, type WriteCodec } from '../../formats/parquet/index.js';
import { readFooters } from '../../parquet/index.js';
import { type CopyTarget, copyFiles } from './copy-files.js';
import { divisionFor, exactBelow } from './divide.js';
import { heldRows } from './held.js';
import type { ParquetStoreConfig } from './index.js';
import { countMerge, type MergePlan, mergeRows } from './merge.js';
import { StageProof } from './proof.js';
import { planFiles } from './splice.js';
import { Stage } from './stage.js';

export function openParquetStore(config: ParquetStoreConfig, context: StoreContext): StoreSession {
  return new ParquetStoreSession(config, context);
}

class ParquetStoreSession extends FolderSession implements StoreSession {
  readonly #config: ParquetStoreConfig;
  #stage: Stage | null = null;
  #proof: StageProof | null = null;
  #pending: EngineTable | null = null;
  /** What a merge has staged. */
  #merged: MergePlan | null = null;

  constructor(config: ParquetStoreConfig, context: StoreContext) {
    super(config, '.parquet', context);
    this.#config = config;
  }

  async held(schema: Schema): Promise<Relation | null> {
    const { signal, engine } = this.context;
    const contents = await this.contents();
    return heldRows({ folder: this.#config.path, contents, schema, signal, engine });
  }

  async checkSchema(schema: Schema, request?: SchemaRequest): Promise<void> {
    const { name } = this.context;
    checkHoldable(name, schema);
    const unnamed = schema.find(({ type }) => hasUnnamed(type));
    if (request?.mode !== 'merge' || unnamed === undefined) return;
    const why =
      'a merge compares rows in a table of the engine, and none can hold a struct whose fields have no names (a UNION out of a parquet file is one)';
    throw fail('TYPE_UNSUPPORTED', { name, column: unnamed.name, type: typeName(unnamed.type), why });
  }

  override async begin(request: StageRequest): Promise<void> {
    this.#stage = new Stage(this.#config, this.context, this.folder, request);
    this.#proof = new StageProof(this.context, request);
    await super.begin(request);
  }

  /** Two: where one comes to its end, some of the engine's threads have none of it left. */
  get partsAtOnce(): number {
    // Files of an exact number of rows are made of all rows together.
    return this.#config.batch_size < exactBelow ? 0 : 2;
  }

  async writeRelation(
    relation: Relation,
    onProgress: Parameters<NonNullable<StoreSession['writeRelation']>>[1],
  ) {
    if (this.request?.mode === 'merge') return this.#merge(this.request, relation, onProgress);
    return this.#begun().stage.writeRows(relation.sql, onProgress);
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
    const { stage, proof } = this.#begun();
    const target: CopyTarget = {
      signal: this.context.signal,
      proof,
      schema: this.request?.schema ?? [],
      // Only where all is replaced by nothing, a file without rows keeps the columns.
      keepEmpty: this.request?.mode === 'replace',
      engine: this.context.engine,
      allocate: () => this.folder.allocate(),
      add: (path) => stage.add(path),
      copy: (select, path, codec) => stage.copy(select, path, codec),
    };
    return copyFiles(plan, shape, target, onProgress);
  }

  async writeBatch(batch: Batch): Promise<void> {
    const { batch_size: batchSize } = this.#config;
    this.#pending ??= await (await this.context.engine()).table(batch.schema);
    if (this.request?.mode === 'merge') return this.#pending.append(batch);
    let rest = batch;
    while (rest.rows > 0) {
      const room = Math.min(batchSize - this.#pending.rows, rest.rows);
      await this.#pending.append(sliceBatch(rest, 0, room));
      if (this.#pending.rows === batchSize) await this.#begun().stage.flush(this.#pending);
      rest = sliceBatch(rest, room, rest.rows);
    }
  }

  async finish(onProgress: () => void = () => {}): Promise<Staged> {
    const { stage, proof } = this.#begun();
    await stage.end(onProgress);
    if (this.request?.mode === 'merge' && this.#merged === null) {
      const table = this.#pending ?? (await (await this.context.engine()).table(this.request.schema));
      await this.#merge(this.request, await table.relation(), onProgress);
      await table.drop();
    } else if (this.#pending !== null) {
      if (this.#pending.rows > 0) await stage.flush(this.#pending, onProgress);
      await this.#pending.drop();
    }
    this.#pending = null;
    // A replacement by nothing is a file that has the columns and no rows, so that the table can still be read.
    if (stage.files.length === 0 && this.request?.mode === 'replace') {
      const table = await (await this.context.engine()).table(this.request.schema);
      await stage.flush(table);
      await table.drop();
    }
    await stage.count();
    const rows = sum(stage.files, 'rows');
    return {
      fingerprint: await proof.check(stage.files, onProgress),
      ...(this.#merged === null ? { rows } : countMerge(this.context.name, this.#merged, rows)),
      bytes: sum(stage.files, 'bytes'),
      files: stage.files.length,
      by: 'footers',
    };
  }

  async staged({ all } = { all: false }): Promise<Relation | null> {
    const { stage, proof } = this.#begun();
    if (this.#merged !== null) return this.#merged.given;
    const written = stage.files.map(({ path }) => path).filter((path) => all || !proof.covers(path));
    if (written.length === 0) return null;
    const sql = readParquet(written, { unionByName: false, hive: false });
    return { sql, schema: this.request?.schema ?? [] };
  }

  async knownValues(schema: Schema): Promise<KnownColumns> {
    const { stage } = this.#begun();
    // What a merge stages is not what it was given.
    if (this.#merged !== null) return new Map();
    const paths = stage.files.map(({ path }) => path);
    return knownValues(await readFooters(paths, { signal: this.context.signal }), schema);
  }

  async restage(
    relation: Relation,
    onProgress: Parameters<NonNullable<StoreSession['restage']>>[1],
  ): Promise<void> {
    const { stage } = this.#begun();
    const old = stage.files.splice(0);
    if (this.request !== null) this.#proof = new StageProof(this.context, this.request);
    this.#merged = null;
    await this.writeRelation(relation, onProgress);
    for (const { path } of old) await unlink(path);
  }

  protected stagedFiles() {
    return this.#stage?.files ?? [];
  }

  #begun(): { readonly stage: Stage; readonly proof: StageProof } {
    if (this.#stage !== null && this.#proof !== null) return { stage: this.#stage, proof: this.#proof };
    throw fail('INTERNAL', { reason: 'a store was used before it was begun' });
  }

  /** Stages what a merge makes of the rows and of those that are there. */
  async #merge(
    { schema, key = [], order = null }: StageRequest,
    rows: Relation,
    onProgress: (progress: EngineProgress) => void,
  ): Promise<void> {
    const { stage, proof } = this.#begun();
    const engine = await this.context.engine();
    const { signal } = this.context;
    const contents = { ...(await this.contents()), foreign: [] };
    const { path: folder } = this.#config;
    const held = await heldRows({ folder, contents, schema, signal, engine: this.context.engine });
    const allocate = (): string => this.folder.allocate();
    const copy = (select: string, path: string, codec: WriteCodec): string =>
      stage.copy(select, path, codec, []);
    const plan = await mergeRows({
      folder,
      files: contents.files,
      held,
      rows,
      schema,
      key,
      order,
      engine,
      options: { signal, onProgress },
      allocate,
      copy,
    });
    for (const { staged } of plan.rewritten) {
      if (staged === null) continue;
      stage.add(staged.path);
      proof.written(staged.left, [staged.path]);
    }
    const others = stage.files.length;
    await stage.writeRows(plan.fresh.sql, onProgress);
    await stage.end(() => onProgress({ fraction: null, rows: 0 }));
    proof.written(
      plan.fresh,
      stage.files.slice(others).map(({ path }) => path),
    );
    this.replaced = plan.rewritten.map(({ name }) => name);
    this.#merged = plan;
  }
}
