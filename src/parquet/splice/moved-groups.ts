import { chunkRange } from '../ranges.js';
import type { ThriftWriter } from '../thrift/encode.js';
import { type ChosenChunk, type ChosenColumns, chosenChunks } from './columns.js';
import type { Piece } from './piece.js';
import { encodeMovedRowGroup, type MovedChunk, writeMovedRowGroup } from './row-group.js';

/** A row group's number has 16 bits. */
const largestOrdinal = 0x7fff;

/** A chunk whose bloom filter gets its place after it. */
type Moving = { -readonly [Key in keyof MovedChunk]: MovedChunk[Key] };

/**
 * Chunks in their new places: one behind the other from `start`, in the order of the columns, since some readers count
 * on it; and behind them those bloom filters whose size is known.
 */
export function moveChunks(
  chunks: readonly ChosenChunk[],
  start: number,
): { readonly moved: readonly MovedChunk[]; readonly end: number } {
  let next = start;
  const moved = chunks.map(({ chunk, rename }): Moving => {
    const range = chunkRange(chunk);
    const shift = next - range.offset;
    next += range.length;
    return { chunk, rename, range, shift };
  });
  for (const each of moved) {
    const { bloomFilter } = each.chunk;
    if (bloomFilter === null || bloomFilter.length === null) continue;
    each.bloomOffset = next;
    next += bloomFilter.length;
  }
  return { moved, end: next };
}

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
    const { piece, moved, place } = this.#at(index);
    writeMovedRowGroup(writer, piece.group, moved, place);
  }

  encoded(index: number): Uint8Array {
    const { piece, moved, place } = this.#at(index);
    return encodeMovedRowGroup(piece.group, moved, place);
  }

  toJSON(): readonly string[] {
    return this.#pieces.map((_, index) => Buffer.from(this.encoded(index)).toString('base64'));
  }

  #at(index: number) {
    const piece = this.#pieces[index];
    const start = this.#starts[index];
    if (piece === undefined || start === undefined) throw new RangeError(`there is no row group ${index}`);
    const { moved } = moveChunks(chosenChunks(piece, this.#chosen), start);
    const ordinal = this.length <= largestOrdinal + 1 ? index : null;
    return { piece, moved, place: { start, ordinal, path: piece.footer.path } };
  }
}
