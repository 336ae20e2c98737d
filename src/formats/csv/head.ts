import type { Readable } from '../text/utf8-copies.js';
import type { Dialect, Header } from './dialect.js';
import { type CsvRecord, isRow, scanCsv, splitRecord } from './scan.js';

/** How a file begins. */
export interface Head {
  /** The first row; the names, where there is a header. */
  readonly record: CsvRecord;
  readonly cells: readonly string[];
  readonly header: Header;
  /** What lines of the file end in, by its first one. */
  readonly lineEnd: string;
}

/**
 * Looks for the first row: the first that is no comment and has something in it. null where there is none.
 * @param narrow the file has one column, and no header
 */
export async function headOf(file: Readable, dialect: Dialect, narrow: boolean): Promise<Head | null> {
  let blank = 0;
  let isPlain = true;
  let lineEnd: string | null = null;
  for await (const record of scanCsv(file, dialect)) {
    const { text, values, marked } = record;
    lineEnd ??= record.end;
    const isFirst = isRow(record, narrow);
    // Comments that begin elsewhere than their line are sometimes a row to the engine, and sometimes not.
    const hasComment = values.length < text.length;
    if (hasComment && (isFirst || values !== '' || marked)) isPlain = false;
    if (isFirst) {
      const cells = splitRecord(values, dialect);
      // Where there is but one column, a line without anything is a row to the engine.
      const drop = cells.length === 1 ? blank + 1 : 1;
      return { record, cells, header: isPlain ? { skip: blank } : { drop }, lineEnd };
    }
    if (text === '') blank++;
  }
  return null;
}
