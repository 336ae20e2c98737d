import { basename, dirname, join } from 'node:path';
import { fail } from '../errors/index.js';
import { listStore } from './contents.js';
import { translated } from './file-error.js';
import { errorCode, type FileSystem } from './file-system.js';
import { flushWhile } from './flush.js';
import { type Host, thisHost } from './host.js';
import { lockPath } from './lock.js';
import { type Holder, readHolder } from './lock-holder.js';
import { nodeFileSystem } from './node-file-system.js';
import type { Publication } from './publication.js';
import type { StoredFile, StoreRecord } from './record.js';
import type { Recovered } from './recovery.js';
import { type Owner, Session } from './session.js';
import { runOf, StoreFolder } from './store-folder.js';

export interface FolderStoreOptions {
  readonly path: string;
  /** What the names of the store's files end in, such as ".parquet": what counts as foreign is of these. */
  readonly suffix: string;
  /** Whether what a run takes out is kept until the next run has published. Default: true. */
  readonly keepForUndo?: boolean;
  /** Seconds without a sign of life after which a holder on another machine counts as dead. Default: 60. */
  readonly lease?: number;
  readonly fileSystem?: FileSystem;
  readonly host?: Host;
}

/** What is in a store. */
export interface FolderContents {
  readonly exists: boolean;
  /** hygge's files that are there as they were put there; with a change under way, those that it leads to. */
  readonly files: readonly StoredFile[];
  /** hygge's files that somebody took away. */
  readonly missing: readonly StoredFile[];
  /** hygge's files that are not as they were put there; they are among the foreign ones too. */
  readonly changed: readonly StoredFile[];
  /** Files with the suffix that hygge did not put there, or that somebody changed since. Never removed unasked. */
  readonly foreign: readonly string[];
  /** The last run that published, and what it kept with its data. */
  readonly runId: string | null;
  readonly record: unknown;
  /** Changes that were begun and are not finished: the next `begin` finishes them, if nobody is at it. */
  readonly pending: readonly { readonly runId: string | null; readonly record: unknown }[];
  /** Runs that have staged files here. */
  readonly staging: readonly (string | null)[];
  /** Who holds the store, or held it when they died. */
  readonly holder: Holder | null;
}

/** What a publication did. */
export interface PublishedChange {
  /** Full paths of the files that were added. */
  readonly files: readonly string[];
  /** How many files were taken out. */
  readonly removed: number;
  /** Of the added files together. */
  readonly bytes: number;
}

/**
 * A folder as a store: files are staged where no reader looks, and then put in place, and others taken out, as one
 * change. After a crash at any moment the next `begin` (or `recover`) brings the folder to the old files or the new.
 * One object is used for one run: `inspect`?, `begin`, `allocate`…, `publish` or `discard`, `close`.
 */
export class FolderStore {
  readonly #options: FolderStoreOptions;
  readonly #fileSystem: FileSystem;
  readonly #host: Host;
  #session: Session | null = null;
  #opening: Promise<Session> | null = null;

  constructor(options: FolderStoreOptions) {
    this.#options = options;
    this.#fileSystem = options.fileSystem ?? nodeFileSystem;
    this.#host = options.host ?? thisHost;
  }

  /**
   * What is there now. Writes nothing. STORE_PATH_IS_FILE, PATH_NOT_WRITABLE where nothing could be written;
   * RECORD_DAMAGED where hygge's record of the store cannot be trusted.
   */
  inspect(): Promise<FolderContents> {
    return this.#translated(async () => {
      const { folder, exists } = await this.#locate();
      const intents = await folder.readIntents();
      const manifest = await folder.readManifest();
      const pending = intents.map(({ record }) => record).filter(({ fence }) => fence > manifest.fence);
      const state = pending.filter(({ abandons }) => !abandons).at(-1) ?? manifest;
      const { files, missing, changed, foreign } = await listStore(folder, state, this.#options.suffix);
      const parts = await folder.leftovers(state, intents);
      return {
        exists,
        files,
        missing,
        changed,
        foreign,
        runId: state.run_id,
        record: state.record,
        pending: pending.map(({ run_id, undoes, record }) => ({ runId: run_id ?? undoes, record })),
        staging: [...new Set(parts.map(runOf))],
        holder: await readHolder(this.#fileSystem, this.#host, lockPath(folder.hidden)),
      };
    });
  }

  /**
   * Takes the store for a run, then finishes or sweeps what dead runs left, and says so. STORE_LOCKED where a
   * living run holds it. A run id that comes back as rolled forward has been published: `publish` of the same
   * run id is then without effect.
   */
  async begin(owner: Owner): Promise<readonly Recovered[]> {
    if (this.#opening !== null) throw fail('INTERNAL', { reason: 'a store was begun twice' });
    this.#opening = this.#translated(() => this.#open(owner));
    this.#session = await this.#opening;
    return this.#session.recovered;
  }

  /** The run whose data the store holds, what it kept, and the run that was taken back last, if none has followed. */
  lastRun(): { readonly runId: string | null; readonly record: unknown; readonly undoes: string | null } {
    const { run_id: runId, record, undoes } = this.#opened().state;
    return { runId, record, undoes };
  }

  /** The names in the store as `begin` found them, whoever put them there. New names must not be among them. */
  existingNames(): ReadonlySet<string> {
    return this.#opened().names;
  }

  /** A path for one more staged file: on the store's own volume, with a name that no reader looks for. */
  allocate(): string {
    return this.#opened().allocate();
  }

  /**
   * Makes a staged file durable while others are still being written; `publish` syncs those that were not. Waiting
   * for it is not needed: a failure is also told by `publish`, and is final.
   */
  sync(staged: string): Promise<void> {
    return this.#translated(() => this.#opened().sync(staged));
  }

  /**
   * Waits for work that writes a staged file, and brings the file to the disk meanwhile, so that little is left for
   * `sync`. A failure is final.
   */
  flushWhile<T>(staged: string, work: Promise<T>): Promise<T> {
    return this.#translated(() => flushWhile(this.#fileSystem, staged, work));
  }

  /**
   * Makes staged files visible, and takes others out, as one change. Idempotent: the run id that was published last
   * is not published again. A publication that fails has changed nothing, save with LOCK_LOST (another run decides)
   * and PUBLISH_UNFINISHED (the next `begin` decides). After a failure there is only `close`.
   */
  publish(publication: Publication): Promise<PublishedChange> {
    return this.#translated(async () => this.#changeOf(await this.#opened().publish(publication)));
  }

  /**
   * Takes back the run that published last: its files go, those that it took out come back, and so does the record
   * before it. NOTHING_TO_UNDO where that is not possible. Gives the run that was taken back.
   * @param runId fails unless it is this run; default: whichever was the last
   */
  undo(runId?: string): Promise<{ readonly runId: string | null; readonly record: unknown }> {
    return this.#translated(async () => {
      const undone = await this.#opened().undo(runId);
      return { runId: undone.run_id, record: undone.record };
    });
  }

  /** NOTHING_TO_UNDO where `undo` of that run is not possible. Changes nothing. */
  checkUndo(runId?: string): Promise<void> {
    return this.#translated(() => this.#opened().checkUndo(runId));
  }

  /** Removes what was staged and not published. */
  discard(): Promise<void> {
    return this.#translated(async () => this.#session?.discard());
  }

  /** Lets go of the store, and removes what was staged. Never fails; safe to call twice, and after any error. */
  async close(): Promise<void> {
    // Whoever did not wait for `begin` must not be left with a store that is held.
    const session = await this.#opening?.catch(() => null);
    this.#opening = null;
    this.#session = null;
    await session?.close();
  }

  /** Finishes or sweeps what dead runs left, without a run of its own. Nothing is made where there is no store. */
  async recover(owner: Owner): Promise<readonly Recovered[]> {
    if (!(await this.isKnown())) return [];
    try {
      return await this.begin(owner);
    } finally {
      await this.close();
    }
  }

  /** Whether any run has ever begun here. Writes nothing. */
  isKnown(): Promise<boolean> {
    return this.#translated(async () => {
      const { folder } = await this.#locate();
      return (await this.#fileSystem.stat(folder.hidden)) !== null;
    });
  }

  async #open(owner: Owner): Promise<Session> {
    if (!/^[A-Za-z0-9_-]+$/.test(owner.runId))
      throw fail('INTERNAL', { reason: `"${owner.runId}" cannot be a run id in a folder` });
    const { folder } = await this.#locate();
    const { suffix, keepForUndo = true, lease } = this.#options;
    return Session.open({ folder, host: this.#host, suffix, keepForUndo, lease }, owner);
  }

  #opened(): Session {
    if (this.#session === null) throw fail('INTERNAL', { reason: 'a store was used before it was begun' });
    return this.#session;
  }

  #changeOf(record: StoreRecord): PublishedChange {
    return {
      files: record.added.map(({ name }) => join(this.#options.path, ...name.split('/'))),
      removed: record.removed.length,
      bytes: record.added.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  /** The folder with every link in its path followed, and whether it is there. Fails where it cannot be written. */
  async #locate(): Promise<{ readonly folder: StoreFolder; readonly exists: boolean }> {
    const { path } = this.#options;
    let existing = path;
    const below: string[] = [];
    for (;;) {
      try {
        existing = await this.#fileSystem.realpath(existing);
        break;
      } catch (error) {
        if (errorCode(error) === 'ENOTDIR' || errorCode(error) === 'ENOENT') {
          below.unshift(basename(existing));
          existing = dirname(existing);
        } else throw error;
      }
    }
    const stat = await this.#fileSystem.stat(existing);
    if (stat?.kind !== 'folder') {
      if (below.length === 0) throw fail('STORE_PATH_IS_FILE', { path });
      throw fail('PATH_NOT_WRITABLE', { path, what: 'the store', reason: `${existing} is a file` });
    }
    await this.#fileSystem.checkWritable(existing);
    return {
      folder: new StoreFolder(this.#fileSystem, join(existing, ...below)),
      exists: below.length === 0,
    };
  }

  #translated<T>(operation: () => Promise<T>): Promise<T> {
    return translated('the store', this.#options.path, operation);
  }
}
