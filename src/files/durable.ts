import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { errorCode, type FileSystem, unless } from './file-system.js';
import { nodeFileSystem } from './node-file-system.js';

/** fsync of a file. After a failure write the file anew; never sync it again, for that may lie. */
export function syncFile(path: string, fileSystem: FileSystem = nodeFileSystem): Promise<void> {
  return fileSystem.syncFile(path);
}

/** fsync of a folder: makes the names in it durable. Does nothing where the platform cannot do it. */
export function syncFolder(path: string, fileSystem: FileSystem = nodeFileSystem): Promise<void> {
  return fileSystem.syncFolder(path);
}

/** Puts a file in place whole and for good, over one of the same name: after a crash it is the old one or the new. */
export async function writeFileDurably(
  path: string,
  bytes: Uint8Array,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  await writeNewFile(fileSystem, temporary, bytes);
  try {
    await fileSystem.rename(temporary, path);
  } catch (error) {
    await fileSystem.unlink(temporary).catch(() => {});
    throw error;
  }
  await fileSystem.syncFolder(dirname(path));
}

/** Writes and syncs a file that is not there yet. One that cannot be finished is removed. */
export async function writeNewFile(
  fileSystem: FileSystem,
  path: string,
  bytes: Uint8Array,
  options: { readonly sync: boolean } = { sync: true },
): Promise<void> {
  const file = await fileSystem.open(path, 'create');
  try {
    await file.write(bytes);
    if (options.sync) await file.sync();
  } catch (error) {
    await file.close().catch(() => {});
    await fileSystem.unlink(path).catch(() => {});
    throw error;
  }
  await file.close();
}

/** A file's bytes; null where there is none. */
export async function readIfThere(fileSystem: FileSystem, path: string): Promise<Uint8Array | null> {
  try {
    return await fileSystem.read(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Makes a folder and those above it. Gives the ones that were not there, the highest first. */
export async function makeFolders(fileSystem: FileSystem, path: string): Promise<string[]> {
  try {
    return (await unless('EEXIST', fileSystem.mkdir(path))) ? [path] : [];
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    const above = await makeFolders(fileSystem, dirname(path));
    return [...above, ...((await unless('EEXIST', fileSystem.mkdir(path))) ? [path] : [])];
  }
}

/**
 * Makes a folder's own name durable, and those of all folders above it: any of them may have been made by a process
 * that did not live to do so. One that may not be read was not made by this user, and is left out.
 */
export async function syncFoldersAbove(fileSystem: FileSystem, path: string): Promise<void> {
  const above: string[] = [];
  for (let folder = dirname(path); folder !== above.at(-1); folder = dirname(folder)) above.push(folder);
  // Side by side: each may have to wait for what others have written to the disk.
  await all(
    above.map((folder) =>
      fileSystem.syncFolder(folder).catch((error) => {
        if (errorCode(error) !== 'EACCES' && errorCode(error) !== 'EPERM') throw error;
      }),
    ),
  );
}

/** Waits for all, and only then fails with the first failure: nothing goes on behind the caller's back. */
export async function all(operations: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(operations)) {
    if (result.status === 'rejected') throw result.reason;
  }
}

/** How many files are looked at or named at a time: on the way to the file system and back, others are on theirs. */
const atATime = 8;

/**
 * Does the same with each, some at a time, in no certain order. After a failure none is begun any more; what is under
 * way is waited for, and then the first failure told.
 */
export async function forEach<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      try {
        await work(items[index] as T, index);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  await all(Array.from({ length: Math.min(atATime, items.length) }, worker));
}
