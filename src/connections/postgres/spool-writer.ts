import { type FileHandle, open } from 'node:fs/promises';
import type { SpoolFolder } from '../spool-folder.js';
import type { RowSink, RowText } from './copy-out.js';

/** Some rows of a server in a file, in the text form of COPY. */
export interface SpoolFile {
  readonly path: string;
  readonly rows: number;
  /** Bytes of the longest line. */
  readonly longest: number;
}

/** Bytes that are gathered before they are written, and how often so many may wait for the disk. */
const blockBytes = 1 << 20;
const mostWaiting = 8;

/**
 * Writes rows into files that hold about so many bytes each, and gives each file as soon as it is whole. Where whoever
 * takes it gives a promise, nothing more is written until that has settled, and soon no more rows are taken.
 */
export class SpoolWriter implements RowSink {
  readonly #folder: SpoolFolder;
  readonly #bytes: number;
  readonly #onFile: (file: SpoolFile) => unknown;
  readonly #onRows: () => void;
  /** What is being filled, and what has been written and can be filled again. */
  #block: Buffer | null = null;
  #filled = 0;
  readonly #free: Buffer[] = [];
  #waiting = 0;
  /** Of the file that is being filled. */
  #rows = 0;
  #longest = 0;
  #size = 0;
  #file: { readonly path: string; readonly handle: FileHandle } | null = null;
  #last: Promise<void> = Promise.resolve();

  /** `onRows`: called as rows come, long before their file is whole. */
  constructor(
    folder: SpoolFolder,
    bytes: number,
    onFile: (file: SpoolFile) => unknown,
    onRows: () => void = () => {},
  ) {
    this.#folder = folder;
    this.#bytes = bytes;
    this.#onFile = onFile;
    this.#onRows = onRows;
  }

  take({ bytes, rows, end, longest }: RowText): Promise<void> | null {
    this.#onRows();
    this.#rows += rows;
    this.#longest = Math.max(this.#longest, longest);
    const isFull = rows > 0 && this.#size + end >= this.#bytes;
    if (isFull) {
      this.#gather(bytes.subarray(0, end));
      this.#flush();
      this.#cut();
      this.#gather(bytes.subarray(end));
    } else this.#gather(bytes);
    return this.#waiting > mostWaiting ? this.#last : null;
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

  #gather(bytes: Buffer): void {
    this.#size += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      this.#block ??= this.#free.pop() ?? Buffer.allocUnsafeSlow(blockBytes);
      const taken = bytes.copy(this.#block, this.#filled, at);
      this.#filled += taken;
      at += taken;
      if (this.#filled === blockBytes) this.#flush();
    }
  }

  #flush(): void {
    const block = this.#block;
    const length = this.#filled;
    if (block === null) return;
    [this.#block, this.#filled] = [null, 0];
    this.#waiting += 1;
    this.#then(async () => {
      this.#file ??= await this.#open();
      for (let at = 0; at < length; )
        at += (await this.#file.handle.write(block, at, length - at)).bytesWritten;
      this.#waiting -= 1;
      this.#free.push(block);
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
      await this.#onFile({ path: file.path, rows, longest });
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
