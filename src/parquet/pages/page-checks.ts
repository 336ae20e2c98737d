import type { Footer } from '../footer.js';
import { hasShortSizes } from '../writer.js';
import { ChunkCheck } from './chunk-check.js';
import { firstBehind, type PlacedChunk, placedChunks } from './chunk-runs.js';
import { readPageHeader } from './page-header.js';

/** Checks the pages of a file while its bytes go by on their way elsewhere. */
export class PageChecks {
  /** Pages whose checksum was right. */
  pages = 0;
  readonly #footer: Footer;
  readonly #chunks: readonly PlacedChunk[];
  readonly #checks = new Map<PlacedChunk, ChunkCheck>();
  /** The last chunk without checksums, and how far its bytes have come. */
  #passed: { readonly at: PlacedChunk; readonly to: number } | null = null;

  constructor(footer: Footer) {
    this.#footer = footer;
    // where sizes are known to be wrong, nobody can tell where a page ends
    this.#chunks = hasShortSizes(footer.createdBy) ? [] : placedChunks(footer);
  }

  /** Bytes that lie at `from`. Those of one column chunk come in order, from its beginning. PAGE_CORRUPT. */
  feed(from: number, bytes: Uint8Array): void {
    const chunks = this.#chunks;
    const end = from + bytes.length;
    for (let i = firstBehind(chunks, from); i < chunks.length; i++) {
      const at = chunks[i];
      if (at === undefined || at.offset >= end) return;
      const [start, to] = [Math.max(from, at.offset), Math.min(end, at.end)];
      const goesOn = this.#passed?.at === at && this.#passed.to === start;
      if (goesOn || (start === at.offset && this.#isUnchecked(bytes, start - from, to - from))) {
        if (to < at.end) this.#passed = { at, to };
      } else this.#check(at, start - at.offset, bytes.subarray(start - from, to - from));
    }
  }

  /**
   * Whether a chunk that begins at `start` has no checksums, as most have none: its first page tells, if its header is
   * whole and ends before `end`. A {@link ChunkCheck} comes to the same, and takes longer.
   */
  #isUnchecked(bytes: Uint8Array, start: number, end: number): boolean {
    const header = readPageHeader(bytes, this.#footer.path, start);
    return header !== null && header.crc === null && start + header.length <= end;
  }

  #check(at: PlacedChunk, within: number, bytes: Uint8Array): void {
    const { rowGroup, chunk } = at;
    let check = this.#checks.get(at);
    if (check === undefined || within === 0) {
      check = new ChunkCheck({ path: this.#footer.path, rowGroup: rowGroup + 1, chunk });
      this.#checks.set(at, check);
    }
    if (check.given !== within) throw new RangeError('the bytes of a column chunk came out of order');
    const before = check.pages;
    check.feed(bytes);
    this.pages += check.pages - before;
    if (check.given === at.end - at.offset) this.#checks.delete(at);
  }
}
