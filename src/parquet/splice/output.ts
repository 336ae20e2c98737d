import { rm } from 'node:fs/promises';
import { DiskFile } from '../../files/index.js';
import { asWriteError } from '../file-error.js';

/** Bytes that are gathered before they are written. */
const bufferBytes = 1024 * 1024;
/** Bytes after which a file that is still growing is handed to the disk. */
const handOverBytes = 64 * 1024 * 1024;

/** Buffers of files that are finished, for the next ones; no more than may be open at a time. */
const spare: Buffer[] = [];
const mostSpare = 2;

/** A new file that is written from its beginning: data at known places first, and then one thing after another. */
export class OutputFile {
  readonly path: string;
  readonly #file: DiskFile;
  #buffer: Buffer | null = null;
  #buffered = 0;
  /** Where the buffer's first byte goes. */
  #written: number;
  #sinceHandOver = 0;
  #handOver: Promise<void> | null = null;
  /** Whether that has begun, if only for a part. */
  #handedOver = false;
  #failure: unknown = null;

  private constructor(path: string, file: DiskFile, start: number) {
    this.path = path;
    this.#file = file;
    this.#written = start;
  }

  /** `appendFrom`: where {@link append} begins. PATH_NOT_WRITABLE where the file is already there. */
  static async create(path: string, appendFrom: number): Promise<OutputFile> {
    try {
      return new OutputFile(path, await DiskFile.open(path, 'wx'), appendFrom);
    } catch (error) {
      throw asWriteError(error, path);
    }
  }

  /** Where the next appended byte goes. */
  get end(): number {
    return this.#written + this.#buffered;
  }

  /** `beside`: by another thread, since this one has other work meanwhile. */
  async writeAt(bytes: Uint8Array, position: number, beside = false): Promise<void> {
    try {
      // who writes into a file that is being handed over waits for that now and then
      await this.#file.write(bytes, position, beside || this.#handedOver);
      this.#sinceHandOver += bytes.length;
      if (this.#sinceHandOver >= handOverBytes) this.#toDisk();
    } catch (error) {
      throw asWriteError(error, this.path);
    }
  }

  async append(bytes: Uint8Array): Promise<void> {
    if (this.#buffered + bytes.length > bufferBytes) await this.#flush();
    if (bytes.length > bufferBytes) {
      await this.writeAt(bytes, this.#written);
      this.#written += bytes.length;
    } else {
      this.#buffer ??= spare.pop() ?? Buffer.allocUnsafeSlow(bufferBytes);
      this.#buffer.set(bytes, this.#buffered);
      this.#buffered += bytes.length;
    }
  }

  /**
   * Writes what is left. `sync`: and waits until the disk has it. Else what was begun of that goes on, and whoever
   * writes the next file need not wait for it: the promise within ends with it.
   */
  async finish(sync: boolean): Promise<{ readonly closed: Promise<void> }> {
    await this.#flush();
    if (this.#buffer !== null && spare.length < mostSpare) spare.push(this.#buffer);
    this.#buffer = null;
    const closed = this.#close(sync);
    if (sync) await closed;
    closed.catch(() => {});
    return { closed };
  }

  /** Takes the file away again. Safe after errors. */
  async discard(): Promise<void> {
    await this.#handOver;
    await this.#file.close().catch(() => undefined);
    await rm(this.path, { force: true });
  }

  /**
   * Starts writing to the disk what there is, while more is being copied: whoever syncs the file in the end has less
   * to wait for. A failure is final, and told when it is closed, since a second sync may not tell it.
   */
  #toDisk(): void {
    if (this.#handOver !== null) return;
    this.#sinceHandOver = 0;
    this.#handedOver = true;
    this.#handOver = this.#file
      .datasync()
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => {
        this.#handOver = null;
      });
  }

  async #close(sync: boolean): Promise<void> {
    try {
      try {
        await this.#handOver;
        if (this.#failure !== null) throw this.#failure;
        if (sync) await this.#file.sync();
      } finally {
        await this.#file.close();
      }
    } catch (error) {
      throw asWriteError(error, this.path);
    }
  }

  async #flush(): Promise<void> {
    if (this.#buffer === null) return;
    const ready = this.#buffer.subarray(0, this.#buffered);
    this.#buffered = 0;
    await this.writeAt(ready, this.#written);
    this.#written += ready.length;
  }
}
