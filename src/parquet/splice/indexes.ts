import { fail } from '../../errors/index.js';
import { bloomFilterLength, moveOffsetIndex } from '../page-index.js';
import type { InputFiles } from './inputs.js';
import { indexKinds, type MovedIndex } from './layout.js';
import type { OutputFile } from './output.js';
import type { IndexPlace } from './row-group.js';

/** Far above any index; so that a length that is a lie does not fill the memory. */
const largestIndex = 256 * 1024 * 1024;
/** Indexes lie side by side: what is read for one mostly holds the next ones too. */
const windowBytes = 256 * 1024;
/** Enough for the head of a bloom filter. */
const bloomHeadBytes = 128;

/** Writes the indexes behind the data, kind by kind; gives their places by row group. */
export async function writeIndexes(
  indexes: readonly MovedIndex[],
  inputs: InputFiles,
  inputBytes: (input: number) => number,
  output: OutputFile,
  signal: AbortSignal | undefined,
): Promise<Map<number, IndexPlace[]>> {
  const window = new Window(inputs, inputBytes);
  const places = new Map<number, IndexPlace[]>();
  for (const kind of indexKinds) {
    for (const index of indexes) {
      if (index.kind !== kind) continue;
      signal?.throwIfAborted();
      const bytes = await movedBytes(index, window, inputs.pathOf(index.input));
      const list = places.get(index.row_group) ?? [];
      places.set(index.row_group, list);
      list.push({ kind, column: index.column, offset: output.end, bytes: bytes.length });
      await output.append(bytes);
    }
  }
  return places;
}

async function movedBytes(index: MovedIndex, window: Window, path: string): Promise<Uint8Array> {
  const { input, from } = index;
  let length = index.bytes;
  if (length === null) {
    length = bloomFilterLength(await window.read(input, from, bloomHeadBytes, true), path);
  }
  if (length > largestIndex) {
    throw fail('PARQUET_DAMAGED', { path, reason: `an index is said to have ${length} bytes` });
  }
  const bytes = await window.read(input, from, length, false);
  // the others hold no places
  return index.kind === 'offset_index' ? moveOffsetIndex(bytes, index.chunk, index.shift, path) : bytes;
}

/** Reads small things that lie close together with few readings. */
class Window {
  readonly #inputs: InputFiles;
  readonly #inputBytes: (input: number) => number;
  #input = -1;
  #from = 0;
  #bytes: Uint8Array = new Uint8Array();

  constructor(inputs: InputFiles, inputBytes: (input: number) => number) {
    this.#inputs = inputs;
    this.#inputBytes = inputBytes;
  }

  /** `fewer`: at the end of the file, less than `length` is an answer too. Valid until the next call. */
  async read(input: number, from: number, length: number, fewer: boolean): Promise<Uint8Array> {
    const left = Math.max(0, this.#inputBytes(input) - from);
    if (length > left && !fewer) {
      const reason = 'an index goes beyond its end';
      throw fail('PARQUET_DAMAGED', { path: this.#inputs.pathOf(input), reason });
    }
    const wanted = Math.min(length, left);
    const start = from - this.#from;
    if (input !== this.#input || start < 0 || start + wanted > this.#bytes.length) {
      this.#bytes = Buffer.allocUnsafeSlow(Math.min(left, Math.max(wanted, windowBytes)));
      this.#input = input;
      this.#from = from;
      await this.#inputs.read(input, from, this.#bytes);
      return this.#bytes.subarray(0, wanted);
    }
    return this.#bytes.subarray(start, start + wanted);
  }
}
