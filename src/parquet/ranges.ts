import { fail } from '../errors/index.js';
import type { ByteRange, ColumnChunk, Footer, RowGroup } from './footer.js';

/** Data begins behind the first four letters; behind the footer are its length and the last four. */
const dataStart = 4;
const tailBytes = 8;

/** Where the bytes of a column chunk lie: its dictionary page, if it has one, and its data pages. */
export function chunkRange(chunk: ColumnChunk): ByteRange {
  const { dictionaryPageOffset: dictionary, dataPageOffset: data, compressedBytes } = chunk;
  // some writers put 0 where there is no dictionary, and some call the dictionary's place that of the data
  const offset = dictionary !== null && dictionary > 0 && dictionary < data ? dictionary : data;
  return { offset, length: compressedBytes };
}

/**
 * Checks that everything a footer points at lies between the head of the file and the footer, that no two
 * column chunks overlap, and that flat columns have one value for each row. PARQUET_DAMAGED otherwise.
 */
export function checkRanges(footer: Footer): void {
  const end = footer.fileBytes - tailBytes - footer.footerBytes;
  const damaged = (reason: string): Error => fail('PARQUET_DAMAGED', { path: footer.path, reason });
  const inside = (range: ByteRange): boolean =>
    range.offset >= dataStart && range.length <= end - range.offset && range.offset <= end;

  const taken: ByteRange[] = [];
  for (const [i, group] of footer.rowGroups.entries()) {
    for (const chunk of group.columns) {
      const where = (): string => `column "${chunk.leaf.path.join('.')}" of row group ${i + 1}`;
      const range = chunkRange(chunk);
      if (range.length > 0) {
        if (!inside(range)) throw damaged(`${where()} should lie beyond the data's end`);
        if (chunk.dataPageOffset >= range.offset + range.length) {
          throw damaged(`the data of ${where()} should lie beyond the column's end`);
        }
        taken.push(range);
      }
      if (chunk.leaf.maxRepetition === 0 && chunk.values !== group.rows) {
        throw damaged(`${where()} has ${chunk.values} values for ${group.rows} rows`);
      }
      if (chunk.values > 0 && range.length === 0) throw damaged(`${where()} has values, but no bytes`);
      for (const extra of [chunk.columnIndex, chunk.offsetIndex, bloomRange(chunk)]) {
        if (extra !== null && !inside(extra)) {
          throw damaged(`an index of ${where()} should lie beyond the data's end`);
        }
      }
    }
  }
  if (overlap(taken)) throw damaged('two of its columns should lie in the same place');
}

/** The bytes of a row group's columns together. */
export function dataBytes(group: RowGroup): number {
  return group.columns.reduce((sum, chunk) => sum + chunk.compressedBytes, 0);
}

/** A bloom filter of unknown length has at least a header. */
function bloomRange(chunk: ColumnChunk): ByteRange | null {
  const { bloomFilter } = chunk;
  return bloomFilter === null ? null : { offset: bloomFilter.offset, length: bloomFilter.length ?? 1 };
}

function overlap(ranges: ByteRange[]): boolean {
  ranges.sort((a, b) => a.offset - b.offset);
  let end = 0;
  for (const range of ranges) {
    if (range.offset < end) return true;
    end = range.offset + range.length;
  }
  return false;
}
