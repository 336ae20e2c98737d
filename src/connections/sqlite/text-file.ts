import { type FileHandle, open } from 'node:fs/promises';
import type { SpoolFolder } from '../spool-folder.js';

export interface WholeFile {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

export const newline = Buffer.from('\n');

/** Lines on their way into one file after the other. */
export class TextFile {
  readonly #folder: SpoolFolder;
  #open: { readonly path: string; readonly handle: FileHandle } | null = null;
  rows = 0;
  bytes = 0;

  constructor(folder: SpoolFolder) {
    this.#folder = folder;
  }

  async add(text: Uint8Array, rows: number): Promise<void> {
    this.#open ??= await this.#make();
    // From where the last has ended, all of it.
    await this.#open.handle.writeFile(text);
    await this.#open.handle.writeFile(newline);
    this.rows += rows;
    this.bytes += text.length + 1;
  }

  async end(): Promise<WholeFile> {
    const { path } = this.#open ?? { path: '' };
    const ended = { path, rows: this.rows, bytes: this.bytes };
    await this.close();
    [this.rows, this.bytes] = [0, 0];
    return ended;
  }

  /** Safe to call twice. */
  async close(): Promise<void> {
    await this.#open?.handle.close();
    this.#open = null;
  }

  async #make(): Promise<{ path: string; handle: FileHandle }> {
    const path = await this.#folder.file();
    return { path, handle: await open(path, 'wx') };
  }
}
