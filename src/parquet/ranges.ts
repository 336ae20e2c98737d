import { fail } from '../errors/index.js';
import type { ByteRange, ColumnChunk, Footer, RowGroup } from './footer.js';

/** Data begins behind the first four letters; behind the footer are its length and the last four. */
const dataStart = 4;
const tailBytes = 8;

/** Where the bytes of a column chunk lie: its dictionary page, if it has one, and its data pages. */
export function chunkRange(chunk: ColumnChunk): ByteRange {
  return { offset: chunkOffset(chunk), length: chunk.compressedBytes };
}

/** Where the bytes of a column chunk begin. */
export function chunkOffset(chunk: ColumnChunk): number {
  const { dictionaryPageOffset: dictionary, dataPageOffset: data } = chunk;
  // some writers put 0 where there is no dictionary, and some call the dictionary's place that of the data
  if (dictionary === null || dictionary <= 0) return data;
  // without values there may be a dictionary, and no page of data behind it
  return dictionary < data || (data === 0 && chunk.values === 0) ? dictionary : data;
}

/**
 * Checks that everything a footer points at lies between the head of the file and the footer, that no two
 * column chunks overlap, and that flat columns have one value for each row. PARQUET_DAMAGED otherwise.
 */
export function checkRanges(footer: Footer): void {
  const checks = new RangeChecks(footer.path, footer.fileBytes, footer.footerBytes);
  for (const group of footer.rowGroups) checks.add(group);
  if (!checks.inOrder && overlap(footer)) {
    const reason = 'two of its columns should lie in the same place';
    throw fail('PARQUET_DAMAGED', { path: footer.path, reason });
  }
}

/** Checks row group after row group as {@link checkRanges} does, and keeps nothing of them. */
export class RangeChecks {
  /** As long as they lie one behind the other, as in every usual file, no two chunks overlap. */
  inOrder = true;
  readonly #path: string;
  readonly #end: number;
  #groups = 0;
  #last = 0;

  constructor(path: string, fileBytes: number, footerBytes: number) {
    this.#path = path;
    this.#end = fileBytes - tailBytes - footerBytes;
  }

  /** PARQUET_DAMAGED. */
  add(group: RowGroup): void {
    this.#groups++;
    for (const chunk of group.columns) {
      const range = chunkRange(chunk);
      const reason = impossibleIn(chunk, range, group, this.#inside);
      if (reason !== null) {
        const where = `column "${chunk.leaf.path.join('.')}" of row group ${this.#groups}`;
        throw fail('PARQUET_DAMAGED', { path: this.#path, reason: reason(where) });
      }
      if (range.length === 0) continue;
      if (range.offset < this.#last) this.inOrder = false;
      this.#last = range.offset + range.length;
    }
  }

  readonly #inside = (offset: number, length: number): boolean =>
    offset >= dataStart && length <= this.#end - offset && offset <= this.#end;
}

/** What of a chunk cannot be, said of the place where it is; null where all can. */
function impossibleIn(
  chunk: ColumnChunk,
  range: ByteRange,
  group: RowGroup,
  inside: (offset: number, length: number) => boolean,
): ((where: string) => string) | null {
  const { offset, length } = range;
  if (length > 0) {
    if (!inside(offset, length)) return (where) => `${where} should lie beyond the data's end`;
    if (chunk.dataPageOffset >= offset + length) {
      return (where) => `the data of ${where} should lie beyond the column's end`;
    }
  }
  if (chunk.leaf.maxRepetition === 0 && chunk.values !== group.rows) {
    return (where) => `${where} has ${chunk.values} values for ${group.rows} rows`;
  }
  if (chunk.values > 0 && length === 0) return (where) => `${where} has values, but no bytes`;
  const { columnIndex, offsetIndex, bloomFilter } = chunk;
  const indexes =
    (columnIndex === null || inside(columnIndex.offset, columnIndex.length)) &&
    (offsetIndex === null || inside(offsetIndex.offset, offsetIndex.length)) &&
    // one of unknown length has at least a header
    (bloomFilter === null || inside(bloomFilter.offset, bloomFilter.length ?? 1));
  return indexes ? null : (where) => `an index of ${where} should lie beyond the data's end`;
}

function overlap(footer: Footer): boolean {
  const ranges = footer.rowGroups
    .flatMap((group) => group.columns.map(chunkRange))
    .filter(({ length }) => length > 0)
    .sort((a, b) => a.offset - b.offset);
  let end = 0;
  for (const range of ranges) {
    if (range.offset < end) return true;
    end = range.offset + range.length;
  }
  return false;
}
