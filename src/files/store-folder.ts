import { join } from 'node:path';
import { readIfThere } from './durable.js';
import { type Entry, errorCode, type FileSystem } from './file-system.js';
import { decodeRecord, emptyRecord, partsOf, type StoreRecord, slotsOf } from './record.js';

/** A change that was begun: its record, and the file that it lies in. */
export interface Intent {
  readonly path: string;
  readonly record: StoreRecord;
}

/**
 * Where things lie in the folder of a store:
 * `.hygge/manifest.json` what the store holds; `.hygge/intent-<run>.json` a change under way;
 * `.hygge/lock.json` who holds it; `.hygge/files/<run>-000001.part` staged, `….old` taken out and kept for an undo.
 * Nothing in `.hygge` has a name that a reader of the store looks for.
 */
export class StoreFolder {
  readonly fileSystem: FileSystem;
  readonly path: string;
  readonly hidden: string;
  readonly files: string;
  readonly manifest: string;

  constructor(fileSystem: FileSystem, path: string) {
    this.fileSystem = fileSystem;
    this.path = path;
    this.hidden = join(path, '.hygge');
    this.files = join(this.hidden, 'files');
    this.manifest = join(this.hidden, 'manifest.json');
  }

  /** The path of a file in the store. */
  at(name: string): string {
    return name === '' ? this.path : join(this.path, ...name.split('/'));
  }

  /** The path of a staged or kept file. */
  part(name: string): string {
    return join(this.files, name);
  }

  intent(runId: string): string {
    return join(this.hidden, `intent-${runId}.json`);
  }

  /** Entries of a folder; none where it is not there. */
  async list(path: string): Promise<readonly Entry[]> {
    try {
      return await this.fileSystem.list(path);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  /** What the store holds. RECORD_DAMAGED where the manifest cannot be trusted. */
  async readManifest(): Promise<StoreRecord> {
    const bytes = await readIfThere(this.fileSystem, this.manifest);
    return bytes === null ? emptyRecord : decodeRecord(bytes, this.manifest);
  }

  /** Changes that were begun and not finished, in the order in which they are to be finished. */
  async readIntents(): Promise<Intent[]> {
    const intents: Intent[] = [];
    for (const { name } of await this.list(this.hidden)) {
      if (!/^intent-.*\.json$/.test(name)) continue;
      const path = join(this.hidden, name);
      const bytes = await readIfThere(this.fileSystem, path);
      if (bytes !== null) intents.push({ path, record: decodeRecord(bytes, path) });
    }
    const last = (record: StoreRecord): number => (record.abandons ? 0 : 1);
    return intents.sort((a, b) => a.record.fence - b.record.fence || last(a.record) - last(b.record));
  }

  /** Staged and kept files that nothing speaks of any more. */
  async leftovers(state: StoreRecord, intents: readonly Intent[]): Promise<string[]> {
    const kept = state.previous === null ? [] : slotsOf(state);
    const wanted = new Set([...kept, ...intents.flatMap(({ record }) => partsOf(record))]);
    const entries = await this.list(this.files);
    return entries.map(({ name }) => name).filter((name) => !wanted.has(name));
  }
}

export const stagedName = (runId: string, sequence: number): string => numbered(runId, sequence, 'part');
export const keptName = (runId: string, sequence: number): string => numbered(runId, sequence, 'old');

const numbered = (runId: string, sequence: number, ending: string): string =>
  `${runId}-${String(sequence).padStart(6, '0')}.${ending}`;

/** The run that a staged or kept file belongs to; null for a file that is not of hygge's naming. */
export function runOf(part: string): string | null {
  return /(?:^|tmp_)([A-Za-z0-9_-]+)-\d{6,}\.(?:part|old)/.exec(part)?.[1] ?? null;
}
