import type { ByteRange, ColumnChunk } from '../footer.js';
import { chunkOffset, chunkRange } from '../ranges.js';
import type { ChosenColumns } from './columns.js';
import { MovedGroups } from './moved-groups.js';
import { nullPage } from './null-page.js';
import type { Piece } from './piece.js';

/** Bytes to copy as they are: `bytes` of them, from `from` in an input to `to` in the output. */
export interface SpliceCopy {
  readonly input: number;
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
  /** Bytes that are in no input, in base64: they stand for what the input lacks. `from` is then a place in them. */
  readonly made?: string;
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

  #add({ input, group }: Piece, chosen: ChosenColumns, place: number): void {
    const blooms: ByteRange[] = [];
    for (const [column, own] of (chosen.leaves[input] ?? []).entries()) {
      if (own.leaf === null) {
        this.#make(input, nullPage(own.lacked, group.rows));
        continue;
      }
      const chunk = group.columns[own.leaf];
      if (chunk === undefined) continue;
      const { bloomFilter, compressedBytes: length } = chunk;
      const offset = chunkOffset(chunk);
      this.#addIndexes({ input, row_group: place, column }, chunk, this.#next - offset);
      this.#copy(input, offset, length);
      this.dataBytes += length;
      const bloomBytes = bloomFilter?.length ?? null;
      if (bloomFilter !== null && bloomBytes !== null)
        blooms.push({ offset: bloomFilter.offset, length: bloomBytes });
    }
    // where a row group's description says that they are
    for (const { offset, length } of blooms) this.#copy(input, offset, length);
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

  #make(input: number, page: Uint8Array): void {
    const { length: bytes } = page;
    this.#last = null;
    const made = Buffer.from(page).toString('base64');
    this.copies.push({ input, from: 0, to: this.#next, bytes, made });
    this.dataBytes += bytes;
    this.#next += bytes;
  }

  #addIndexes(
    at: Pick<MovedIndex, 'input' | 'row_group' | 'column'>,
    chunk: ColumnChunk,
    shift: number,
  ): void {
    const { bloomFilter, columnIndex, offsetIndex } = chunk;
    const add = (kind: IndexKind, from: number, bytes: number | null): void => {
      this.indexes.push({ ...at, kind, from, bytes, chunk: chunkRange(chunk), shift });
    };
    if (bloomFilter !== null && bloomFilter.length === null) add('bloom_filter', bloomFilter.offset, null);
    if (columnIndex !== null) add('column_index', columnIndex.offset, columnIndex.length);
    if (offsetIndex !== null) add('offset_index', offsetIndex.offset, offsetIndex.length);
  }
}
