import type { ThriftWriter } from '../thrift/encode.js';
import type { ChosenColumns } from './columns.js';
import type { Piece } from './piece.js';
import { encodeMovedRowGroup, writeMovedRowGroup } from './row-group.js';

/** A row group's number has 16 bits. */
const largestOrdinal = 0x7fff;

/**
 * The row groups of an output, as they stand in its footer, without the places of indexes that are written behind the
 * data. Each is encoded when it is wanted: those of ten thousand files would fill the memory. As JSON: in base64.
 */
export class MovedGroups {
  readonly #pieces: readonly Piece[];
  readonly #chosen: ChosenColumns;
  /** Where each begins in the output. */
  readonly #starts: Float64Array;

  constructor(pieces: readonly Piece[], chosen: ChosenColumns, starts: Float64Array) {
    this.#pieces = pieces;
    this.#chosen = chosen;
    this.#starts = starts;
  }

  get length(): number {
    return this.#pieces.length;
  }

  write(writer: ThriftWriter, index: number): void {
    const { piece, leaves, place } = this.#at(index);
    writeMovedRowGroup(writer, piece.group, leaves, place);
  }

  encoded(index: number): Uint8Array {
    const { piece, leaves, place } = this.#at(index);
    return encodeMovedRowGroup(piece.group, leaves, place);
  }

  toJSON(): readonly string[] {
    return this.#pieces.map((_, index) => Buffer.from(this.encoded(index)).toString('base64'));
  }

  #at(index: number) {
    const piece = this.#pieces[index];
    const start = this.#starts[index];
    if (piece === undefined || start === undefined) throw new RangeError(`there is no row group ${index}`);
    const leaves = this.#chosen.leaves[piece.input] ?? [];
    const ordinal = this.length <= largestOrdinal + 1 ? index : null;
    return { piece, leaves, place: { start, ordinal, path: piece.footer.path } };
  }
}
