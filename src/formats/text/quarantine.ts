import { mkdir, open, rm } from 'node:fs/promises';
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
  #rows = 0;
  #text: string[] = [];

  constructor({
    stateFolder,
    name,
    runId,
  }: {
    readonly stateFolder: string;
    readonly name: string;
    readonly runId: string;
  }) {
    this.#folder = join(stateFolder, 'quarantine', name.replace(/[^A-Za-z0-9_.-]/g, '_'));
    this.#path = join(this.#folder, `${runId}.ndjson`);
  }

  add(rows: readonly BadRow[]): void {
    for (const { file, line, column, why, raw } of rows) {
      this.#text.push(`${JSON.stringify({ file, line, column, why, raw })}\n`);
      this.#rows++;
    }
  }

  /** Makes it durable, and says how much it is; null where there is none. */
  async end(): Promise<string | null> {
    return translated('the quarantine', this.#path, async () => {
      await rm(this.#path, { force: true });
      if (this.#rows === 0) return null;
      await mkdir(this.#folder, { recursive: true });
      const file = await open(this.#path, 'w');
      try {
        for (const line of this.#text) await file.write(line);
        await file.sync();
      } finally {
        await file.close();
      }
      await syncFolder(this.#folder);
      const rows =
        this.#rows === 1 ? '1 row that cannot be read was' : `${this.#rows} rows that cannot be read were`;
      return `${rows} put aside in ${this.#path}`;
    });
  }
}
