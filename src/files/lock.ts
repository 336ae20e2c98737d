import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fail } from '../errors/index.js';
import { makeFolders, writeNewFile } from './durable.js';
import { errorCode, type FileSystem, type OpenFile, unless } from './file-system.js';
import type { Host } from './host.js';
import { type Holder, readHolder, sayHolder } from './lock-holder.js';

/** Seconds without a sign of life after which a holder on another machine counts as dead. */
export const defaultLease = 60;
/** What a file system answers that has no second names for files, or not for these. */
export const noLinks = new Set(['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

export interface LockRequest {
  readonly fileSystem: FileSystem;
  readonly host: Host;
  /** The store, for messages. */
  readonly store: string;
  /** The folder that the lock lies in. Made where it is not there. */
  readonly folder: string;
  readonly runId: string;
  /** Who asks, in messages: the entity's name. */
  readonly owner: string;
  /** Higher than every fence that the store has seen. */
  readonly fence: number;
  /** Seconds; default 60. */
  readonly lease?: number | undefined;
}

/**
 * Holds a store for one run: `lock.json`, made exclusively, with a heartbeat. It is taken over only from a holder
 * that is provably dead, or that is on another machine and has given no sign of life for its lease.
 *
 * Whoever wants to change a lock of token T, its holder included, first makes `lock-T.json`, exclusively too. So of
 * several that take over one wins, and a holder that wakes up late cannot remove its successor's lock. Such a right
 * is a lock like any other: when its maker died, it is taken over in the same way.
 */
export class Lock {
  readonly holder: Holder;
  readonly #request: LockRequest;
  readonly #file: OpenFile;
  readonly #bytes: Uint8Array;
  readonly #timer: NodeJS.Timeout;
  #beating = false;
  /** When the last sign of life was given, in milliseconds. */
  #alive = performance.now();

  private constructor(request: LockRequest, holder: Holder, file: OpenFile, bytes: Uint8Array) {
    this.#request = request;
    this.holder = holder;
    this.#file = file;
    this.#bytes = bytes;
    this.#timer = setInterval(() => void this.#beat(), (holder.lease_seconds * 1000) / 6).unref();
  }

  /** Takes the lock. STORE_LOCKED, which says who holds it, where a living run does. */
  static async acquire(request: LockRequest): Promise<Lock> {
    const { fileSystem, folder } = request;
    const token = newToken();
    const before = await readHolder(fileSystem, request.host, lockPath(folder));
    const holder: Holder = {
      token,
      fence: Math.max(request.fence, (before?.fence ?? 0) + 1),
      run_id: request.runId,
      owner: request.owner,
      ...(await request.host.identity()),
      acquired_at: new Date().toISOString(),
      lease_seconds: request.lease ?? defaultLease,
    };
    const bytes = bytesOf(holder);
    // Another run that lets go may remove the folder, and one that takes the lock sweeps drafts: begin again.
    for (let round = 1; ; round++) {
      const draft = join(folder, `lock-${token}-${round}.tmp`);
      await makeFolders(fileSystem, folder);
      try {
        await writeNewFile(fileSystem, draft, bytes, { sync: false });
        await seize(request, lockPath(folder), draft);
        return new Lock(request, holder, await fileSystem.open(lockPath(folder), 'change'), bytes);
      } catch (error) {
        if (errorCode(error) !== 'ENOENT' || round === 20) throw error;
      } finally {
        await fileSystem.unlink(draft).catch(() => {});
      }
    }
  }

  /** LOCK_LOST where another run has taken the store over. Asked before every step that changes the store. */
  async check(): Promise<void> {
    const { fileSystem, host, folder, store } = this.#request;
    const current = await readHolder(fileSystem, host, lockPath(folder));
    if (current?.token === this.holder.token) return;
    const holder = current === null ? 'its lock is gone' : `it is now held by ${sayHolder(current)}`;
    throw fail('LOCK_LOST', { path: store, owner: this.holder.owner, holder });
  }

  /** Lets go. Leaves the lock alone where it is another run's by now. */
  async release(): Promise<void> {
    const { fileSystem, host, folder } = this.#request;
    clearInterval(this.#timer);
    await this.#file.close().catch(() => {});
    const right = rightPath(folder, this.holder.token);
    try {
      // A token of its own, for each lock is known, and taken over, by its token.
      const bytes = bytesOf({ ...this.holder, token: newToken() });
      await writeNewFile(fileSystem, right, bytes, { sync: false });
    } catch (error) {
      if (errorCode(error) === 'EEXIST' || errorCode(error) === 'ENOENT') return;
      // A full disk has no room for it. It is there for the case of a lease that ran out, and if none can have, we
      // can do without: a lock that stayed would keep this very process from its own store.
      if (performance.now() - this.#alive > (this.holder.lease_seconds * 1000) / 2) throw error;
    }
    const current = await readHolder(fileSystem, host, lockPath(folder));
    if (current?.token === this.holder.token) await fileSystem.unlink(lockPath(folder));
    await unless('ENOENT', fileSystem.unlink(right));
  }

  /** A sign of life: the same bytes again, so that the file system's own clock says when. */
  async #beat(): Promise<void> {
    if (this.#beating) return;
    this.#beating = true;
    try {
      await this.#file.write(this.#bytes);
      await this.#file.sync();
      this.#alive = performance.now();
    } catch {
      // The next one may succeed; if none does, the lease runs out, and `check` says so.
    } finally {
      this.#beating = false;
    }
  }
}

const newToken = (): string => randomBytes(12).toString('hex');
const bytesOf = (holder: Holder): Uint8Array => Buffer.from(`${JSON.stringify(holder, null, 1)}\n`);

export const lockPath = (folder: string): string => join(folder, 'lock.json');
const rightPath = (folder: string, token: string): string => join(folder, `lock-${token}.json`);

/** Puts the draft in the place of `path`, where that is free or its holder is dead. */
async function seize(request: LockRequest, path: string, draft: string): Promise<void> {
  const { fileSystem, host } = request;
  while (!(await claim(fileSystem, draft, path))) {
    const holder = await readHolder(fileSystem, host, path);
    if (holder === null) continue;
    if (!(await isDead(request, holder, path, draft))) throw lockedBy(request.store, holder);
    const right = rightPath(dirname(path), holder.token);
    await seize(request, right, draft);
    try {
      const still = await readHolder(fileSystem, host, path);
      if (still?.token !== holder.token) continue;
      const successor = `${draft}.next`;
      if (!(await claim(fileSystem, draft, successor))) throw lockedBy(request.store, holder);
      await fileSystem.rename(successor, path);
      return;
    } finally {
      await unless('ENOENT', fileSystem.unlink(right));
    }
  }
}

/** Gives a draft a second name; false where the name is taken. Never shows a half-written file. */
async function claim(fileSystem: FileSystem, draft: string, path: string): Promise<boolean> {
  try {
    return await unless('EEXIST', fileSystem.link(draft, path));
  } catch (error) {
    if (!noLinks.has(errorCode(error) ?? '')) throw error;
    const bytes = await fileSystem.read(draft);
    return unless('EEXIST', writeNewFile(fileSystem, path, bytes, { sync: false }));
  }
}

async function isDead(request: LockRequest, holder: Holder, path: string, draft: string): Promise<boolean> {
  if (holder.torn) return true;
  const alive = await request.host.isAlive(holder);
  if (alive !== null) return !alive;
  // Clocks of two machines differ; the times that one file system gives to two files can be compared.
  const [then, now] = await Promise.all([request.fileSystem.stat(path), request.fileSystem.stat(draft)]);
  return then !== null && now !== null && now.modified - then.modified > holder.lease_seconds * 1000;
}

function lockedBy(store: string, holder: Holder) {
  return fail('STORE_LOCKED', {
    path: store,
    owner: holder.owner,
    runId: holder.run_id,
    host: holder.host,
    pid: holder.pid,
    since: holder.acquired_at,
  });
}
