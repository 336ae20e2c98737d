import { basename, dirname, relative, sep } from 'node:path';
import type { Column, Field, Schema } from '../../core/types.js';
import { sameType, typeName } from '../../core/types.js';
import { widerType } from '../../core/widen.js';
import { fail } from '../../errors/index.js';
import { type Footer, logicalSchema, readFooters } from '../../parquet/index.js';
import { listFiles, rootOf } from '../listing.js';
import { parquetFiles } from './file-names.js';

/** The parquet files behind a path, with what their footers say. */
export interface ParquetSource {
  readonly files: readonly Footer[];
  readonly rows: number;
  readonly bytes: number;
  /** The columns of all files together, in the order they first appear. */
  readonly schema: Schema;
  /** Columns that at least one file lacks; such a file's rows have NULL there. */
  readonly missing: readonly string[];
  /** Columns that have several types in the files, with the least type that holds all their values. */
  readonly grown: readonly Field[];
  /** Whether all files have the same columns in the same order. */
  readonly uniform: boolean;
  /** Names of the `key=value` folders that all paths share, in order; empty where there are none. */
  readonly hive: readonly string[];
}

/** Reads the footers of a file, of all files in a folder and below, or of those that match a pattern. */
export async function openParquet(path: string, signal: AbortSignal): Promise<ParquetSource> {
  const paths = await listParquet(path);
  const files = await readFooters(paths, { signal });
  return { ...combine(files), hive: hiveKeys(paths, path) };
}

/** The paths of the parquet files behind a path, sorted; hidden files and folders are passed over. */
export function listParquet(path: string): Promise<string[]> {
  return listFiles(path, {
    names: parquetFiles,
    none: (path, found) => fail('NO_PARQUET_FILES', { path, found }),
  });
}

/** The `key=value` folders that all paths share below the root; none where one path lacks one. */
function hiveKeys(paths: readonly string[], root: string): string[] {
  const keysOf = (path: string): string =>
    JSON.stringify(
      dirname(relative(rootOf(root), path))
        .split(sep)
        .flatMap((part) => (part.indexOf('=') > 0 ? [part.slice(0, part.indexOf('='))] : [])),
    );
  const first = paths[0] === undefined || paths[0] === root ? '[]' : keysOf(paths[0]);
  return first !== '[]' && paths.every((path) => keysOf(path) === first) ? JSON.parse(first) : [];
}

/**
 * The columns of several files as one table. Two types for one column are the least one that holds the values of both;
 * where there is none, an error that names both files.
 */
function combine(files: readonly Footer[]): Omit<ParquetSource, 'hive'> {
  const columns = new Map<string, { column: Column; file: string; seen: number }>();
  const schemas = schemasOf(files);
  const grown = new Set<string>();
  for (const { schema, file, times } of schemas) {
    for (const column of schema) {
      const known = columns.get(column.name);
      const type = known === undefined ? column.type : widerType(known.column.type, column.type);
      if (known === undefined) columns.set(column.name, { column, file, seen: times });
      else if (type !== null) {
        if (!sameType(known.column.type, column.type)) grown.add(column.name);
        known.seen += times;
        known.column = { ...known.column, type, nullable: known.column.nullable || column.nullable };
      } else {
        const folder = commonFolder(files.map((each) => each.path));
        throw fail('SCHEMAS_DISAGREE', {
          column: column.name,
          first: relative(folder, known.file),
          firstType: typeName(known.column.type),
          second: relative(folder, file),
          secondType: typeName(column.type),
        });
      }
    }
  }
  const all = [...columns.values()];
  return {
    files,
    rows: files.reduce((sum, file) => sum + file.rows, 0),
    bytes: files.reduce((sum, file) => sum + file.fileBytes, 0),
    schema: all.map(({ column, seen }) => (seen < files.length ? { ...column, nullable: true } : column)),
    grown: all.flatMap(({ column: { name, type } }) => (grown.has(name) ? [{ name, type }] : [])),
    missing: all.filter(({ seen }) => seen < files.length).map(({ column }) => column.name),
    uniform: new Set(schemas.map(({ schema }) => JSON.stringify(schema.map(({ name }) => name)))).size <= 1,
  };
}

/** The schemas that files have, each with the first file that has it: files of one writer share one in memory. */
function schemasOf(files: readonly Footer[]): { schema: Schema; file: string; times: number }[] {
  const schemas = new Map<Schema, { schema: Schema; file: string; times: number }>();
  for (const file of files) {
    const schema = logicalSchema(file);
    const known = schemas.get(schema);
    if (known === undefined) schemas.set(schema, { schema, file: file.path, times: 1 });
    else known.times++;
  }
  return [...schemas.values()];
}

function commonFolder(paths: readonly string[]): string {
  let folder = dirname(paths[0] ?? '');
  while (!paths.every((path) => path.startsWith(folder + sep)) && basename(folder) !== '')
    folder = dirname(folder);
  return folder;
}
