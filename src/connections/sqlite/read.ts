import type { Batch } from '../../core/batch.js';
import type { EngineSession, Relation } from '../../core/engine.js';
import { type LogicalType, type Schema, type TypeKind, typeName, type Value } from '../../core/types.js';
import { identifier, rowsToBatch } from '../../engine/index.js';
import { fail, HyggeError } from '../../errors/index.js';
import type { SQLiteDatabase, SQLiteValue } from './database.js';

/** Rows of a file, and their columns as hygge has them. */
export interface SQLiteSource {
  /** A SELECT of the columns, called by their names. */
  readonly sql: string;
  readonly schema: Schema;
  /** An expression of a row's number in its table, which `sql` has as a column of this name; null: it has none. */
  readonly rowid: string | null;
  /** Where its rows are found by their numbers; left out where they cannot be. */
  readonly key?: SQLiteKey;
}

/** A table whose rows are numbered. */
export interface SQLiteKey {
  /** The table's name, quoted. */
  readonly table: string;
  /** What the numbers are called there. */
  readonly rowid: string;
}

/** Rows in a batch, where nobody says otherwise. */
const batchRows = 10_000;
/** Bytes of texts and blobs in a batch, after which it takes no more rows. */
const batchBytes = 16 * 1024 * 1024;

/** What stands in a string for bytes that are no text. */
const broken = '\uFFFD';
/** Before the digits of a blob that stands where text or a number should be: no text that comes as a string has it. */
const blobMark = `${broken}x`;

/**
 * Reads all rows, each value held against its column's type. Text comes as a string where that says all of it: one with
 * a NUL, at which a string would end, comes as its bytes, and so does one with a real U+FFFD, so that in a string this
 * is always what was no text. `firstRow`: rows that came before these.
 * @throws VALUE_UNFIT with the value's rowid
 */
export function* readBatches(
  database: SQLiteDatabase,
  source: SQLiteSource,
  rowsPerBatch = batchRows,
  firstRow = 0,
): Generator<Batch> {
  const { schema, sql, rowid } = source;
  const columns = schema.map(({ name, type }) => {
    const column = identifier(name);
    if (type.kind === 'blob') return column;
    const bytes = `instr(${column}, char(0)) > 0 OR instr(${column}, char(65533)) > 0`;
    return `CASE typeof(${column}) WHEN 'text' THEN CASE WHEN ${bytes} THEN CAST(${column} AS BLOB) ELSE ${column} END WHEN 'blob' THEN char(65533) || 'x' || hex(substr(${column}, 1, 20)) ELSE ${column} END`;
  });
  const all = [...columns, ...(rowid === null ? [] : [identifier(rowid)])].join(', ');
  const place = { name: database.options.name, source, encoding: encodingOf(database) };
  let rows: SQLiteValue[][] = [];
  let before = firstRow;
  let bytes = 0;
  for (const row of database.iterate(`SELECT ${all} FROM (${sql}\n)`)) {
    rows.push(row);
    for (const value of row)
      if (typeof value === 'string' || value instanceof Uint8Array) bytes += value.length;
    if (rows.length < rowsPerBatch && bytes < batchBytes) continue;
    yield toBatch(place, rows, before);
    before += rows.length;
    [rows, bytes] = [[], 0];
  }
  if (rows.length > 0) yield toBatch(place, rows, before);
}

/** The rows as a table of the engine. */
export async function readIntoEngine(
  database: SQLiteDatabase,
  source: SQLiteSource,
  engine: EngineSession,
): Promise<Relation> {
  const table = await engine.table(source.schema);
  for (const batch of readBatches(database, source)) await table.append(batch);
  return table.relation();
}

/** As which every text lies in the file, and its bytes are given. */
export const encodingOf = (database: SQLiteDatabase): string =>
  String(database.rows('PRAGMA encoding')[0]?.[0] ?? 'utf-8').toLowerCase();

type Decoder = InstanceType<typeof TextDecoder>;

interface Place {
  /** For people. */
  readonly name: string;
  readonly source: SQLiteSource;
  readonly encoding: string;
}

function toBatch({ name, source, encoding }: Place, rows: readonly SQLiteValue[][], before: number): Batch {
  const { schema, rowid } = source;
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  const objects = rows.map((row, i) => {
    const object: Record<string, unknown> = Object.create(null);
    schema.forEach((column, k) => {
      const value = row[k] ?? null;
      const given = meant(value, column.type, decoder);
      if (given !== undefined) object[column.name] = given;
      else throw unfit(i, column.name, column.type, shown(value, encoding));
    });
    return object;
  });
  try {
    return rowsToBatch(objects, schema, { name, firstRow: before });
  } catch (error) {
    if (!(error instanceof HyggeError) || error.code !== 'VALUE_UNFIT') throw error;
    const { row, column, value } = error.facts as { row: number; column: string; value: string };
    const type = schema.find((one) => one.name === column)?.type ?? { kind: 'varchar' };
    throw unfit(row - before - 1, column, type, value);
  }

  function unfit(i: number, column: string, type: LogicalType, value: string): HyggeError {
    const number = rowid === null ? undefined : rows[i]?.[schema.length];
    const known = typeof number === 'bigint' ? { rowid: String(number) } : {};
    return fail('VALUE_UNFIT', { name, column, row: before + i + 1, value, type: typeName(type), ...known });
  }
}

/** Kinds that are whole numbers in SQLite. */
const wholes: ReadonlySet<TypeKind> = new Set([
  'tinyint',
  'smallint',
  'integer',
  'bigint',
  'utinyint',
  'usmallint',
  'uinteger',
]);

/** What SQLite has, as what may be read as a value of the type; undefined where it cannot be one. */
function meant(value: SQLiteValue, { kind }: LogicalType, decoder: Decoder): Value | undefined {
  if (value === null) return null;
  if (kind === 'blob') return typeof value === 'object' ? value : undefined;
  if (typeof value === 'object' || typeof value === 'string') {
    const isNumber = wholes.has(kind) || kind === 'double' || kind === 'float' || kind === 'boolean';
    if (isNumber) return undefined;
    if (typeof value === 'object') return decoded(value, decoder);
    return value.includes(broken) ? undefined : value;
  }
  // Whether it is within the range of its kind is looked at with every other value.
  if (wholes.has(kind) && kind !== 'bigint')
    return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
  switch (kind) {
    case 'boolean':
      return value === 0n ? false : value === 1n ? true : undefined;
    case 'bigint':
      return typeof value === 'bigint' ? value : undefined;
    case 'float':
    case 'double':
      if (typeof value === 'number') return value;
      return BigInt(Number(value)) === value ? Number(value) : undefined;
    case 'decimal':
      // the shortest text that is this very number, as everybody else shows it
      return String(value);
    default:
      // a date is not the number of some days, nor a text that of its digits
      return undefined;
  }
}

function decoded(bytes: Uint8Array, decoder: Decoder): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function shown(value: SQLiteValue, encoding: string): string {
  if (typeof value === 'string')
    return value.startsWith(blobMark) ? `the blob ${value.slice(1)}` : JSON.stringify(value.slice(0, 100));
  if (value instanceof Uint8Array)
    return JSON.stringify(new TextDecoder(encoding).decode(value.subarray(0, 100)));
  return String(value);
}
