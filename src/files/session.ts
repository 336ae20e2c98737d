import { fail, HyggeError } from '../errors/index.js';
import { carryOut } from './carry-out.js';
import { listStore } from './contents.js';
import { all, makeFolders, syncFoldersAbove, writeNewFile } from './durable.js';
import type { Host } from './host.js';
import { Lock } from './lock.js';
import { keepRemoved, type Publication, planPublication } from './publication.js';
import {
  type AddedFile,
  emptyRecord,
  encodeRecord,
  inverse,
  type StoredFile,
  type StoreRecord,
  slotsOf,
} from './record.js';
import { type Recovered, settle, sweep } from './recovery.js';
import { type StoreFolder, stagedName } from './store-folder.js';

/** Who opens a store. */
export interface Owner {
  readonly runId: string;
  /** Named to others who find the store held: the entity's name. */
  readonly name: string;
}

export interface SessionOptions {
  readonly folder: StoreFolder;
  readonly host: Host;
  readonly suffix: string;
  readonly keepForUndo: boolean;
  readonly lease: number | undefined;
}

/** A store that is held for one run: from the lock to its release. */
export class Session {
  readonly recovered: readonly Recovered[];
  /** The names in the store when it was opened. */
  readonly names: ReadonlySet<string>;
  readonly #options: SessionOptions;
  readonly #owner: Owner;
  readonly #lock: Lock;
  /** Folders that this session made, the highest first. */
  readonly #made: readonly string[];
  /** fsyncs of staged files, by path: a file is synced once, and a failure is final. */
  readonly #syncs = new Map<string, Promise<void>>();
  #state: StoreRecord;
  #staged = 0;

  private constructor(
    options: SessionOptions,
    owner: Owner,
    lock: Lock,
    made: readonly string[],
    found: { state: StoreRecord; recovered: readonly Recovered[]; names: ReadonlySet<string> },
  ) {
    this.#options = options;
    this.#owner = owner;
    this.#lock = lock;
    this.#made = made;
    this.#state = found.state;
    this.recovered = found.recovered;
    this.names = found.names;
  }

  /** Takes the lock, then finishes or sweeps what a dead run left. STORE_LOCKED where a living run holds it. */
  static async open(options: SessionOptions, owner: Owner): Promise<Session> {
    const { folder, host } = options;
    const before = await folder.readManifest();
    const made = await makeFolders(folder.fileSystem, folder.hidden);
    let lock: Lock;
    try {
      lock = await Lock.acquire({
        fileSystem: folder.fileSystem,
        host,
        store: folder.path,
        folder: folder.hidden,
        runId: owner.runId,
        owner: owner.name,
        fence: before.fence + 1,
        lease: options.lease,
      });
    } catch (error) {
      await removeFolders(folder, made);
      throw error;
    }
    try {
      await makeFolders(folder.fileSystem, folder.files);
      const settled = await settle(folder, lock.holder.token, () => lock.check());
      const { names } = await listStore(folder, settled.state, options.suffix);
      return new Session(options, owner, lock, made, { ...settled, names });
    } catch (error) {
      await lock.release().catch(() => {});
      await removeFolders(folder, [...made, folder.files]);
      throw error;
    }
  }

  get state(): StoreRecord {
    return this.#state;
  }

  allocate(): string {
    this.#staged += 1;
    return this.#options.folder.part(stagedName(this.#owner.runId, this.#staged));
  }

  sync(staged: string): Promise<void> {
    const under = this.#syncs.get(staged) ?? this.#options.folder.fileSystem.syncFile(staged);
    this.#syncs.set(staged, under);
    // Whoever does not wait for it is told when the file is published.
    under.catch(() => {});
    return under;
  }

  /** Makes the staged files visible. See {@link FolderStore.publish}. Gives the record of that change. */
  async publish(publication: Publication): Promise<StoreRecord> {
    const { folder, suffix, keepForUndo } = this.#options;
    const { runId, add } = publication;
    const files = this.#state.files.filter((file) => file.run_id === runId);
    if (this.#state.run_id !== runId && files.length === 0) {
      const listing = await listStore(folder, this.#state, suffix);
      const options = { fence: this.#nextFence(), keep: keepForUndo };
      const next = await planPublication(folder, this.#state, listing, publication, options);
      await keepRemoved(folder, next);
      await this.#commit(
        next,
        runId,
        add.map(({ staged }) => this.sync(staged)),
      );
    }
    // What cannot be swept now will be at the next start; the data is where it should be.
    await this.discard().catch(() => {});
    return this.#state.run_id === runId ? this.#state : { ...emptyRecord, added: files.map(asAdded) };
  }

  /** NOTHING_TO_UNDO where that run, or the last one, cannot be taken back. Changes nothing. */
  async checkUndo(runId: string | undefined): Promise<void> {
    const reason = await this.#whyNoUndo(runId);
    if (reason !== null) throw fail('NOTHING_TO_UNDO', { path: this.#options.folder.path, reason });
  }

  /** Takes the last run back. See {@link FolderStore.undo}. */
  async undo(runId: string | undefined): Promise<StoreRecord> {
    const undone = this.#state;
    await this.checkUndo(runId);
    await this.#commit(inverse(undone, this.#nextFence(), false), this.#owner.runId, []);
    await this.discard().catch(() => {});
    return undone;
  }

  async discard(): Promise<void> {
    await sweep(this.#options.folder, this.#state);
  }

  async close(): Promise<void> {
    const { folder } = this.#options;
    const ours = await this.#lock.check().then(
      () => true,
      () => false,
    );
    if (ours) await this.discard().catch(() => {});
    const unused = await this.#isUnused().catch(() => false);
    if (ours && unused) await folder.fileSystem.rmdir(folder.files).catch(() => {});
    await this.#lock.release().catch(() => {});
    if (ours && unused) await removeFolders(folder, [...this.#made, folder.hidden]);
  }

  #nextFence(): number {
    return Math.max(this.#lock.holder.fence, this.#state.fence + 1);
  }

  /**
   * The step that must not be cut in two: the intent becomes durable, then it is carried out. A failure in between
   * is answered with the way back, by the same means, so that a run that fails has changed nothing.
   */
  async #commit(next: StoreRecord, id: string, syncs: readonly Promise<void>[]): Promise<void> {
    const { folder } = this.#options;
    const { fileSystem } = folder;
    const intent = folder.intent(id);
    const draft = `${intent}.tmp`;
    try {
      await all([
        ...syncs,
        fileSystem.syncFolder(folder.files),
        ...(this.#state.fence === 0 ? [syncFoldersAbove(fileSystem, folder.files)] : []),
        writeNewFile(fileSystem, draft, encodeRecord(next)),
      ]);
      await this.#lock.check();
    } catch (error) {
      await fileSystem.unlink(draft).catch(() => {});
      throw error;
    }
    try {
      await fileSystem.rename(draft, intent);
      await fileSystem.syncFolder(folder.hidden);
      await this.#lock.check();
      await carryOut(folder, next, intent, () => this.#lock.check());
    } catch (error) {
      if (!(await this.#isComplete(next))) await this.#abandon(next, intent, error);
    }
    this.#state = next;
  }

  /** Whether a change is done all the same: a network may carry out what it reports as failed. */
  async #isComplete(next: StoreRecord): Promise<boolean> {
    try {
      return (await this.#options.folder.readManifest()).fence === next.fence;
    } catch {
      return false;
    }
  }

  /**
   * Turns an intent into its opposite, and fails with the cause. Once that is durable, the store comes to its old
   * state, now or later. An undo has no opposite: what it takes out is not kept.
   */
  async #abandon(next: StoreRecord, intent: string, cause: unknown): Promise<never> {
    const { folder } = this.#options;
    const { fileSystem } = folder;
    const draft = `${intent}.back.tmp`;
    const back = inverse({ ...next, previous: this.#state }, next.fence, true);
    const unfinished = (error: unknown): unknown => {
      if (error instanceof HyggeError && error.code === 'LOCK_LOST') return error;
      const reason = cause instanceof Error ? cause.message : String(cause);
      return fail('PUBLISH_UNFINISHED', { path: folder.path, reason }, { cause });
    };
    try {
      await this.#lock.check();
      if (next.undoes !== null) throw cause;
      await writeNewFile(fileSystem, draft, encodeRecord(back));
      await fileSystem.rename(draft, intent);
      await fileSystem.syncFolder(folder.hidden);
    } catch (error) {
      throw unfinished(error);
    }
    // What was put in place and could not be taken out again can be seen until the next start has done it.
    await carryOut(folder, back, intent, () => this.#lock.check()).catch((error) => {
      throw unfinished(error);
    });
    throw cause;
  }

  async #whyNoUndo(runId: string | undefined): Promise<string | null> {
    const { run_id: last, previous, undoes, removed } = this.#state;
    const { folder } = this.#options;
    if (undoes !== null && (runId === undefined || runId === undoes))
      return `run ${undoes} was taken back before`;
    if (last === null) return 'no run has published into it';
    if (runId !== undefined && runId !== last) return `its last run is ${last}, not ${runId}`;
    if (previous === null) return `what run ${last} took out was not kept`;
    for (const slot of slotsOf(this.#state)) {
      if ((await folder.fileSystem.stat(folder.part(slot))) === null)
        return `something removed ${slot}, which was kept for this`;
    }
    const names = new Set(removed.map(({ name }) => name));
    const added = new Set(this.#state.added.map(({ name }) => name));
    for (const name of names) {
      if (!added.has(name) && (await folder.fileSystem.stat(folder.at(name))) !== null)
        return `a new file ${name} is where an old one would come back`;
    }
    return null;
  }

  /** Whether the store has no history, and so no need of a `.hygge`. */
  async #isUnused(): Promise<boolean> {
    const { folder } = this.#options;
    return (
      (await folder.fileSystem.stat(folder.manifest)) === null && (await folder.readIntents()).length === 0
    );
  }
}

const asAdded = (file: StoredFile): AddedFile => ({ ...file, part: '' });

async function removeFolders(folder: StoreFolder, paths: readonly string[]): Promise<void> {
  for (const path of [...new Set(paths)].reverse()) await folder.fileSystem.rmdir(path).catch(() => {});
}
