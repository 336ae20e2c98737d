import { fail } from '../../errors/index.js';
import type { Footer } from '../footer.js';
import { hasShortSizes } from '../writer.js';
import { ChunkCheck } from './chunk-check.js';
import { firstBehind, type PlacedChunk, placedChunks } from './chunk-runs.js';
import { readPageHeader } from './page-header.js';

/** A page that is still to come. */
interface NextPage {
  /** Of its header. */
  readonly offset: number;
  /** Of the pages before it. */
  readonly values: number;
  /** From 1. */
  readonly number: number;
}

/** Checks the pages of a file while its bytes go by on their way elsewhere. */
export class PageChecks {
  /** Pages whose checksum was right. */
  pages = 0;
  readonly #footer: Footer;
  readonly #chunks: readonly PlacedChunk[];
  readonly #checks = new Map<PlacedChunk, ChunkCheck>();
  /** The last chunk without checksums, how far its bytes have come, and where they go on. */
  #passed: { readonly at: PlacedChunk; readonly to: number; readonly page: NextPage | null } | null = null;

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
      const before = this.#passed?.at === at && this.#passed.to === start ? this.#passed : null;
      if (before !== null || (start === at.offset && this.#isUnchecked(bytes, start - from, to - from))) {
        const first = before === null ? { offset: start, values: 0, number: 1 } : before.page;
        const page = first === null ? null : this.#walk(at, first, bytes, from, to);
        this.#passed = to < at.end ? { at, to, page } : null;
      } else if (start === at.offset || this.#checks.has(at) || this.#passed?.at === at) {
        this.#check(at, start - at.offset, bytes.subarray(start - from, to - from));
      }
      // else it is an index that a damaged footer has in the middle of a column, and none of its pages
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

  /**
   * Goes from page to page as far as the bytes come: a chunk that ends in the middle of one, by what its footer says,
   * would be copied without the rest. Gives the next page; null where nobody can tell where it begins, or it was the last.
   */
  #walk(at: PlacedChunk, first: NextPage, bytes: Uint8Array, from: number, to: number): NextPage | null {
    let { offset, values, number } = first;
    while (offset < to) {
      const header = readPageHeader(bytes, this.#footer.path, offset - from);
      // one that is cut in two is not worth to be held until the rest comes
      if (header === null || offset + header.length > to) return null;
      offset += header.length + header.bytes;
      values += header.values;
      if (offset > at.end) {
        const { rowGroup, chunk } = at;
        const column = chunk.leaf.path.join('.');
        const where = { path: this.#footer.path, rowGroup: rowGroup + 1, column, page: number };
        throw fail('PAGE_CORRUPT', { ...where, reason: 'it goes beyond the end of its column' });
      }
      // behind the last page a writer may leave what it likes
      if (values >= at.chunk.values) return null;
      number += 1;
    }
    return { offset, values, number };
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
