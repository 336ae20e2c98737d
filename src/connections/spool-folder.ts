import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newRunId } from '../core/run-id.js';
import { OwnedFolder, sweepOwned } from '../files/index.js';

const prefix = 'hygge-rows-';

/** A folder for rows on their way between a database and the engine. */
export class SpoolFolder {
  #folder: Promise<OwnedFolder> | null = null;
  #files = 0;

  /** A path for a new file. */
  async file(): Promise<string> {
    this.#folder ??= makeFolder();
    this.#files += 1;
    const name = `${this.#files}.rows`;
    return join((await this.#folder).path, name);
  }

  async remove(): Promise<void> {
    const folder = await this.#folder?.catch(() => null);
    this.#folder = null;
    await folder?.remove();
  }
}

let swept: Promise<unknown> | null = null;

async function makeFolder(): Promise<OwnedFolder> {
  // What processes left that were killed.
  swept ??= sweepOwned(tmpdir(), prefix);
  await swept;
  return OwnedFolder.make(join(tmpdir(), `${prefix}${process.pid}-${newRunId()}`));
}
