import { isUtf8 } from 'node:buffer';
import { typeName } from '../../core/types.js';
import { identifier, literal } from '../../engine/index.js';
import type { SpoolFolder } from '../spool-folder.js';
import { isRefused, type SQLiteDatabase } from './database.js';
import { encodingOf, type SQLiteKey, type SQLiteSource } from './read.js';
import { newline, TextFile, type WholeFile } from './text-file.js';
import { between, quote, type TextForm, textForm } from './text-form.js';

/** Numbers of rows, from the one to the other. */
export interface RowRange {
  readonly from: bigint;
  readonly to: bigint;
}

/** Some rows of a source, in its order: as text in a file, or those that are to be read value by value. */
export interface TextPiece {
  /** The rows of the piece and no others; null: they have no numbers. */
  readonly range: RowRange | null;
  readonly file: WholeFile | null;
}

/** A source without numbers of rows has a value that does not come as text: all of it is to be read value by value. */
export class NotAsText extends Error {}

/** Bytes of text that SQLite makes at once, about: some milliseconds of its time. */
const blockBytes = 1 << 20;
/** Bytes of text that it makes at most: a row that would be longer is read value by value. */
const mostBlockBytes = 4 << 20;
/** Bytes in a file, about, and so much of what is on its way. */
const fileBytes = 16 << 20;
const firstRows = 256;
const mostRows = 50_000;
/** Fewer rows than this are not worth a file. */
const fewRows = 1_000;
const [least, greatest] = [-(2n ** 63n), 2n ** 63n - 1n];

/** How many fields a function of SQLite takes, with what stands between them, and more. */
const mostFields = 500;

/** Why all of a source is read value by value; null: it is not. */
export function whyNotAsText(database: SQLiteDatabase, { schema }: SQLiteSource): string | null {
  const encoding = encodingOf(database);
  if (encoding !== 'utf-8') return `its texts are in ${encoding}`;
  const column = schema.find(({ type }) => textForm(type) === null);
  return column === undefined ? null : `column "${column.name}" is ${typeName(column.type)}`;
}

/** The text of a source: its lines as SQLite writes them, and the SELECT that reads them. */
export class SourceText {
  readonly #source: SQLiteSource;
  readonly #forms: readonly TextForm[];
  readonly #line: string;
  #isGivenUp = false;

  private constructor(source: SQLiteSource, forms: readonly TextForm[]) {
    this.#source = source;
    this.#forms = forms;
    const fields = source.schema.map(({ name }, i) => `(${forms[i]?.write(identifier(name))})`);
    // An empty field alone on its line would be no line.
    this.#line = joined(fields.length === 1 ? [...fields, "'0'"] : fields);
  }

  /** null: it has none, see {@link whyNotAsText}. */
  static of(database: SQLiteDatabase, source: SQLiteSource): SourceText | null {
    if (whyNotAsText(database, source) !== null) return null;
    return new SourceText(
      source,
      source.schema.map(({ type }) => textForm(type)).filter((form) => form !== null),
    );
  }

  /** What is left is to be read value by value. */
  giveUp(): void {
    this.#isGivenUp = true;
  }

  /** The SELECT of the source's columns out of a file. */
  select({ path, bytes }: WholeFile): string {
    const wires = this.#forms.map(({ wire }, i) => `c${i}: ${literal(wire)}`);
    if (wires.length === 1) wires.push("c1: 'TINYINT'");
    const values = this.#forms.map(({ read }, i) => read(`c${i}`));
    const longest = Math.min(bytes, mostBlockBytes) + 1024;
    return `SELECT ${values.join(', ')} FROM read_csv(${literal(path)}, auto_detect = false, header = false, delim = '${between}', quote = '${quote}', escape = '${quote}', new_line = '\\n', nullstr = '', allow_quoted_nulls = false, parallel = false, max_line_size = ${longest}, buffer_size = ${Math.max(2 * longest, Math.min(bytes + 1024, fileBytes))}, columns = {${wires.join(', ')}})`;
  }

  /** All rows. @throws NotAsText where they have no numbers and one does not come as text. */
  pieces(database: SQLiteDatabase, folder: SpoolFolder): AsyncGenerator<TextPiece> {
    const { key } = this.#source;
    return key === undefined ? this.#unnumbered(database, folder) : this.#numbered(database, folder, key);
  }

  async *#numbered(database: SQLiteDatabase, folder: SpoolFolder, key: SQLiteKey): AsyncGenerator<TextPiece> {
    const blocks = new Blocks(database, key, this.#line);
    const file = new TextFile(folder);
    let from = least;
    try {
      const next = (): Block | null => (this.#isGivenUp ? blocks.rest() : blocks.next());
      for (let block = next(); block !== null; block = next()) {
        const isWhole = block.text !== null;
        if (block.text !== null) await file.add(block.text, block.rows);
        if (file.rows > 0 && (!isWhole || file.bytes >= fileBytes)) {
          const to = isWhole ? block.to : block.from - 1n;
          yield { range: { from, to }, file: await file.end() };
          from = to + 1n;
        }
        if (isWhole) continue;
        yield { range: { from: block.from, to: block.to }, file: null };
        from = block.to + 1n;
      }
      if (file.rows > 0) yield { range: { from, to: greatest }, file: await file.end() };
    } finally {
      await file.close();
    }
  }

  async *#unnumbered(database: SQLiteDatabase, folder: SpoolFolder): AsyncGenerator<TextPiece> {
    const { sql } = this.#source;
    const rows = database.iterate(`SELECT CAST(${this.#line} AS BLOB) FROM (${sql}\n)`);
    const file = new TextFile(folder);
    try {
      for (;;) {
        const { text, lines } = database.withinLength(mostBlockBytes, () => taken(rows));
        if (lines > 0) await file.add(text, lines);
        if (file.rows > 0 && (lines === 0 || file.bytes >= fileBytes))
          yield { range: null, file: await file.end() };
        if (lines === 0) return;
      }
    } catch (error) {
      throw isRefused(error) === null ? error : new NotAsText('', { cause: error });
    } finally {
      rows.return(undefined);
      await file.close();
    }
  }
}

/** Fields of a line, with as many calls as a function of SQLite with so many values needs. */
function joined(fields: readonly string[]): string {
  const concat = (parts: readonly string[]): string => `concat_ws('${between}', ${parts.join(', ')})`;
  if (fields.length <= mostFields) return concat(fields);
  const groups: string[] = [];
  for (let at = 0; at < fields.length; at += mostFields)
    groups.push(concat(fields.slice(at, at + mostFields)));
  return concat(groups);
}

/** A block's worth of lines. @throws NotAsText where they are no text */
function taken(rows: Iterator<unknown[]>): { text: Uint8Array; lines: number } {
  const lines: Uint8Array[] = [];
  for (let bytes = 0; bytes < blockBytes; ) {
    const next = rows.next();
    if (next.done === true) break;
    const line = next.value[0] as Uint8Array;
    lines.push(line, newline);
    bytes += line.length + 1;
  }
  const text = Buffer.concat(lines.slice(0, -1));
  if (!isUtf8(text)) throw new NotAsText();
  return { text, lines: lines.length / 2 };
}

interface Block extends RowRange {
  /** Lines, without the end of the last; null: not all rows come as text. */
  readonly text: Uint8Array | null;
  readonly rows: number;
}

/** Rows one after the other, by their numbers, as many at once as make a block of text. */
class Blocks {
  readonly #database: SQLiteDatabase;
  readonly #last: (...values: (bigint | number)[]) => unknown[] | undefined;
  readonly #text: (...values: bigint[]) => unknown[] | undefined;
  #from: bigint | null = least;
  #rows = firstRows;

  constructor(database: SQLiteDatabase, { table, rowid }: SQLiteKey, line: string) {
    this.#database = database;
    this.#last = database.asker(
      `SELECT ${rowid} FROM ${table} WHERE ${rowid} >= ? ORDER BY ${rowid} LIMIT 1 OFFSET ?`,
    );
    this.#text = database.asker(
      `SELECT count(*), CAST(group_concat(${line}, char(10)) AS BLOB) FROM ${table} WHERE ${rowid} >= ? AND ${rowid} <= ?`,
    );
  }

  /** null: there are no more. */
  next(): Block | null {
    if (this.#from === null) return null;
    const from = this.#from;
    const isFew = from === least && this.#place(from, fewRows) === null;
    const block = isFew ? { from, to: greatest, text: null, rows: 0 } : this.#block(from);
    this.#from = block.to === greatest ? null : block.to + 1n;
    return block.text?.length === 0 && block.rows === 0 ? null : block;
  }

  /** All that are left, none of which is looked at. */
  rest(): Block | null {
    const from = this.#from;
    this.#from = null;
    return from === null ? null : { from, to: greatest, text: null, rows: 0 };
  }

  #block(from: bigint): Block {
    for (;;) {
      const to = this.#place(from, this.#rows) ?? greatest;
      try {
        const [rows, text] = this.#database.withinLength(mostBlockBytes, () => this.#text(from, to)) ?? [];
        return this.#read({ from, to }, Number(rows), (text as Uint8Array | null) ?? new Uint8Array());
      } catch (error) {
        const why = isRefused(error);
        if (why === null) throw error;
        if (why === 'value' || this.#rows === 1) return { from, to, text: null, rows: 0 };
        this.#rows = Math.ceil(this.#rows / 8);
      }
    }
  }

  #read(range: RowRange, rows: number, text: Uint8Array): Block {
    const wanted = Math.ceil((this.#rows * blockBytes) / Math.max(text.length, 1));
    this.#rows = Math.min(wanted, this.#rows * 4, mostRows);
    return { ...range, text: isUtf8(text) ? text : null, rows };
  }

  /** The number of the last of so many rows; null: there are fewer. */
  #place(from: bigint, rows: number): bigint | null {
    const [place = null] = this.#last(from, rows - 1) ?? [];
    return place as bigint | null;
  }
}
