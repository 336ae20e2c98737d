import { dirname } from 'node:path';
import { fail } from '../errors/index.js';
import { all, forEach, makeFolders } from './durable.js';
import { errorCode, type FileStat, unless } from './file-system.js';
import { noLinks } from './lock.js';
import { foldersOf } from './names.js';
import type { AddedFile, RemovedFile, StoreRecord } from './record.js';
import type { StoreFolder } from './store-folder.js';

/**
 * Does what a durable intent says, and completes it. May be broken off anywhere and done again, any number of times,
 * from the start: each step looks first whether it has been done.
 *
 * A staged file gets a second name in the store (a link) and keeps its first until the record is complete, so that
 * no crash can lose it between two folders. Where the file system has no links, it is moved.
 * @param stillOurs fails where the store is another run's by now
 */
export async function carryOut(
  folder: StoreFolder,
  record: StoreRecord,
  intent: string,
  stillOurs: () => Promise<void>,
): Promise<void> {
  const { fileSystem } = folder;
  const removed = new Map(record.removed.map((file) => [file.name, file]));
  const added = new Set(record.added.map((file) => file.name));
  let moved = false;
  await forEach(record.added, async (file) => {
    if (await place(folder, record, file, removed.get(file.name))) moved = true;
  });
  await stillOurs();
  await forEach(record.removed, async (file) => {
    if (!added.has(file.name) && (await takeOut(folder, file))) moved = true;
  });
  const touched = new Set([...added, ...removed.keys()].flatMap(foldersOf));
  const paths = [...touched].map((name) => folder.at(name)).concat(moved ? [folder.files] : []);
  await all(paths.map((path) => unless('ENOENT', fileSystem.syncFolder(path))));
  // Not synced: should this be lost with the power, the intent is there to be carried out again.
  if (record.abandons) await fileSystem.unlink(intent);
  else await fileSystem.rename(intent, folder.manifest);
  await removeEmptyFolders(folder, record);
}

/** Puts one file in place. True where it was moved rather than linked. */
async function place(
  folder: StoreFolder,
  record: StoreRecord,
  file: AddedFile,
  over: RemovedFile | undefined,
): Promise<boolean> {
  const { fileSystem } = folder;
  const from = folder.part(file.part);
  const to = folder.at(file.name);
  if (file.name.includes('/')) await makeFolders(fileSystem, dirname(to));
  const [part, there] = await Promise.all([fileSystem.stat(from), fileSystem.stat(to)]);
  if (part === null) {
    if (there?.bytes === file.bytes) return false;
    const runId = record.run_id ?? record.undoes ?? '';
    throw fail('STAGED_FILE_LOST', { path: folder.path, name: file.name, runId });
  }
  if (there?.id === part.id) return false;
  if (there === null) return linkOrMove(folder, file.name, from, to);
  if (over === undefined || !(await isSame(folder, over, there)))
    throw fail('FILE_NAME_TAKEN', { path: folder.path, name: file.name });
  return replace(folder, from, to, over);
}

async function linkOrMove(folder: StoreFolder, name: string, from: string, to: string): Promise<boolean> {
  try {
    if (await unless('EEXIST', folder.fileSystem.link(from, to))) return false;
  } catch (error) {
    if (!noLinks.has(errorCode(error) ?? '')) throw error;
    await folder.fileSystem.rename(from, to);
    return true;
  }
  throw fail('FILE_NAME_TAKEN', { path: folder.path, name });
}

/** Puts a file in the place of another in one step, so that a reader finds the one or the other. */
async function replace(folder: StoreFolder, from: string, to: string, over: RemovedFile): Promise<boolean> {
  const { fileSystem } = folder;
  const slot = over.slot === null ? null : folder.part(over.slot);
  const draft = `${from}.new`;
  await unless('ENOENT', fileSystem.unlink(draft));
  try {
    await fileSystem.link(from, draft);
    await fileSystem.rename(draft, to);
    return false;
  } catch (error) {
    if (!noLinks.has(errorCode(error) ?? '')) throw error;
    if (slot !== null && (await fileSystem.stat(slot)) === null) await fileSystem.rename(to, slot);
    await fileSystem.rename(from, to);
    return true;
  }
}

/** Takes one file out. One that is not the file meant stays. True where it was moved rather than unlinked. */
async function takeOut(folder: StoreFolder, file: RemovedFile): Promise<boolean> {
  const { fileSystem } = folder;
  const path = folder.at(file.name);
  const there = await fileSystem.stat(path);
  if (there === null || !(await isSame(folder, file, there))) return false;
  const slot = file.slot === null ? null : folder.part(file.slot);
  const move = slot !== null && (await fileSystem.stat(slot)) === null;
  await (move ? fileSystem.rename(path, slot) : fileSystem.unlink(path));
  return move;
}

/** Whether a file in the store is the one meant: by its second name where it has one, by its size otherwise. */
async function isSame(folder: StoreFolder, file: RemovedFile, there: FileStat): Promise<boolean> {
  const second = file.slot ?? file.part;
  const known = second === null ? null : await folder.fileSystem.stat(folder.part(second));
  return known === null ? there.bytes === file.bytes : known.id === there.id;
}

async function removeEmptyFolders(folder: StoreFolder, record: StoreRecord): Promise<void> {
  const names = new Set(record.removed.flatMap((file) => foldersOf(file.name)).filter((name) => name !== ''));
  const deepestFirst = [...names].sort((a, b) => b.length - a.length);
  for (const name of deepestFirst) await folder.fileSystem.rmdir(folder.at(name)).catch(() => {});
}
