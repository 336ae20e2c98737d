import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { newRunId } from '../../core/run-id.js';
import { fail } from '../../errors/index.js';
import { badRowError } from './bad-row.js';
import { compressionOf, type TextCompression } from './compression.js';
import { type Decoder, decoderOf, type Encoding, Undecodable } from './encoding.js';
import type { SourceContext } from './source.js';
import { unpacked } from './unpack.js';

/** A file as it can be read: in UTF-8. */
export interface Readable {
  readonly path: string;
  readonly compression: TextCompression;
}

/**
 * Files of text in UTF-8. The engine knows too little of other encodings (nothing beyond 16 bits, no byte order), so files
 * in those are written anew beside what it spills, and removed on close.
 */
export class Utf8Copies {
  readonly #encoding: Encoding;
  readonly #compression: TextCompression | 'auto';
  readonly #context: SourceContext;
  #folder: string | null = null;
  #copies = 0;

  constructor(encoding: Encoding, compression: TextCompression | 'auto', context: SourceContext) {
    this.#encoding = encoding;
    this.#compression = compression;
    this.#context = context;
  }

  /** BAD_ROW where there are bytes that are no characters. */
  async of(path: string): Promise<Readable> {
    const compression = compressionOf(path, this.#compression);
    if (this.#encoding === 'utf-8') return { path, compression };
    const copy = join(await this.#place(), `${++this.#copies}.txt`);
    await this.#write(path, compression, copy, decoderOf(this.#encoding));
    return { path: copy, compression: 'none' };
  }

  async remove(): Promise<void> {
    if (this.#folder !== null) await rm(this.#folder, { recursive: true, force: true });
  }

  async #place(): Promise<string> {
    if (this.#folder !== null) return this.#folder;
    const session = await this.#context.engine();
    const [[spill] = [null]] = await session.rows("SELECT current_setting('temp_directory')");
    if (spill === null || spill === undefined)
      throw fail('INTERNAL', { reason: 'the engine has no temp_directory' });
    this.#folder = join(spill, `text-${newRunId()}`);
    await mkdir(this.#folder, { recursive: true });
    return this.#folder;
  }

  async #write(path: string, compression: TextCompression, to: string, decoder: Decoder): Promise<void> {
    const { name, signal } = this.#context;
    const file = await open(to, 'w');
    let lines = 0;
    try {
      for await (const piece of unpacked(path, compression)) {
        signal.throwIfAborted();
        const text = decoder.decode(piece, false);
        lines += count(text);
        await file.writeFile(text);
      }
      await file.writeFile(decoder.decode(new Uint8Array(0), true));
    } catch (cause) {
      if (!(cause instanceof Undecodable)) throw cause;
      const line = lines + count(cause.before) + 1;
      const row = { file: path, line, column: null, raw: null, why: cause.message };
      throw badRowError(name, row, cause);
    } finally {
      await file.close();
    }
  }
}

const count = (text: string): number => text.split('\n').length - 1;
