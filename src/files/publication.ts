import { fail } from '../errors/index.js';
import type { Listing } from './contents.js';
import { forEach } from './durable.js';
import { errorCode } from './file-system.js';
import { noLinks } from './lock.js';
import { checkName, foldersOf, isPartName } from './names.js';
import { type AddedFile, byName, type RemovedFile, type StoredFile, type StoreRecord } from './record.js';
import { keptName, type StoreFolder } from './store-folder.js';

/** A staged file, and what it is to be called in the store. */
export interface FileToAdd {
  /** Its path, as `allocate` gave it. */
  readonly staged: string;
  /** Relative to the store, with `/` between folders. */
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  /** Of its content, in hex. Default: not recorded. */
  readonly sha256?: string;
}

/** One change of a store. */
export interface Publication {
  readonly runId: string;
  readonly add: readonly FileToAdd[];
  /** `replace` takes out every file that hygge has put there; `append` takes out those in `remove` alone. */
  readonly mode: 'append' | 'replace';
  /** With `append`: names of hygge's files that the new ones stand for. Default: none. */
  readonly remove?: readonly string[];
  /** With `replace`: also take out the files that hygge did not put there. Default: false. */
  readonly removeForeign?: boolean;
  /** Kept durably with the data, as JSON. */
  readonly record: unknown;
}

/** The record of a change, from the state that it starts at. Writes nothing. */
export async function planPublication(
  folder: StoreFolder,
  state: StoreRecord,
  listing: Listing,
  publication: Publication,
  options: { readonly fence: number; readonly keep: boolean },
): Promise<StoreRecord> {
  const { runId, mode } = publication;
  const removed = await filesToRemove(folder, listing, publication);
  const out = new Set(removed.map((file) => file.name));
  const added = publication.add.map(({ staged, ...file }) => {
    const part = staged.slice(folder.files.length + 1);
    return { ...file, run_id: runId, part };
  });
  await checkNames(folder, listing, out, added);
  await checkStaged(folder, publication, added);
  const kept = mode === 'replace' ? [] : state.files.filter((file) => !out.has(file.name));
  const files = new Map(kept.map((file) => [file.name, file]));
  for (const { part: _, ...file } of added) files.set(file.name, file);
  return {
    version: 1,
    fence: options.fence,
    run_id: runId,
    undoes: null,
    abandons: false,
    written_at: new Date().toISOString(),
    files: [...files.values()].sort(byName),
    added,
    removed,
    record: JSON.parse(JSON.stringify(publication.record ?? null)),
    previous: options.keep || removed.length === 0 ? { run_id: state.run_id, record: state.record } : null,
  };
}

/**
 * Gives the files that are to go a second name in `.hygge/files`, so that they can come back. Where the file system
 * has no links they are moved there later, when they are taken out.
 */
export async function keepRemoved(folder: StoreFolder, record: StoreRecord): Promise<void> {
  await forEach(record.removed, async ({ name, slot }) => {
    if (slot === null) return;
    try {
      await folder.fileSystem.link(folder.at(name), folder.part(slot));
    } catch (error) {
      if (!noLinks.has(errorCode(error) ?? '')) throw error;
    }
  });
}

async function filesToRemove(
  folder: StoreFolder,
  listing: Listing,
  publication: Publication,
): Promise<RemovedFile[]> {
  const named = new Set(publication.remove ?? []);
  const own = listing.files.filter(({ name }) => publication.mode === 'replace' || named.has(name));
  const foreign: StoredFile[] = [];
  if (publication.mode === 'replace' && publication.removeForeign === true) {
    for (const name of listing.foreign) {
      const bytes = (await folder.fileSystem.stat(folder.at(name)))?.bytes ?? 0;
      foreign.push({ name, rows: 0, bytes, run_id: '' });
    }
  }
  return [...own.map((file) => ({ file, own: true })), ...foreign.map((file) => ({ file, own: false }))].map(
    ({ file, own: isOwn }, i) => ({
      ...file,
      own: isOwn,
      slot: keptName(publication.runId, i + 1),
      part: null,
    }),
  );
}

/** A file is known by its size later on, so it must have the size that it is said to have. */
async function checkStaged(
  folder: StoreFolder,
  { runId }: Publication,
  added: readonly AddedFile[],
): Promise<void> {
  await forEach(added, async ({ name, part, bytes }) => {
    if (!isPartName(part))
      throw fail('INTERNAL', { reason: `${name} was not staged in the store's own folder` });
    const stat = await folder.fileSystem.stat(folder.part(part));
    if (stat === null) throw fail('STAGED_FILE_LOST', { path: folder.path, name, runId });
    if (stat.bytes !== bytes)
      throw fail('INTERNAL', { reason: `${name} was staged with ${stat.bytes} bytes, not ${bytes}` });
  });
}

/** Everything that could stand in the way later is found now, while nothing has been changed. */
async function checkNames(
  folder: StoreFolder,
  listing: Listing,
  removed: ReadonlySet<string>,
  added: readonly StoredFile[],
): Promise<void> {
  const seen = new Set<string>();
  const folders = new Set<string>();
  for (const { name } of added) {
    checkName(name);
    if (seen.has(name)) throw fail('UNFIT_NAME', { name, reason: 'two files of this run have it' });
    seen.add(name);
    for (const above of foldersOf(name)) if (above !== '') folders.add(above);
    if (listing.names.has(name) && !removed.has(name))
      throw fail('FILE_NAME_TAKEN', { path: folder.path, name });
  }
  for (const name of folders) {
    const stat = await folder.fileSystem.stat(folder.at(name));
    if (stat !== null && stat.kind !== 'folder')
      throw fail('UNFIT_NAME', { name, reason: 'the store has it already, and not as a folder' });
  }
}
