/** What stands for a field that is not there. */
export const missing = -1;

/** What can be strange in a chunk: see `ColumnChunk.strange`. */
export const strangeThings = [
  null,
  'is in an unknown encoding',
  'has statistics that are no values of it',
  'is in an unknown codec',
  'has fields of types that the format does not give them',
] as const;

/**
 * The places of a chunk's numbers in {@link ChunkNumbers}. `kinds`: its codec, what is strange in it, and whether its
 * lengths lie apart.
 */
export const slot = {
  end: 0,
  kinds: 1,
  values: 2,
  uncompressed: 3,
  compressed: 4,
  dataPage: 5,
  dictionaryPage: 6,
  bloomFilter: 7,
  bloomFilterLength: 8,
} as const;
const slotsPerChunk = 9;
/** The fields of a chunk's description that the slots from `values` on are filled from. */
const slotFields = [5, 6, 7, 9, 11, 14, 15];
/** Of what the chunks of many files do not have. */
export const seldomSlot = { indexPage: 0, offsetIndex: 1, columnIndex: 3 } as const;
const seldomPerChunk = 5;
/** Above every codec, and above that with what may be strange. */
export const strangeFactor = 2 ** 32;
export const apartFactor = strangeThings.length * strangeFactor;

/** Numbers of many row groups lie side by side, since memory for each alone takes long to be had. */
const shelfLength = 32 * 1024;
let shelf = new Float64Array();
let shelved = 0;

/**
 * The numbers of a row group's chunks. Not objects: thousands of files have hundreds of thousands of chunks, and most
 * of the time of joining them went into the collection of what was made for each.
 */
export class ChunkNumbers {
  readonly #numbers: Float64Array;
  /** Where those of the first chunk begin. */
  readonly #at: number;
  readonly #count: number;
  #seldom: Float64Array | null = null;
  /** Of any of the chunks. */
  lengthsApart = false;

  /** `used`: whose numbers are no longer wanted, and may be written over. */
  constructor(chunks: number, used: ChunkNumbers | null = null) {
    const length = chunks * slotsPerChunk;
    this.#count = chunks;
    if (used !== null && used.#count >= chunks) {
      this.#numbers = used.#numbers;
      this.#at = used.#at;
      return;
    }
    if (length > shelf.length - shelved) {
      shelf = new Float64Array(Math.max(length, shelfLength));
      shelved = 0;
    }
    this.#numbers = shelf;
    this.#at = shelved;
    shelved += length;
  }

  get(chunk: number, place: number): number {
    return this.#numbers[this.#at + chunk * slotsPerChunk + place] ?? missing;
  }

  /** Notes a chunk's end and kinds, and what its description says under the ids of its fields. */
  set(chunk: number, end: number, kinds: number, meta: readonly number[]): void {
    const numbers = this.#numbers;
    let at = this.#at + chunk * slotsPerChunk;
    numbers[at++] = end;
    numbers[at++] = kinds;
    for (const id of slotFields) numbers[at++] = meta[id] ?? missing;
  }

  getSeldom(chunk: number, place: number): number {
    return this.#seldom?.[chunk * seldomPerChunk + place] ?? missing;
  }

  setSeldom(chunk: number, place: number, number: number): void {
    this.#seldom ??= new Float64Array(this.#count * seldomPerChunk).fill(missing);
    this.#seldom[chunk * seldomPerChunk + place] = number;
  }
}
