import { unpacked } from '../text/unpack.js';
import type { Readable } from '../text/utf8-copies.js';
import type { Dialect } from './dialect.js';

/** A row as it is written. */
export interface CsvRecord {
  /** The line that it begins in, from 1. */
  readonly line: number;
  readonly text: string;
  /** Its values without a comment behind them, as they are written. */
  readonly values: string;
  /** What ends it; empty at the end of the file. */
  readonly end: string;
  /** Whether a byte order mark stands before it. */
  readonly marked: boolean;
}

/** The rows of a file in UTF-8 as they are written, blank lines and comments too. */
export async function* scanCsv({ path, compression }: Readable, dialect: Dialect): AsyncGenerator<CsvRecord> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const scanner = new Scanner(dialect);
  for await (const piece of unpacked(path, compression))
    yield* scanner.take(decoder.decode(piece, { stream: true }));
  yield* scanner.take(decoder.decode());
  const last = scanner.rest();
  if (last !== null) yield last;
}

class Scanner {
  readonly #dialect: Dialect;
  #text = '';
  #line = 1;
  /** A byte order mark stands before the row; null before the first character. */
  #marked: boolean | null = null;
  /** Lines that the row has gone over so far. */
  #within = 0;
  #quoted = false;
  /** The character before closed a quotation, unless another quote follows it. */
  #closed = false;
  #escaped = false;
  /** Where the comment begins that goes on to the end of the line. */
  #comment: number | null = null;
  /** The character before was a CR that ended a row or a line, and a LF belongs to it. */
  #afterReturn: 'row' | 'value' | null = null;
  #waiting: CsvRecord | null = null;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  *take(piece: string): Generator<CsvRecord> {
    let from = 0;
    if (this.#marked === null && piece !== '') {
      this.#marked = piece.startsWith('\uFEFF');
      from = this.#marked ? 1 : 0;
    }
    for (let i = from; i < piece.length; i++) {
      const char = piece[i] ?? '';
      if (this.#afterReturn !== null) {
        const kind = this.#afterReturn;
        this.#afterReturn = null;
        if (kind === 'row' && this.#waiting !== null) {
          const row = this.#waiting;
          this.#waiting = null;
          from = char === '\n' ? i + 1 : i;
          yield char === '\n' ? { ...row, end: '\r\n' } : row;
        }
        if (char === '\n') continue;
      }
      const isBreak = char === '\n' || char === '\r';
      if (isBreak && !this.#quoted) {
        const row = this.#end(this.#text + piece.slice(from, i), char);
        from = i + 1;
        if (char === '\n') yield row;
        else {
          this.#waiting = row;
          this.#afterReturn = 'row';
        }
      } else if (isBreak) {
        this.#within++;
        if (char === '\r') this.#afterReturn = 'value';
      } else this.#look(char, piece, from, i);
    }
    this.#text += piece.slice(from);
  }

  rest(): CsvRecord | null {
    if (this.#waiting !== null) return this.#waiting;
    return this.#text === '' ? null : this.#end(this.#text, '');
  }

  #look(char: string, piece: string, from: number, i: number): void {
    const { quote, escape: escapes, delimiter, comment } = this.#dialect;
    if (this.#comment !== null) return;
    if (this.#escaped) this.#escaped = false;
    else if (this.#quoted) {
      if (char === escapes && escapes !== quote) this.#escaped = true;
      else if (char === quote) {
        this.#quoted = false;
        this.#closed = true;
      }
    } else if (this.#closed && char === quote && escapes === quote) {
      this.#quoted = true;
      this.#closed = false;
    } else {
      this.#closed = false;
      const before = (): string => this.#text.slice(-8) + piece.slice(Math.max(from, i - 8), i);
      const isFirst = i === from && this.#text === '';
      if (comment !== '' && char === comment) this.#comment = this.#text.length + i - from;
      else if (char === quote && (isFirst || before().endsWith(delimiter))) this.#quoted = true;
    }
  }

  #end(text: string, end: string): CsvRecord {
    const values = text.slice(0, this.#comment ?? text.length);
    const row = { line: this.#line, text, values, end, marked: this.#marked ?? false };
    this.#marked = false;
    this.#line += 1 + this.#within;
    this.#within = 0;
    this.#text = '';
    this.#comment = null;
    this.#closed = false;
    return row;
  }
}

/** The values of a row. Only what the names of columns need: a quote that is not closed runs to the end. */
export function splitRecord(text: string, { delimiter, quote, escape: escapes }: Dialect): string[] {
  const values: string[] = [];
  let value = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if (quoted && char === escapes && escapes !== '' && (text[i + 1] === quote || text[i + 1] === escapes)) {
      value += text[++i] ?? '';
    } else if (quoted && char === quote) quoted = false;
    else if (quoted) value += char;
    else if (char === quote && value === '') quoted = true;
    else if (text.startsWith(delimiter, i)) {
      values.push(value);
      value = '';
      i += delimiter.length - 1;
    } else value += char;
  }
  return [...values, value];
}

/**
 * Whether a record is a row: no comment, and no line without anything, unless there is but one column, whose NULL that is
 * (`narrow`).
 */
export function isRow({ text, values }: CsvRecord, narrow: boolean): boolean {
  const isComment = values.length < text.length && /^ *$/.test(values);
  return !isComment && (text !== '' || narrow);
}

/** Lines of any text: nothing in them is quoted, and nothing divides them. */
export const plainLines: Dialect = {
  delimiter: '\u0001',
  quote: '',
  escape: '',
  header: false,
  comment: '',
  nulls: [],
  maxLine: null,
};

/** The rows of a file, those without anything and comments too. */
export async function countRecords(file: Readable, dialect: Dialect, signal: AbortSignal): Promise<number> {
  let records = 0;
  for await (const _ of scanCsv(file, dialect)) {
    if (records++ % recordsBetween === 0) signal.throwIfAborted();
  }
  return records;
}

const recordsBetween = 4096;

/** Bytes in the longest row of some files. */
export async function longestRow(files: readonly Readable[], dialect: Dialect): Promise<number> {
  let longest = 0;
  // No character has more than three bytes for each of its units.
  for (const file of files)
    for await (const { text } of scanCsv(file, dialect))
      if (3 * text.length > longest) longest = Math.max(longest, Buffer.byteLength(text));
  return longest;
}
