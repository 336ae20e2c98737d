import type { Footer } from '../footer.js';
import { hasShortSizes } from '../writer.js';
import { ChunkCheck } from './chunk-check.js';
import { cutAtChunks, type PlacedChunk, placedChunks } from './chunk-runs.js';

/** Checks the pages of a file while its bytes go by on their way elsewhere. */
export class PageChecks {
  /** Pages whose checksum was right. */
  pages = 0;
  readonly #footer: Footer;
  readonly #chunks: readonly PlacedChunk[];
  readonly #checks = new Map<PlacedChunk, ChunkCheck>();

  constructor(footer: Footer) {
    this.#footer = footer;
    // where sizes are known to be wrong, nobody can tell where a page ends
    this.#chunks = hasShortSizes(footer.createdBy) ? [] : placedChunks(footer);
  }

  /** Bytes that lie at `from`. Those of one column chunk come in order, from its beginning. PAGE_CORRUPT. */
  feed(from: number, bytes: Uint8Array): void {
    for (const { at, within, bytes: some } of cutAtChunks(this.#chunks, from, bytes)) {
      const { rowGroup, chunk } = at;
      let check = this.#checks.get(at);
      if (check === undefined || within === 0) {
        check = new ChunkCheck({ path: this.#footer.path, rowGroup: rowGroup + 1, chunk });
        this.#checks.set(at, check);
      }
      if (check.given !== within) throw new RangeError('the bytes of a column chunk came out of order');
      const before = check.pages;
      check.feed(some);
      this.pages += check.pages - before;
      if (check.given === at.end - at.offset) this.#checks.delete(at);
    }
  }
}
