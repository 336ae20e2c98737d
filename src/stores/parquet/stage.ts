import { unlink } from 'node:fs/promises';
import type { EngineProgress, EngineSession, EngineTable } from '../../core/engine.js';
import type { StageRequest, StoreContext } from '../../core/store.js';
import type { Schema } from '../../core/types.js';
import { hyggeVersion } from '../../core/version.js';
import type { FolderStore } from '../../files/index.js';
import { copyToParquet, guardValues, type WriteCodec } from '../../formats/parquet/index.js';
import { countRows, readFooter } from '../../parquet/index.js';
import { Divider, divisionFor, exactBelow } from './divide.js';
import type { ParquetStoreConfig } from './index.js';

type OnProgress = (progress: EngineProgress) => void;

export interface StagedFile {
  readonly path: string;
  /** 0 until they are read from the file itself. */
  rows: number;
  bytes: number;
  sha256?: string;
}

/** The files that one session stages: writes them, and makes them durable. */
export class Stage {
  readonly files: StagedFile[] = [];
  readonly #config: ParquetStoreConfig;
  readonly #context: StoreContext;
  readonly #folder: FolderStore;
  readonly #request: StageRequest;
  readonly #divider: Divider;
  /** Statements of `writeRows` that are under way. */
  #writing = 0;
  /** What becomes of the last of them. */
  #added: Promise<void> = Promise.resolve();

  constructor(config: ParquetStoreConfig, context: StoreContext, folder: FolderStore, request: StageRequest) {
    this.#config = config;
    this.#context = context;
    this.#folder = folder;
    this.#request = request;
    this.#divider = new Divider(divisionFor(config.batch_size).fileRows, {
      signal: context.signal,
      allocate: () => folder.allocate(),
      onFile: (path) => this.add(path),
      remove: unlink,
    });
  }

  /** Writes all rows of a SELECT. What is left below the size of a file waits for more, or for `end`. */
  async writeRows(sql: string, onProgress?: OnProgress): Promise<void> {
    const engine = await this.#context.engine();
    const { batch_size: batchSize } = this.#config;
    const { rows } = this.#request;
    if (batchSize < exactBelow && (rows === null || rows > batchSize)) {
      await this.#writeExactly(engine, sql, onProgress);
      return;
    }
    const path = this.#folder.allocate();
    const { signal } = this.#context;
    // Parts may be written at once, and are added in their order.
    const beside = this.#writing > 0;
    this.#writing += 1;
    const writing = engine.run(this.copy(sql, path), { signal, onProgress, beside });
    const writes = this.#folder.flushWhile(path, writing).finally(() => {
      this.#writing -= 1;
    });
    const added = this.#added.then(async () => {
      const written = await writes;
      if (written === 0) return unlink(path);
      const footer = await readFooter(path, { signal });
      await this.#divider.add(footer, () => onProgress?.({ fraction: null, rows: written }));
    });
    this.#added = added.catch(() => {});
    writes.catch(() => {});
    await added;
  }

  /** Nothing more is written: the last file is made of what is left. */
  end(onProgress?: () => void): Promise<void> {
    return this.#divider.end(() => onProgress?.());
  }

  /** Writes all rows of a table into one file, and empties the table. */
  async flush(table: EngineTable, onProgress?: () => void): Promise<void> {
    const path = this.#folder.allocate();
    const { sql } = await table.relation();
    const { signal } = this.#context;
    await (await this.#context.engine()).run(this.copy(sql, path), { signal, onProgress });
    this.add(path);
    await table.clear();
  }

  /** A file is made durable while the next one is being written; what goes wrong there is told by `publish`. */
  add(path: string): void {
    this.files.push({ path, rows: 0, bytes: 0 });
    this.#folder.sync(path).catch(() => {});
  }

  /** The statement that writes a SELECT into a file. `schema`: the columns whose values may not fit. */
  copy(sql: string, path: string, codec?: WriteCodec, schema: Schema = this.#request.schema): string {
    const { compression: asked, batch_size: batchSize } = this.#config;
    const compression = codec ?? (asked === 'keep' ? 'snappy' : asked);
    const metadata = { 'hygge.version': hyggeVersion() };
    return copyToParquet(guardValues(sql, schema), path, {
      compression,
      rowGroupRows: divisionFor(batchSize).rowGroupRows,
      metadata,
    });
  }

  /** Counts rows and bytes of all files from what was written. */
  async count(): Promise<void> {
    const paths = this.files.map(({ path }) => path);
    const counts = await countRows(paths, { signal: this.#context.signal });
    for (const [i, file] of this.files.entries()) {
      file.rows = counts[i]?.rows ?? 0;
      file.bytes = counts[i]?.bytes ?? 0;
    }
  }

  /** Small files of exactly so many rows: by way of a table of the engine, which spills to disk where it must. */
  async #writeExactly(engine: EngineSession, sql: string, onProgress?: OnProgress): Promise<void> {
    const { batch_size: batchSize } = this.#config;
    const { signal } = this.#context;
    await engine.run(`CREATE OR REPLACE TEMP TABLE hygge_whole AS ${sql}`, { signal, onProgress });
    const [[total] = ['0']] = await engine.rows('SELECT count(*) FROM hygge_whole');
    for (let first = 0; first < Number(total); first += batchSize) {
      const path = this.#folder.allocate();
      const part = `SELECT * FROM hygge_whole WHERE rowid >= ${first} AND rowid < ${first + batchSize}`;
      await engine.run(this.copy(part, path), { signal, onProgress });
      this.add(path);
    }
    await engine.run('DROP TABLE hygge_whole');
  }
}
