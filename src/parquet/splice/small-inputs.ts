import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fail } from '../../errors/index.js';
import { Pace } from '../../files/index.js';
import { asFileError } from '../file-error.js';
import type { PlannedInput } from './plan.js';

/** Files above this are worth being read by other threads. */
const smallBytes = 1024 * 1024;

/** Reads small inputs in place, where that is quick: with thousands of them the way to other threads is the longest. */
export class SmallInputs {
  readonly #pace = new Pace();
  /** The input that was read last. */
  #open: { readonly input: PlannedInput; readonly file: number } | null = null;

  /** Whether an input is to be read here; asked once before each reading. */
  takes(input: PlannedInput): boolean {
    return input.bytes <= smallBytes && (this.#open?.input === input || this.#pace.inPlace);
  }

  /**
   * Fills `into` from a place of an input. What is given is to be waited for, where it is not null.
   * PARQUET_CHANGED where the input is not what it was: told now, or when the next input is read, or by `finish`.
   */
  read(input: PlannedInput, from: number, into: Uint8Array): Promise<void> | null {
    const { path } = input;
    const isNew = this.#open?.input !== input;
    if (isNew) this.finish();
    try {
      this.#open ??= { input, file: openSync(path, 'r') };
      const { file } = this.#open;
      for (let done = 0; done < into.length; ) {
        const bytesRead = readSync(file, into, done, into.length - done, from + done);
        if (bytesRead === 0) throw fail('PARQUET_CHANGED', { path });
        done += bytesRead;
      }
    } catch (error) {
      throw asFileError(error, path);
    }
    return isNew ? this.#pace.rest() : null;
  }

  /** PARQUET_CHANGED where the input that was read last is not what it was planned with. */
  finish(): void {
    if (this.#open === null) return;
    const { input, file } = this.#open;
    try {
      const { size, mtimeMs } = fstatSync(file);
      if (size !== input.bytes || mtimeMs !== input.modified) {
        throw fail('PARQUET_CHANGED', { path: input.path });
      }
    } catch (error) {
      throw asFileError(error, input.path);
    } finally {
      this.close();
    }
  }

  /** Safe after errors, and twice. */
  close(): void {
    if (this.#open === null) return;
    const { file } = this.#open;
    this.#open = null;
    closeSync(file);
  }
}
