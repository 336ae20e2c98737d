import { type FileHandle, open } from 'node:fs/promises';
import type { RowSink } from './copy-out.js';
import type { SpoolFolder } from './spool-folder.js';

/** Some rows of a server in a file, in the text form of COPY. */
export interface SpoolFile {
  readonly path: string;
  readonly rows: number;
  /** Bytes of the longest line. */
  readonly longest: number;
}

/** Bytes that are gathered before they are written, and bytes that may wait for the disk. */
const gathered = 1 << 20;
const waiting = 1 << 24;

/** Writes rows into files that hold about so many bytes each, and gives each file as soon as it is whole. */
export class SpoolWriter implements RowSink {
  readonly #folder: SpoolFolder;
  readonly #bytes: number;
  readonly #onFile: (file: SpoolFile) => void;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #unwritten = 0;
  /** Of the file that is being filled. */
  #rows = 0;
  #longest = 0;
  #size = 0;
  #file: { readonly path: string; readonly handle: FileHandle } | null = null;
  #last: Promise<void> = Promise.resolve();

  constructor(folder: SpoolFolder, bytes: number, onFile: (file: SpoolFile) => void) {
    this.#folder = folder;
    this.#bytes = bytes;
    this.#onFile = onFile;
  }

  take(bytes: Buffer, rows: number, longest: number): Promise<void> | null {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    this.#size += bytes.length;
    this.#rows += rows;
    this.#longest = Math.max(this.#longest, longest);
    const isFull = this.#size >= this.#bytes;
    if (isFull || this.#pendingBytes >= gathered) this.#flush();
    if (isFull) this.#cut();
    return this.#unwritten > waiting ? this.#last : null;
  }

  /** Writes what is left, and gives the last file, if there is one. */
  async end(): Promise<void> {
    this.#flush();
    if (this.#rows > 0) this.#cut();
    await this.#last;
  }

  /** Lets go of a file that will not be filled. */
  async discard(): Promise<void> {
    await this.#last.catch(() => {});
    await this.#file?.handle.close().catch(() => {});
    this.#file = null;
  }

  #flush(): void {
    const bytes = this.#pendingBytes;
    const block = Buffer.concat(this.#pending, bytes);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#unwritten += bytes;
    this.#then(async () => {
      this.#file ??= await this.#open();
      await this.#file.handle.appendFile(block);
      this.#unwritten -= bytes;
    });
  }

  #cut(): void {
    const { rows, longest } = { rows: this.#rows, longest: this.#longest };
    [this.#rows, this.#longest, this.#size] = [0, 0, 0];
    this.#then(async () => {
      const file = this.#file;
      this.#file = null;
      if (file === null) return;
      await file.handle.close();
      this.#onFile({ path: file.path, rows, longest });
    });
  }

  async #open(): Promise<{ path: string; handle: FileHandle }> {
    const path = await this.#folder.file();
    return { path, handle: await open(path, 'wx') };
  }

  #then(work: () => Promise<void>): void {
    this.#last = this.#last.then(work);
    this.#last.catch(() => {});
  }
}
