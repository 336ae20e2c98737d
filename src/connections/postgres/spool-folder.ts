import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { thisHost } from '../../files/index.js';

const prefix = 'hygge-rows-';
/** Whose folder it is: the process, so that others can tell whether it still runs. */
const ownerFile = 'owner.json';

/** A folder for rows on their way between a server and the engine. */
export class SpoolFolder {
  #folder: Promise<string> | null = null;
  #files = 0;

  /** A path for a new file. */
  async file(): Promise<string> {
    this.#folder ??= makeFolder();
    this.#files += 1;
    const name = `${this.#files}.rows`;
    return join(await this.#folder, name);
  }

  async remove(): Promise<void> {
    const folder = await this.#folder?.catch(() => null);
    this.#folder = null;
    if (folder != null) await rm(folder, { recursive: true, force: true });
  }
}

let swept: Promise<void> | null = null;

async function makeFolder(): Promise<string> {
  swept ??= sweep(tmpdir());
  await swept;
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  await writeFile(join(folder, ownerFile), JSON.stringify(await thisHost.identity()));
  return folder;
}

/** Removes what processes left that were killed. A folder of which nobody can tell stays. */
async function sweep(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(prefix))) {
    const folder = join(parent, name);
    try {
      const owner = JSON.parse(await readFile(join(folder, ownerFile), 'utf8'));
      if ((await thisHost.isAlive(owner)) === false) await rm(folder, { recursive: true, force: true });
    } catch {
      // Somebody else's, or just being made or removed.
    }
  }
}
