import * as fs from 'node:fs';
import * as threads from 'node:fs/promises';
import { DiskFile } from './disk-file.js';
import { type EntryKind, errorCode, type FileSystem, type OpenFile } from './file-system.js';
import { quick } from './quick.js';

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

const kindOf = (entry: fs.Dirent | fs.Stats | { isFile(): boolean; isDirectory(): boolean }): EntryKind =>
  entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other';

function openFile(file: DiskFile): OpenFile {
  return { write: (bytes) => file.write(bytes, 0), sync: () => file.sync(), close: () => file.close() };
}

async function sync(path: string, flags: string): Promise<void> {
  const file = await DiskFile.open(path, flags);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

const rename = quick(fs.renameSync, threads.rename);
const unlink = quick(fs.unlinkSync, threads.unlink);
const list = quick(
  (path: string) => fs.readdirSync(path, { withFileTypes: true }),
  (path) => threads.readdir(path, { withFileTypes: true }),
);
const stat = quick(
  (path: string) => fs.lstatSync(path, { bigint: true }),
  (path) => threads.lstat(path, { bigint: true }),
);
const writable = fs.constants.W_OK | fs.constants.X_OK;

/** The real file system. */
export const nodeFileSystem: FileSystem = {
  read: quick(
    (path: string) => fs.readFileSync(path),
    (path) => threads.readFile(path),
  ),
  open: async (path, how) => openFile(await DiskFile.open(path, how === 'create' ? 'wx' : 'r+')),
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
  mkdir: quick(
    (path: string) => fs.mkdirSync(path),
    (path) => threads.mkdir(path),
  ),
  rmdir: quick(
    (path: string) => fs.rmdirSync(path),
    (path) => threads.rmdir(path),
  ),
  rename: (from, to) => patiently(() => rename(from, to)),
  link: quick(fs.linkSync, threads.link),
  unlink: (path) => patiently(() => unlink(path)),
  async list(path) {
    return (await list(path)).map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
  },
  async stat(path) {
    try {
      const found = await stat(path);
      const id = `${found.dev}:${found.ino}`;
      return { kind: kindOf(found), id, bytes: Number(found.size), modified: Number(found.mtimeMs) };
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw error;
    }
  },
  realpath: quick(
    (path: string) => fs.realpathSync.native(path),
    (path) => threads.realpath(path),
  ),
  checkWritable: quick(
    (path: string) => fs.accessSync(path, writable),
    (path) => threads.access(path, writable),
  ),
};
