import type { ByteRange, Footer, RowGroup } from '../footer.js';
import { chunkRange } from '../ranges.js';
import type { ChosenChunk } from './columns.js';
import { type MovedChunk, movedRowGroupText } from './row-group.js';

/** Bytes to copy as they are: `bytes` of them, from `from` in an input to `to` in the output. */
export interface SpliceCopy {
  readonly input: number;
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

export const indexKinds = ['bloom_filter', 'column_index', 'offset_index'] as const;
export type IndexKind = (typeof indexKinds)[number];

/** An index of one column chunk, to be written behind the data. */
export interface MovedIndex {
  readonly kind: IndexKind;
  /** Places in the output, from 0. */
  readonly row_group: number;
  readonly column: number;
  readonly input: number;
  readonly from: number;
  /** null of a bloom filter whose writer did not record it. */
  readonly bytes: number | null;
  /** Where the chunk was in the input, and by how much it has moved. */
  readonly chunk: ByteRange;
  readonly shift: number;
}

/** The four letters at the beginning. */
const dataStart = 4;
/** A row group's number has 16 bits. */
const largestOrdinal = 0x7fff;

/** Lays out the row groups of one output, one behind the other, each with those bloom filters whose size is known. */
export class OutputLayout {
  readonly copies: SpliceCopy[] = [];
  readonly indexes: MovedIndex[] = [];
  /** The encoded row groups, in base64; without the places of `indexes`. */
  readonly rowGroups: string[] = [];
  /** Of column chunks, without indexes. */
  dataBytes = 0;
  readonly #numbered: boolean;
  #next = dataStart;
  /** The copy that was laid out last; grows as long as its bytes go on in the same input. */
  #last: { readonly input: number; readonly from: number; readonly to: number; bytes: number } | null = null;

  /** `rowGroups`: how many there will be. */
  constructor(rowGroups: number) {
    this.#numbered = rowGroups <= largestOrdinal + 1;
  }

  /** `chunks`: those to copy, in the order of the output's leaves. */
  add(input: number, footer: Footer, group: RowGroup, chunks: readonly ChosenChunk[]): void {
    const start = this.#next;
    // in the order of the columns, since some readers count on it
    const moved = chunks.map(({ chunk, rename }): Moving => {
      const range = chunkRange(chunk);
      const shift = this.#next - range.offset;
      this.#copy(input, range.offset, range.length);
      this.dataBytes += range.length;
      return { chunk, rename, range, shift };
    });
    for (const each of moved) {
      const { bloomFilter } = each.chunk;
      if (bloomFilter === null || bloomFilter.length === null) continue;
      each.bloomOffset = this.#next;
      this.#copy(input, bloomFilter.offset, bloomFilter.length);
    }
    const ordinal = this.rowGroups.length;
    for (const [column, chunk] of moved.entries()) this.#addIndexes(input, ordinal, column, chunk);
    const place = { start, ordinal: this.#numbered ? ordinal : null, path: footer.path };
    this.rowGroups.push(movedRowGroupText(group, moved, place));
  }

  #copy(input: number, from: number, bytes: number): void {
    const last = this.#last;
    if (last !== null && last.input === input && last.from + last.bytes === from) {
      last.bytes += bytes;
    } else if (bytes > 0) {
      this.#last = { input, from, to: this.#next, bytes };
      this.copies.push(this.#last);
    }
    this.#next += bytes;
  }

  #addIndexes(input: number, rowGroup: number, column: number, moved: Moving): void {
    const { bloomFilter, columnIndex, offsetIndex } = moved.chunk;
    const add = (kind: IndexKind, from: number, bytes: number | null): void => {
      const { range: chunk, shift } = moved;
      this.indexes.push({ kind, row_group: rowGroup, column, input, from, bytes, chunk, shift });
    };
    if (bloomFilter !== null && bloomFilter.length === null) add('bloom_filter', bloomFilter.offset, null);
    if (columnIndex !== null) add('column_index', columnIndex.offset, columnIndex.length);
    if (offsetIndex !== null) add('offset_index', offsetIndex.offset, offsetIndex.length);
  }
}

/** A chunk whose bloom filter gets its place after it. */
type Moving = { -readonly [Key in keyof MovedChunk]: MovedChunk[Key] };
