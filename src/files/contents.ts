import type { StoredFile, StoreRecord } from './record.js';
import type { StoreFolder } from './store-folder.js';

/** What lies in a store, held against what its record says. */
export interface Listing {
  /** Files of hygge's that are there as they were put there. */
  readonly files: readonly StoredFile[];
  /** Files of hygge's that somebody took away. */
  readonly missing: readonly StoredFile[];
  /** Files of hygge's that somebody put others in the place of. */
  readonly changed: readonly StoredFile[];
  /** Other files: those that hygge did not put there, and those of hygge's that somebody changed. */
  readonly foreign: readonly string[];
  /** All names, of whatever kind of file. */
  readonly names: ReadonlySet<string>;
}

/** How many files are asked after at once. */
const atOnce = 32;

/**
 * Lists a store. Writes nothing.
 * @param suffix what the names of its files end in; others are not foreign, they are none of its business
 */
export async function listStore(folder: StoreFolder, state: StoreRecord, suffix: string): Promise<Listing> {
  const names = new Set<string>();
  await walk(folder, '', names);
  const files: StoredFile[] = [];
  const missing: StoredFile[] = [];
  const changed: StoredFile[] = [];
  for (let i = 0; i < state.files.length; i += atOnce) {
    const some = state.files.slice(i, i + atOnce);
    const stats = await Promise.all(some.map((file) => folder.fileSystem.stat(folder.at(file.name))));
    some.forEach((file, k) => {
      const stat = stats[k] ?? null;
      if (stat === null) missing.push(file);
      else if (stat.kind === 'file' && stat.bytes === file.bytes) files.push(file);
      else changed.push(file);
    });
  }
  const own = new Set(files.map((file) => file.name));
  const foreign = [...names].filter((name) => name.endsWith(suffix) && !own.has(name)).sort();
  return { files, missing, changed, foreign, names };
}

/** Names that start with a dot are hidden from every reader, and so from hygge. */
async function walk(folder: StoreFolder, below: string, names: Set<string>): Promise<void> {
  for (const { name, kind } of await folder.list(folder.at(below))) {
    if (name.startsWith('.')) continue;
    const path = below === '' ? name : `${below}/${name}`;
    if (kind === 'folder') await walk(folder, path, names);
    else names.add(path);
  }
}
