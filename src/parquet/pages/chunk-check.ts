import { crc32 } from 'node:zlib';
import { fail } from '../../errors/index.js';
import type { ColumnChunk } from '../footer.js';
import { chunkRange } from '../ranges.js';
import { readPageHeader } from './page-header.js';

/** Far above any header, which may hold the least and greatest value of its page. */
const largestHeader = 16 * 1024 * 1024;

/** Where a column chunk is, for people. */
export interface ChunkPlace {
  readonly path: string;
  /** From 1. */
  readonly rowGroup: number;
  readonly chunk: ColumnChunk;
}

const none = new Uint8Array();

/** A page whose bytes go by. */
interface OpenPage {
  left: number;
  readonly crc: number | null;
  /** The checksum of the bytes so far. */
  seen: number;
}

/**
 * Goes through the bytes of one column chunk, in pieces of any size, and holds each page against its checksum.
 * The first page tells whether the writer made checksums at all; where it has none, the rest is passed over.
 */
export class ChunkCheck {
  /** Pages whose checksum was right. */
  pages = 0;
  readonly #place: ChunkPlace;
  readonly #length: number;
  /** Bytes that were given so far. */
  #given = 0;
  #page: OpenPage | null = null;
  /** The beginning of a header that was cut in two. */
  #held: Uint8Array = none;
  #valuesLeft: number;
  #number = 0;
  #over = false;

  constructor(place: ChunkPlace) {
    this.#place = place;
    this.#length = chunkRange(place.chunk).length;
    this.#valuesLeft = place.chunk.values;
  }

  get given(): number {
    return this.#given;
  }

  /** Whether what is still to come does not matter: there are no checksums, or no more pages. */
  get over(): boolean {
    return this.#over;
  }

  /** The next bytes. PAGE_CORRUPT where a page is not what its writer wrote. */
  feed(bytes: Uint8Array): void {
    this.#given += bytes.length;
    let rest = bytes;
    while (!this.#over && (rest.length > 0 || this.#page?.left === 0)) {
      rest = this.#page === null ? this.#begin(rest) : this.#goOn(this.#page, rest);
    }
    const unfinished = this.#page !== null || this.#held.length > 0;
    if (!this.#over && this.#given === this.#length && unfinished)
      throw this.#corrupt('its column ends in the middle of it');
  }

  #begin(bytes: Uint8Array): Uint8Array {
    const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    const header = readPageHeader(all, this.#place.path);
    if (header === null) {
      if (this.#given === this.#length || all.length > largestHeader)
        throw this.#corrupt('its header cannot be read');
      // a copy, since whoever reads the bytes uses their memory again
      this.#held = Uint8Array.from(all);
      return none;
    }
    this.#held = none;
    if (this.#number === 0 && header.crc === null) this.#over = true;
    const behind = this.#length - this.#given + all.length - header.length;
    if (header.bytes > behind) throw this.#corrupt('it goes beyond the end of its column');
    this.#valuesLeft -= header.values;
    this.#page = { left: header.bytes, crc: header.crc, seen: 0 };
    return all.subarray(header.length);
  }

  #goOn(page: OpenPage, bytes: Uint8Array): Uint8Array {
    const some = bytes.subarray(0, page.left);
    if (page.crc !== null) page.seen = crc32(some, page.seen);
    page.left -= some.length;
    if (page.left === 0) {
      if (page.crc !== null && page.crc !== page.seen) throw this.#corrupt('its checksum does not fit');
      if (page.crc !== null) this.pages += 1;
      this.#page = null;
      this.#number += 1;
      // behind the last page a writer may leave what it likes
      if (this.#valuesLeft <= 0) this.#over = true;
    }
    return bytes.subarray(some.length);
  }

  #corrupt(reason: string): Error {
    const { path, rowGroup, chunk } = this.#place;
    const column = chunk.leaf.path.join('.');
    return fail('PAGE_CORRUPT', { path, rowGroup, column, page: this.#number + 1, reason });
  }
}
