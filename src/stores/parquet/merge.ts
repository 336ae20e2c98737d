import { join } from 'node:path';
import type { EngineSession, Relation, StatementOptions } from '../../core/engine.js';
import type { Merged } from '../../core/store.js';
import { type Schema, sameType, typeName } from '../../core/types.js';
import { identifier, literal, pathList } from '../../engine/index.js';
import { fail } from '../../errors/index.js';
import type { StoredFile } from '../../files/index.js';
import { guardTexts, settingOf, type WriteCodec } from '../../formats/parquet/index.js';
import { logicalSchema, readFooter, verifyPageChecksums } from '../../parquet/index.js';

/** The rows that are merged, as a table of the store's own session. */
const table = 'hygge_merge';
/** Rows of the store whose key is among them: the file, the row's number in it, and whether it says the same. */
const hits = 'hygge_hits';
const file = 'hygge_file';

export interface MergeRequest {
  /** Each key once. */
  readonly rows: Relation;
  readonly folder: string;
  readonly files: readonly StoredFile[];
  /** What the files hold; null where there is none. */
  readonly held: Relation | null;
  readonly schema: Schema;
  readonly key: readonly string[];
  readonly order: string | null;
  readonly engine: EngineSession;
  readonly options: StatementOptions;
  allocate(): string;
  /** The statement that writes a SELECT into a file. */
  copy(select: string, path: string, codec: WriteCodec): string;
}

/** A file that is written anew without the rows that others stand for. */
export interface Rewritten {
  readonly name: string;
  /** Rows that are left. */
  readonly rows: number;
  /** Where they are staged, and the rows of the old file that they are; null where no row is left. */
  readonly staged: { readonly path: string; readonly left: Relation } | null;
}

export interface MergePlan {
  readonly merged: Merged;
  readonly rewritten: readonly Rewritten[];
  /** All rows that were given. */
  readonly given: Relation;
  /** The rows that are new, or stand for those that were taken out. */
  readonly fresh: Relation;
}

/**
 * Compares rows with those of the store, and rewrites the files that hold one of their keys, without
 * them. A file that holds none is not touched; a row that the store holds just so is left where it is.
 */
export async function mergeRows(request: MergeRequest): Promise<MergePlan> {
  const { engine, schema, key, options } = request;
  await engine.run(`CREATE OR REPLACE TEMP TABLE ${table} AS ${request.rows.sql}`, options);
  const given = { sql: `SELECT * FROM ${table} ORDER BY rowid`, schema };
  const total = await count(request, `SELECT count(*) FROM ${table}`);
  if (request.held === null)
    return { merged: { inserted: total, updated: 0, unchanged: 0 }, rewritten: [], given, fresh: given };
  await findHits(request, request.held);
  const keys = key.map(identifier).join(', ');
  const unchanged = `SELECT ${keys} FROM ${hits} GROUP BY ${keys} HAVING bool_or(hygge_later) OR (count(*) = 1 AND bool_and(hygge_same))`;
  await engine.run(`CREATE OR REPLACE TEMP TABLE hygge_unchanged AS ${unchanged}`, options);
  const same = await count(request, 'SELECT count(*) FROM hygge_unchanged');
  const match = (from: string): string =>
    key.map((column) => `${from}.${identifier(column)} = u.${identifier(column)}`).join(' AND ');
  await engine.run(`DELETE FROM ${hits} USING hygge_unchanged AS u WHERE ${match(hits)}`, options);
  const updated = await count(request, `SELECT count(*) FROM (SELECT DISTINCT ${keys} FROM ${hits})`);
  const rewritten = await rewrite(request);
  const sql = `SELECT * FROM ${table} AS m WHERE NOT EXISTS (SELECT 1 FROM hygge_unchanged AS u WHERE ${match('m')}) ORDER BY m.rowid`;
  const merged = { inserted: total - same - updated, updated, unchanged: same };
  return { merged, rewritten, given, fresh: { sql, schema } };
}

async function findHits(
  { engine, schema, key, order, folder, files, options }: MergeRequest,
  held: Relation,
): Promise<void> {
  const there = new Map(held.schema.map((column) => [column.name, column.type]));
  const wanted = new Map(schema.map((column) => [column.name, column.type]));
  const same = [
    ...schema.map(({ name, type }) => {
      const own = there.get(name);
      const column = identifier(name);
      if (own === undefined) return `m.${column} IS NULL`;
      const value = sameType(own, type) ? `m.${column}` : `TRY_CAST(m.${column} AS ${typeName(own)})`;
      return `h.${column} IS NOT DISTINCT FROM ${value}`;
    }),
    // What the rows have no column for would be lost with the row that they stand for.
    ...held.schema.filter(({ name }) => !wanted.has(name)).map(({ name }) => `h.${identifier(name)} IS NULL`),
  ].join(' AND ');
  const later = order === null ? 'false' : laterThan(order, schema);
  const match = key.map((column) => `h.${identifier(column)} = m.${identifier(column)}`).join(' AND ');
  const keys = key.map((column) => `m.${identifier(column)}`).join(', ');
  const paths = pathList(files.map(({ name }) => join(folder, name)));
  const source = `read_parquet(${paths}, filename = ${literal(file)}, file_row_number = true, union_by_name = true, hive_partitioning = false)`;
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE ${hits} AS SELECT ${keys}, h.${file}, h.file_row_number AS hygge_row, (${same}) AS hygge_same, (${later}) AS hygge_later FROM ${source} AS h JOIN ${table} AS m ON ${match}`,
    options,
  );
}

/** Whether the row of the store is the later one. A value without a place in the order comes before all others. */
function laterThan(order: string, schema: Schema): string {
  const kind = schema.find(({ name }) => name === order)?.type.kind ?? '';
  const isOpen = kind === 'float' || kind === 'double' || kind === 'date' || kind.startsWith('timestamp');
  const [there, given] = ['h', 'm'].map((row) => {
    const value = `${row}.${identifier(order)}`;
    return isOpen ? `CASE WHEN isfinite(${value}) THEN ${value} END` : value;
  });
  return `${there} IS NOT NULL AND coalesce(${there} > ${given}, true)`;
}

async function rewrite(request: MergeRequest): Promise<Rewritten[]> {
  const { engine, folder, files, options } = request;
  const onProgress = (): void => options.onProgress?.({ fraction: null, rows: 0 });
  const found = await engine.rows(`SELECT ${file}, count(*) FROM ${hits} GROUP BY ${file}`, options);
  const touched = new Map(found.map(([path, rows]) => [path ?? '', Number(rows)]));
  const rewritten: Rewritten[] = [];
  for (const { name, rows } of files) {
    const path = join(folder, name);
    const out = touched.get(path);
    if (out === undefined) continue;
    const left = rows - out;
    if (left === 0) {
      rewritten.push({ name, rows: 0, staged: null });
      continue;
    }
    const footer = await readFooter(path, { signal: options.signal });
    // What the engine would not see must not come out of it as if it were right.
    await verifyPageChecksums(footer, { signal: options.signal, onBytes: onProgress });
    const codec = footer.rowGroups[0]?.columns[0]?.codec;
    const gone = `SELECT hygge_row FROM ${hits} WHERE ${file} = ${literal(path)}`;
    const source = `read_parquet(${pathList([path])}, file_row_number = true, hive_partitioning = false)`;
    const all = guardTexts(`SELECT * FROM ${source}`, [footer]);
    const sql = `SELECT * EXCLUDE (file_row_number) FROM (${all}) WHERE file_row_number NOT IN (${gone}) ORDER BY file_row_number`;
    const staged = request.allocate();
    await engine.run(request.copy(sql, staged, (codec && settingOf(codec)) ?? 'snappy'), options);
    const relation = { sql, schema: logicalSchema(footer) };
    rewritten.push({ name, rows: left, staged: { path: staged, left: relation } });
  }
  if (rewritten.length !== touched.size)
    throw new Error('a file that holds a merged key is not one of the store');
  return rewritten;
}

async function count({ engine, options }: MergeRequest, sql: string): Promise<number> {
  const [row] = await engine.rows(sql, options);
  return Number(row?.[0] ?? 0);
}

/** Rows before, less those that were taken out, and those that were given must be the rows after. */
export function countMerge(
  name: string,
  { merged, rewritten }: MergePlan,
  staged: number,
): { readonly rows: number; readonly merged: Merged } {
  const left = rewritten.reduce((sum, { rows }) => sum + rows, 0);
  const rows = merged.inserted + merged.updated;
  if (left + rows !== staged) throw fail('ROWS_DIFFER', { name, read: left + rows, staged });
  return { rows, merged };
}
