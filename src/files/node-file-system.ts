import { constants, type Dirent, type Stats } from 'node:fs';
import * as fs from 'node:fs/promises';
import { type EntryKind, errorCode, type FileSystem, type OpenFile } from './file-system.js';

/** Milliseconds between tries of a rename or removal that something blocks: 2 s in all. */
const blockedPauses = [10, 20, 40, 80, 160, 320, 640, 730] as const;
/** Another process (a virus scanner, an indexer, a backup) holds the file for a moment. */
const blockedCodes = new Set(['EPERM', 'EBUSY', 'EACCES']);
/** What platforms answer that cannot open or sync a folder. */
const noFolderSync = new Set(['EISDIR', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** Tries again, with growing pauses, what another process blocks. Fails with the last error. */
export async function patiently<T>(
  operation: () => Promise<T>,
  pauses: readonly number[] = blockedPauses,
): Promise<T> {
  for (const pause of pauses) {
    try {
      return await operation();
    } catch (error) {
      if (!blockedCodes.has(errorCode(error) ?? '')) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return operation();
}

const kindOf = (entry: Dirent | Stats | { isFile(): boolean; isDirectory(): boolean }): EntryKind =>
  entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other';

/** Node leaves the path out of errors about open files; a person needs it. */
async function named<T>(path: string, operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    if (error instanceof Error && !('path' in error)) Object.assign(error, { path });
    throw error;
  }
}

function openFile(path: string, handle: fs.FileHandle): OpenFile {
  return {
    write: (bytes) => named(path, writeAll(handle, bytes)),
    sync: () => named(path, handle.sync()),
    close: () => named(path, handle.close()),
  };
}

async function writeAll(handle: fs.FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, done);
    done += bytesWritten;
  }
}

async function sync(path: string, flags: string): Promise<void> {
  const handle = await fs.open(path, flags);
  try {
    await named(path, handle.sync());
  } finally {
    await handle.close();
  }
}

/** The real file system. */
export const nodeFileSystem: FileSystem = {
  read: (path) => fs.readFile(path),
  open: async (path, how) => openFile(path, await fs.open(path, how === 'create' ? 'wx' : 'r+')),
  syncFile: (path) => sync(path, 'r+'),
  async syncFolder(path) {
    try {
      await sync(path, 'r');
    } catch (error) {
      const code = errorCode(error) ?? '';
      const windows = process.platform === 'win32' && blockedCodes.has(code);
      if (!noFolderSync.has(code) && !windows) throw error;
    }
  },
  mkdir: (path) => fs.mkdir(path),
  rmdir: (path) => fs.rmdir(path),
  rename: (from, to) => patiently(() => fs.rename(from, to)),
  link: (from, to) => fs.link(from, to),
  unlink: (path) => patiently(() => fs.unlink(path)),
  async list(path) {
    const entries = await fs.readdir(path, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
  },
  async stat(path) {
    try {
      const stat = await fs.lstat(path, { bigint: true });
      const id = `${stat.dev}:${stat.ino}`;
      return { kind: kindOf(stat), id, bytes: Number(stat.size), modified: Number(stat.mtimeMs) };
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw error;
    }
  },
  realpath: (path) => fs.realpath(path),
  checkWritable: (path) => fs.access(path, constants.W_OK | constants.X_OK),
};
