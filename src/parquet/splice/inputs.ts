import { fail } from '../../errors/index.js';
import { DiskFile, isLocal } from '../../files/index.js';
import { asFileError } from '../file-error.js';
import type { PlannedInput } from './plan.js';
import { SmallInputs } from './small-inputs.js';

/** How many inputs are kept open: with thousands of small files, never one for each. */
const keptOpen = 32;

/** The inputs of a splice: opened when they are needed, and checked to be what was planned with. */
export class InputFiles {
  readonly #inputs: readonly PlannedInput[];
  /** In the order of their last use. */
  readonly #open = new Map<number, Promise<DiskFile>>();
  readonly #readers = new Map<number, number>();
  readonly #small = new SmallInputs();

  constructor(inputs: readonly PlannedInput[]) {
    this.#inputs = inputs;
  }

  pathOf(input: number): string {
    return this.#planned(input).path;
  }

  /** Fills `into` from a place of an input. PARQUET_CHANGED where the input is not what it was. */
  async read(input: number, from: number, into: Uint8Array): Promise<void> {
    const planned = this.#planned(input);
    if (!this.#open.has(input) && (await isLocal(planned.path)) && this.#small.takes(planned)) {
      await this.#small.read(planned, from, into);
      return;
    }
    this.#readers.set(input, (this.#readers.get(input) ?? 0) + 1);
    try {
      const file = await this.#handle(input);
      const bytes = await file.read(into, from);
      if (bytes < into.length) throw fail('PARQUET_CHANGED', { path: this.pathOf(input) });
    } catch (error) {
      throw asFileError(error, this.pathOf(input));
    } finally {
      this.#readers.set(input, (this.#readers.get(input) ?? 1) - 1);
    }
    await this.#closeOldest();
  }

  /** PARQUET_CHANGED where an input that was read is not what it was when that began. Closes all. */
  async finish(): Promise<void> {
    this.#small.finish();
    for (const [input, handle] of this.#open) await this.#check(input, await handle);
    await this.close();
  }

  /** Safe after errors, and twice. */
  async close(): Promise<void> {
    this.#small.close();
    const handles = [...this.#open.values()];
    this.#open.clear();
    for (const handle of handles) await handle.then((file) => file.close()).catch(() => undefined);
  }

  #handle(input: number): Promise<DiskFile> {
    const known = this.#open.get(input);
    const handle = known ?? this.#opened(input);
    this.#open.delete(input);
    this.#open.set(input, handle);
    return handle;
  }

  async #opened(input: number): Promise<DiskFile> {
    const file = await DiskFile.open(this.pathOf(input), 'r');
    try {
      await this.#check(input, file);
    } catch (error) {
      await file.close();
      throw error;
    }
    return file;
  }

  async #check(input: number, file: DiskFile): Promise<void> {
    const { path, bytes, modified } = this.#planned(input);
    const now = await file.stat();
    if (now.size !== bytes || now.mtimeMs !== modified) throw fail('PARQUET_CHANGED', { path });
  }

  async #closeOldest(): Promise<void> {
    for (const [input, handle] of this.#open) {
      if (this.#open.size <= keptOpen) return;
      if ((this.#readers.get(input) ?? 0) > 0) continue;
      this.#open.delete(input);
      const file = await handle;
      try {
        await this.#check(input, file);
      } finally {
        await file.close();
      }
    }
  }

  #planned(input: number): PlannedInput {
    const planned = this.#inputs[input];
    if (planned === undefined) throw new RangeError(`the plan has no input ${input}`);
    return planned;
  }
}
