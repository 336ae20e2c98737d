import { type FileHandle, open, rm } from 'node:fs/promises';
import type { Unreadable } from '../../core/home.js';
import { QuarantineFolder, syncFolder, translated } from '../../files/index.js';
import type { BadRow } from './bad-row.js';

/** Rows that could not be read and were put aside, an object a row. A run that tries again writes them anew. */
export class Quarantine {
  readonly #folder: QuarantineFolder;
  #file: FileHandle | null = null;
  #rows = 0;

  constructor(at: { readonly stateFolder: string; readonly name: string; readonly runId: string }) {
    this.#folder = new QuarantineFolder({ state: at.stateFolder, name: at.name, runId: at.runId });
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
  async end(): Promise<Unreadable | null> {
    return this.#translated(async () => {
      if (this.#file === null) {
        await rm(this.#folder.unreadable, { force: true });
        return null;
      }
      await this.#file.sync();
      await syncFolder(this.#folder.path);
      const rows = this.#rows;
      const what = rows === 1 ? '1 row that cannot be read was' : `${rows} rows that cannot be read were`;
      return { rows, message: `${what} put aside in ${this.#folder.unreadable}` };
    });
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  async #open(): Promise<FileHandle> {
    await this.#folder.make();
    return open(this.#folder.unreadable, 'w');
  }

  #translated<T>(work: () => Promise<T>): Promise<T> {
    return translated('the quarantine', this.#folder.unreadable, work);
  }
}
