import type { ByteRange } from '../footer.js';
import { type ChosenColumns, chosenChunks } from './columns.js';
import { MovedGroups, moveChunks } from './moved-groups.js';
import type { Piece } from './piece.js';
import type { MovedChunk } from './row-group.js';

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

/** Lays out the row groups of one output, one behind the other, each with those bloom filters whose size is known. */
export class OutputLayout {
  readonly copies: SpliceCopy[] = [];
  readonly indexes: MovedIndex[] = [];
  /** As they stand in the footer, without the places of `indexes`. */
  readonly rowGroups: MovedGroups;
  /** Of column chunks, without indexes. */
  dataBytes = 0;
  #next = dataStart;
  /** The copy that was laid out last; grows as long as its bytes go on in the same input. */
  #last: { readonly input: number; readonly from: number; readonly to: number; bytes: number } | null = null;

  constructor(pieces: readonly Piece[], chosen: ChosenColumns) {
    const starts = new Float64Array(pieces.length);
    for (const [i, piece] of pieces.entries()) {
      starts[i] = this.#next;
      this.#add(piece, chosen, i);
    }
    this.rowGroups = new MovedGroups(pieces, chosen, starts);
  }

  #add(piece: Piece, chosen: ChosenColumns, place: number): void {
    const { input } = piece;
    const { moved } = moveChunks(chosenChunks(piece, chosen), this.#next);
    for (const { range } of moved) {
      this.#copy(input, range.offset, range.length);
      this.dataBytes += range.length;
    }
    for (const { chunk } of moved) {
      const { bloomFilter } = chunk;
      if (bloomFilter === null || bloomFilter.length === null) continue;
      this.#copy(input, bloomFilter.offset, bloomFilter.length);
    }
    for (const [column, chunk] of moved.entries()) this.#addIndexes(input, place, column, chunk);
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

  #addIndexes(input: number, rowGroup: number, column: number, moved: MovedChunk): void {
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
