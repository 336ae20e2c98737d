import type { ColumnChunk, Footer } from '../footer.js';
import { chunkRange } from '../ranges.js';

/** A column chunk and its place: from 0 in its file, and in bytes. */
export interface PlacedChunk {
  readonly rowGroup: number;
  readonly column: number;
  readonly chunk: ColumnChunk;
  readonly offset: number;
  readonly end: number;
}

/** The column chunks of a file that have bytes, in the order in which they lie. */
export function placedChunks(footer: Footer): PlacedChunk[] {
  const placed: PlacedChunk[] = [];
  let inOrder = true;
  for (const [rowGroup, group] of footer.rowGroups.entries()) {
    for (const [column, chunk] of group.columns.entries()) {
      const { offset, length } = chunkRange(chunk);
      if (length === 0) continue;
      inOrder &&= offset >= (placed.at(-1)?.offset ?? 0);
      placed.push({ rowGroup, column, chunk, offset, end: offset + length });
    }
  }
  return inOrder ? placed : placed.sort((a, b) => a.offset - b.offset);
}

/** Cuts bytes that lie at `from` in a file at the borders of its column chunks; what is in none is left out. */
export function* cutAtChunks(
  chunks: readonly PlacedChunk[],
  from: number,
  bytes: Uint8Array,
): Generator<{ readonly at: PlacedChunk; readonly within: number; readonly bytes: Uint8Array }> {
  const end = from + bytes.length;
  for (let i = firstBehind(chunks, from); i < chunks.length; i++) {
    const at = chunks[i];
    if (at === undefined || at.offset >= end) return;
    const start = Math.max(from, at.offset);
    yield {
      at,
      within: start - at.offset,
      bytes: bytes.subarray(start - from, Math.min(end, at.end) - from),
    };
  }
}

/** The first chunk that ends behind a place. */
export function firstBehind(chunks: readonly PlacedChunk[], place: number): number {
  let low = 0;
  let high = chunks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((chunks[middle]?.end ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}
