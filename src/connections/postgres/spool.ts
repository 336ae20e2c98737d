import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform, type TransformCallback } from 'node:stream';
import type { Relation } from '../../core/engine.js';
import type { Column } from '../../core/types.js';
import { identifier, literal } from '../../engine/index.js';
import { quoteName } from './names.js';
import type { PostgresSession } from './session.js';
import type { ColumnIn } from './types-in.js';

/** A folder for rows on their way between a server and the engine. */
export class SpoolFolder {
  #folder: Promise<string> | null = null;
  #files = 0;

  /** A path for a new file. */
  async file(): Promise<string> {
    this.#folder ??= mkdtemp(join(tmpdir(), 'hygge-postgres-'));
    this.#files += 1;
    return join(await this.#folder, `${this.#files}.rows`);
  }

  async remove(): Promise<void> {
    const folder = await this.#folder;
    this.#folder = null;
    if (folder !== null) await rm(folder, { recursive: true, force: true });
  }
}

/** A column of a relation, and how it comes out of the server. */
export interface SpooledColumn extends Column {
  readonly how: ColumnIn;
}

export interface SpoolRequest {
  readonly session: PostgresSession;
  readonly folder: SpoolFolder;
  readonly columns: readonly SpooledColumn[];
  /** What stands behind FROM. */
  readonly from: string;
  /** A condition of the server; null: every row. */
  readonly where: string | null;
}

/** The engine's own limit of a line, in bytes. */
const usualLine = 2_097_152;

/**
 * Brings rows out of the server into a file, in the text form of COPY, and gives the SELECT that reads it: the rows
 * never become values of JavaScript, and can be read more than once.
 */
export async function spool({ session, folder, columns, from, where }: SpoolRequest): Promise<Relation> {
  const path = await folder.file();
  const lines = new LineLength();
  const select = columns.map(({ name, how }, i) => `${how.select(quoteName(name))} AS c${i}`);
  // An empty value alone on its line would be no line.
  const all = columns.length === 1 ? [...select, '0 AS hygge_end'] : select;
  const filter = where === null ? '' : ` WHERE ${where}`;
  const file = createWriteStream(path, { highWaterMark: 1 << 20 });
  const rows = await session.copyOut(`SELECT ${all.join(', ')} FROM ${from}${filter}`, lines, file);
  const schema = columns.map(({ name, type, nullable }) => ({ name, type, nullable }));
  const values = columns.map(({ name, how }) => `${how.value(identifier(name))} AS ${identifier(name)}`);
  const wires = columns.map(({ name, how }) => `${literal(name)}: ${literal(how.wire)}`);
  if (columns.length === 1) wires.push(`${literal('hygge_end')}: 'TINYINT'`);
  const limits =
    lines.longest < usualLine
      ? ''
      : `, max_line_size = ${lines.longest + 1024}, buffer_size = ${2 * (lines.longest + 1024)}`;
  const read = `read_csv(${literal(path)}, auto_detect = false, header = false, delim = '\t', quote = '', escape = '', nullstr = '\\N', new_line = '\\n', columns = {${wires.join(', ')}}${limits})`;
  return { sql: `SELECT ${values.join(', ')} FROM ${read}`, schema, rows };
}

/** Passes on what comes, and knows how long the longest line is at most. */
class LineLength extends Transform {
  longest = 0;
  #open = 0;

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    const first = chunk.indexOf(10);
    if (first === -1) this.#open += chunk.length;
    else {
      this.longest = Math.max(this.longest, this.#open + first, chunk.length);
      this.#open = chunk.length - chunk.lastIndexOf(10);
    }
    this.longest = Math.max(this.longest, this.#open);
    done(null, chunk);
  }
}
