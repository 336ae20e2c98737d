import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { isLocal } from './local.js';
import { quick, step } from './quick.js';

type Done<T> = (error: Error | null, result: T) => void;

const open: (path: string, flags: string) => Promise<number> = quick(fs.openSync, promisify(fs.open));
const close = promisify(fs.close);
const stat = promisify((file: number, done: Done<fs.Stats>) => fs.fstat(file, done));
const read = promisify((file: number, into: Uint8Array, from: number, done: Done<number>) =>
  fs.read(file, into, 0, into.length, from, done),
);
const write = promisify((file: number, bytes: Uint8Array, to: number, done: Done<number>) =>
  fs.write(file, bytes, 0, bytes.length, to, done),
);
// these wait for the disk: never in place
const sync = promisify(fs.fsync);
const datasync = promisify(fs.fdatasync);

/**
 * An open file. Small calls are made in place where that is quick: copying from the cache of the file system takes
 * about half the time so, since what was read is still in the cache of the processor that writes it.
 */
export class DiskFile {
  readonly path: string;
  #file: number | null;
  readonly #isLocal: boolean;

  private constructor(path: string, file: number, local: boolean) {
    this.path = path;
    this.#file = file;
    this.#isLocal = local;
  }

  /** `flags`: those of Node, such as `wx`. */
  static async open(path: string, flags: string): Promise<DiskFile> {
    return new DiskFile(path, await open(path, flags), await isLocal(path));
  }

  /** Fills `into` from a place of the file; gives the bytes that were there. */
  async read(into: Uint8Array, from: number): Promise<number> {
    const file = this.#number;
    let done = 0;
    while (done < into.length) {
      const [rest, at] = [into.subarray(done), from + done];
      const bytes = await this.#step(
        () => fs.readSync(file, rest, 0, rest.length, at),
        () => read(file, rest, at),
      );
      if (bytes === 0) break;
      done += bytes;
    }
    return done;
  }

  /** Writes all bytes, to a place of the file. `beside`: by another thread, since this one has other work meanwhile. */
  async write(bytes: Uint8Array, to: number, beside = false): Promise<void> {
    const file = this.#number;
    for (let done = 0; done < bytes.length; ) {
      const [rest, at] = [bytes.subarray(done), to + done];
      done += beside
        ? await this.#named(write(file, rest, at))
        : await this.#step(
            () => fs.writeSync(file, rest, 0, rest.length, at),
            () => write(file, rest, at),
          );
    }
  }

  stat(): Promise<{ readonly size: number; readonly mtimeMs: number }> {
    const file = this.#number;
    return this.#step(
      () => fs.fstatSync(file),
      () => stat(file),
    );
  }

  /** fsync. After a failure the file must not be synced again. */
  sync(): Promise<void> {
    return this.#named(sync(this.#number));
  }

  /** fdatasync, likewise. */
  datasync(): Promise<void> {
    return this.#named(datasync(this.#number));
  }

  /** To be called when no other call is under way. Does nothing the second time. */
  async close(): Promise<void> {
    if (this.#file === null) return;
    const file = this.#file;
    this.#file = null;
    await this.#step(
      () => fs.closeSync(file),
      () => close(file),
    );
  }

  get #number(): number {
    if (this.#file === null) throw new Error(`${this.path} is closed`);
    return this.#file;
  }

  #step<T>(inPlace: () => T, byThread: () => Promise<T>): Promise<T> {
    return this.#named(step(this.#isLocal, inPlace, byThread));
  }

  /** Node leaves the path out of errors about open files; a person needs it. */
  async #named<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      if (error instanceof Error && !('path' in error)) Object.assign(error, { path: this.path });
      throw error;
    }
  }
}
