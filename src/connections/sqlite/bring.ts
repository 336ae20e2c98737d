import { unlink } from 'node:fs/promises';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Batch } from '../../core/batch.js';
import type { EngineSession, EngineTable, Relation } from '../../core/engine.js';
import type { HomePart } from '../../core/home.js';
import { fail, HyggeError } from '../../errors/index.js';
import { SpoolFolder } from '../spool-folder.js';
import type { SQLiteDatabase } from './database.js';
import { readBatches, type SQLiteSource } from './read.js';
import { NotAsText, SourceText, type TextPiece } from './text-blocks.js';
import type { WholeFile } from './text-file.js';

export interface BringRequest {
  readonly database: SQLiteDatabase;
  readonly source: SQLiteSource;
  readonly engine: EngineSession;
  readonly signal: AbortSignal;
  /** Some rows have come. */
  onProgress?(): void;
}

/** Bytes of text that make a part, at least. */
const partBytes = 8 << 20;
/** How often the engine may refuse a file before no more are written. */
const mostRefusals = 3;
/** What has nothing to do with what the rows are like. */
const otherReasons: ReadonlySet<string> = new Set(['INTERRUPTED', 'DISK_FULL', 'OUT_OF_MEMORY', 'INTERNAL']);

/** All rows as one relation, which is there as long as the engine's session. */
export async function bring(request: BringRequest): Promise<Relation> {
  let all: EngineTable | null = null;
  for await (const table of tables(request, Number.POSITIVE_INFINITY)) all = table;
  return relationOf(all ?? (await request.engine.table(request.source.schema)));
}

/** All rows as relations one after the other: the next one comes when the one before it is done. */
export async function* bringParts(request: BringRequest): AsyncGenerator<HomePart> {
  let last: EngineTable | null = null;
  try {
    for await (const table of tables(request, partBytes)) {
      last = table;
      const relation = await relationOf(table);
      let done = async (): Promise<void> => {};
      const isDone = new Promise<void>((resolve) => {
        done = async () => resolve();
      });
      yield { ...relation, done };
      await isDone;
      await table.clear();
    }
  } finally {
    await last?.drop();
  }
}

const relationOf = async (table: EngineTable): Promise<Relation> => ({
  ...(await table.relation()),
  rows: table.rows,
});

/**
 * All rows in one state of the file, in tables of the engine that hold at least so many bytes: whoever is given one takes
 * its rows out of it before asking for more. SQLite writes rows as text, of which no value becomes one of JavaScript, and
 * the engine reads it. What cannot come so, or does not fit, is read value by value: only that, where rows have numbers,
 * and else all.
 */
async function* tables(request: BringRequest, least: number): AsyncGenerator<EngineTable> {
  const { database, source } = request;
  const text = SourceText.of(database, source);
  const isOurs = !database.isTransaction;
  if (isOurs) database.run('BEGIN');
  try {
    // The first row takes the file's lock, which every other waits for until the last has come.
    await database.patiently(() => database.rows('SELECT 1 FROM sqlite_schema LIMIT 1'));
    yield* text === null ? valuesOf(request) : textOf(request, text, least);
  } finally {
    if (isOurs && database.isTransaction) database.run('COMMIT');
  }
}

async function* textOf(request: BringRequest, text: SourceText, least: number): AsyncGenerator<EngineTable> {
  const { database, source, engine } = request;
  const folder = new SpoolFolder();
  const table = await engine.table(source.schema);
  const filling = new Filling(request, text, table);
  try {
    for await (const piece of ahead(text.pieces(database, folder))) {
      await filling.add(piece);
      // Rows without numbers may all have to be read again.
      if (source.key === undefined || filling.bytes < least) continue;
      yield table;
      filling.bytes = 0;
    }
    if (table.rows > 0) yield table;
  } catch (error) {
    if (!(error instanceof NotAsText)) throw error;
    await table.drop();
    yield* valuesOf(request);
  } finally {
    await folder.remove();
  }
}

/** All rows value by value. */
async function* valuesOf(request: BringRequest): AsyncGenerator<EngineTable> {
  const table = await request.engine.table(request.source.schema);
  await addValues(request, table, 0);
  yield table;
}

/** How many bytes they are, about. */
async function addValues(
  { database, source, signal, onProgress }: Omit<BringRequest, 'engine'>,
  table: EngineTable,
  firstRow: number,
): Promise<number> {
  let bytes = 0;
  for (const batch of readBatches(database, source, undefined, firstRow)) {
    if (signal.aborted) throw fail('INTERRUPTED', { name: database.options.name });
    await table.append(batch);
    bytes += bytesOf(batch);
    onProgress?.();
    // Reading stops everything else in this process; others get their turn in between.
    await breathe();
  }
  return bytes;
}

function bytesOf({ columns, rows }: Batch): number {
  let bytes = 8 * columns.length * rows;
  for (const column of columns)
    for (const value of column)
      if (typeof value === 'string' || value instanceof Uint8Array) bytes += value.length;
  return bytes;
}

/** A table that pieces are added to. */
class Filling {
  readonly #request: BringRequest;
  readonly #text: SourceText;
  readonly #table: EngineTable;
  /** Rows in all, those that were taken out too. */
  #before = 0;
  #refusals = 0;
  /** In the table, about; whoever takes them out says so. */
  bytes = 0;

  constructor(request: BringRequest, text: SourceText, table: EngineTable) {
    this.#request = request;
    this.#text = text;
    this.#table = table;
  }

  async add(piece: TextPiece): Promise<void> {
    const { database, source, signal, onProgress } = this.#request;
    if (signal.aborted) throw fail('INTERRUPTED', { name: database.options.name });
    const { file, range } = piece;
    const rows = this.#table.rows;
    if (file !== null && (await this.#addFile(file))) this.bytes += file.bytes;
    else {
      if (range === null || source.key === undefined) throw new NotAsText();
      const { rowid } = source.key;
      const sql = `${source.sql} WHERE ${rowid} >= ${range.from} AND ${rowid} <= ${range.to}`;
      const some = { ...this.#request, source: { ...source, sql } };
      this.bytes += await addValues(some, this.#table, this.#before);
    }
    this.#before += this.#table.rows - rows;
    onProgress?.();
  }

  /** Whether the engine could read it. */
  async #addFile(file: WholeFile): Promise<boolean> {
    const { signal } = this.#request;
    try {
      const added = await this.#table.appendSelect(this.#text.select(file), { signal });
      if (added === file.rows) return true;
      throw fail('INTERNAL', { reason: `${file.rows} rows were written as text, and ${added} read` });
    } catch (error) {
      if (error instanceof HyggeError && otherReasons.has(error.code)) throw error;
      this.#refusals += 1;
      if (this.#refusals === mostRefusals) this.#text.giveUp();
      return false;
    } finally {
      await unlink(file.path);
    }
  }
}

/** The same, each asked for as soon as the one before it has come, and not when that has been worked on. */
async function* ahead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = source.next();
  try {
    for (let one = await next; one.done !== true; one = await next) {
      next = source.next();
      // Whoever awaits it is told.
      next.catch(() => {});
      yield one.value;
    }
  } finally {
    await next.catch(() => {});
    await source.return(undefined);
  }
}
