import { mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from './file-system.js';
import { thisHost } from './host.js';

/** Whose a folder is: the process, so that others can tell whether it still runs. */
const ownerFile = 'owner.json';

/** A folder for what a process needs for a while, which says whose it is. */
export class OwnedFolder {
  readonly path: string;
  /** The uppermost of the folders above it that were made for it. */
  readonly #uppermost: string | undefined;

  private constructor(path: string, uppermost: string | undefined) {
    this.path = path;
    this.#uppermost = uppermost;
  }

  /** Makes it, with the folders above it. What lies in it is for nobody else to read. */
  static async make(path: string): Promise<OwnedFolder> {
    const above = await makeIn(dirname(path), path);
    await writeFile(join(path, ownerFile), JSON.stringify(await thisHost.identity()));
    return new OwnedFolder(path, above);
  }

  /** Removes it, and of the folders above it those that were made for it, unless others have come to use them. */
  async remove(): Promise<void> {
    await removeWhole(this.path);
    if (this.#uppermost === undefined) return;
    for (let folder = dirname(this.path); folder.startsWith(this.#uppermost); folder = dirname(folder)) {
      const removed = await rmdir(folder).then(
        () => true,
        () => false,
      );
      if (!removed) return;
    }
  }
}

/** Makes a folder, and those above it; gives the uppermost of those. */
async function makeIn(parent: string, path: string, triesLeft = 20): Promise<string | undefined> {
  const above = await mkdir(parent, { recursive: true });
  try {
    await mkdir(path, { mode: 0o700 });
    return above;
  } catch (error) {
    // Another run that ends takes the empty folder above it away.
    if (errorCode(error) !== 'ENOENT' || triesLeft === 0) throw error;
    return (await makeIn(parent, path, triesLeft - 1)) ?? above;
  }
}

/**
 * Removes the folders that processes left which are provably dead, and gives their names. One of which nobody can tell
 * stays, such as that of another machine.
 */
export async function sweepOwned(parent: string, prefix = ''): Promise<string[]> {
  const names = await readdir(parent).catch(() => []);
  const swept: string[] = [];
  for (const name of names.filter((one) => one.startsWith(prefix))) {
    const folder = join(parent, name);
    try {
      const owner = JSON.parse(await readFile(join(folder, ownerFile), 'utf8'));
      if ((await thisHost.isAlive(owner)) !== false) continue;
      await removeWhole(folder);
      swept.push(name);
    } catch {
      // Somebody else's, or just being made or removed.
    }
  }
  return swept;
}

/** Whose it is goes last: what is left where this is cut short can still be swept. */
async function removeWhole(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((one) => one !== ownerFile))
    await rm(join(folder, name), { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}
