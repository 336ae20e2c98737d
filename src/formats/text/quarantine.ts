import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, translated } from '../../files/index.js';
import type { BadRow } from './bad-row.js';

/**
 * Rows that were put aside: `quarantine/<entity>/<run>.ndjson` beside the journal, an object a row. A run that tries
 * again writes it anew.
 */
export class Quarantine {
  readonly #folder: string;
  readonly #path: string;
  #file: FileHandle | null = null;
  #rows = 0;

  constructor(at: { readonly stateFolder: string; readonly name: string; readonly runId: string }) {
    this.#folder = join(at.stateFolder, 'quarantine', at.name.replace(/[^A-Za-z0-9_.-]/g, '_'));
    this.#path = join(this.#folder, `${at.runId}.ndjson`);
  }

  async add(rows: readonly BadRow[]): Promise<void> {
    await this.#translated(async () => {
      for (const { file, line, column, why, raw } of rows) {
        this.#file ??= await this.#open();
        await this.#file.write(`${JSON.stringify({ file, line, column, why, raw })}\n`);
        this.#rows++;
      }
    });
  }

  /** Makes it durable, and says how much it is; null where there is none. */
  async end(): Promise<string | null> {
    return this.#translated(async () => {
      if (this.#file === null) {
        await rm(this.#path, { force: true });
        return null;
      }
      await this.#file.sync();
      await syncFolder(this.#folder);
      const rows =
        this.#rows === 1 ? '1 row that cannot be read was' : `${this.#rows} rows that cannot be read were`;
      return `${rows} put aside in ${this.#path}`;
    });
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  async #open(): Promise<FileHandle> {
    await mkdir(this.#folder, { recursive: true });
    return open(this.#path, 'w');
  }

  #translated<T>(work: () => Promise<T>): Promise<T> {
    return translated('the quarantine', this.#path, work);
  }
}
