import type { ByteRange, Footer, RowGroup } from '../footer.js';
import { chunkRange } from '../ranges.js';
import type { ChosenChunk } from './columns.js';
import { encodeMovedRowGroup, type MovedChunk } from './row-group.js';

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

/** Lays out the row groups of one output, one behind the other. */
export class OutputLayout {
  readonly copies: SpliceCopy[] = [];
  readonly indexes: MovedIndex[] = [];
  /** The encoded row groups, in base64; without the places of their indexes. */
  readonly rowGroups: string[] = [];
  readonly #numbered: boolean;
  #next = dataStart;

  /** `rowGroups`: how many there will be. */
  constructor(rowGroups: number) {
    this.#numbered = rowGroups <= largestOrdinal + 1;
  }

  get dataBytes(): number {
    return this.#next - dataStart;
  }

  /** `chunks`: those to copy, in the order of the output's leaves. */
  add(input: number, footer: Footer, group: RowGroup, chunks: readonly ChosenChunk[]): void {
    const start = this.#next;
    const moved = chunks.map((chosen) => ({ ...chosen, range: chunkRange(chosen.chunk), shift: 0 }));
    // in the order of the columns, since some readers count on it
    for (const chunk of moved) {
      chunk.shift = this.#next - chunk.range.offset;
      this.#copy(input, chunk.range);
    }
    const ordinal = this.rowGroups.length;
    for (const [column, chunk] of moved.entries()) this.#addIndexes(input, ordinal, column, chunk);
    const place = { start, ordinal: this.#numbered ? ordinal : null, path: footer.path };
    const encoded = encodeMovedRowGroup(group, moved, place);
    this.rowGroups.push(Buffer.from(encoded).toString('base64'));
  }

  #copy(input: number, range: ByteRange): void {
    const last = this.copies.at(-1);
    if (last !== undefined && last.input === input && last.from + last.bytes === range.offset) {
      this.copies[this.copies.length - 1] = { ...last, bytes: last.bytes + range.length };
    } else if (range.length > 0) {
      this.copies.push({ input, from: range.offset, to: this.#next, bytes: range.length });
    }
    this.#next += range.length;
  }

  #addIndexes(input: number, rowGroup: number, column: number, moved: MovedChunk): void {
    const { bloomFilter, columnIndex, offsetIndex } = moved.chunk;
    const sources = [bloomFilter, columnIndex, offsetIndex];
    for (const [i, kind] of indexKinds.entries()) {
      const source = sources[i];
      if (source === undefined || source === null) continue;
      this.indexes.push({
        kind,
        row_group: rowGroup,
        column,
        input,
        from: source.offset,
        bytes: source.length,
        chunk: moved.range,
        shift: moved.shift,
      });
    }
  }
}
