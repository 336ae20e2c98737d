import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Column, Schema } from '../../core/types.js';
import { sameType, typeName } from '../../core/types.js';
import { fail } from '../../errors/index.js';
import { type Footer, logicalSchema, readFooters } from '../../parquet/index.js';

/** The parquet files behind a path, with what their footers say. */
export interface ParquetSource {
  readonly files: readonly Footer[];
  readonly rows: number;
  readonly bytes: number;
  /** The columns of all files together, in the order they first appear. */
  readonly schema: Schema;
  /** Columns that at least one file lacks; such a file's rows have NULL there. */
  readonly missing: readonly string[];
  /** Whether all files have the same columns in the same order. */
  readonly uniform: boolean;
  /** Names of the `key=value` folders that all paths share, in order; empty where there are none. */
  readonly hive: readonly string[];
}

const globCharacters = /[*?[\]{}]/;

/** Reads the footers of a file, of all files in a folder and below, or of those that match a pattern. */
export async function openParquet(path: string, signal: AbortSignal): Promise<ParquetSource> {
  const paths = await listParquet(path);
  const files = await readFooters(paths, { signal });
  return { ...combine(files), hive: hiveKeys(paths, path) };
}

/** The paths of the parquet files behind a path, sorted; hidden files and folders are passed over. */
export async function listParquet(path: string): Promise<string[]> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return null;
    throw fail(
      'PATH_NOT_READABLE',
      { what: 'the home', path, reason: cause.code ?? cause.message },
      { cause },
    );
  });
  if (found?.isFile()) return [path];
  if (found === null && !globCharacters.test(path)) throw fail('PATH_NOT_FOUND', { what: 'the home', path });
  const all = await walk(found === null ? globRoot(path) : path, found === null);
  const wanted = found === null ? all.filter(matcher(path)) : all.filter((file) => /\.parquet$/i.test(file));
  if (wanted.length === 0) {
    const others = all.slice(0, 4).map((file) => relative(found === null ? globRoot(path) : path, file));
    throw fail('NO_PARQUET_FILES', { path, found: others });
  }
  return sortedByParts(wanted);
}

/** Every file below a folder, hidden ones left out. */
async function walk(folder: string, pattern: boolean): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: false }).catch(
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT' && pattern) return [];
      throw fail(
        'PATH_NOT_READABLE',
        { what: 'the folder', path: folder, reason: cause.code ?? cause.message },
        { cause },
      );
    },
  );
  const files: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    const kind = entry.isSymbolicLink() ? await stat(path).catch(() => entry) : entry;
    if (kind.isDirectory()) files.push(...(await walk(path, pattern)));
    else if (kind.isFile()) files.push(path);
  }
  return files;
}

/** The longest folder of a pattern that has no pattern characters. */
function globRoot(pattern: string): string {
  let root = pattern;
  while (globCharacters.test(root)) root = dirname(root);
  return root;
}

/**
 * A test for a glob pattern: `*` and `?` stay within a name, `**` crosses folders, `[…]` is a set and `{a,b}` are
 * alternatives.
 */
function matcher(pattern: string): (path: string) => boolean {
  let text = '';
  let depth = 0;
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] as string;
    if (pattern.startsWith('**/', i)) {
      text += '(?:.*/)?';
      i += 2;
    } else if (pattern.startsWith('**', i)) {
      text += '.*';
      i += 1;
    } else if (char === '*') text += '[^/]*';
    else if (char === '?') text += '[^/]';
    else if (char === '[' && pattern.indexOf(']', i + 2) > 0) {
      const end = pattern.indexOf(']', i + 2);
      const set = pattern
        .slice(i + 1, end)
        .replace(/\\/g, '\\\\')
        .replace(/^!/, '^');
      text += `[${set}]`;
      i = end;
    } else if (char === '{') {
      text += '(?:';
      depth++;
    } else if (char === '}' && depth > 0) {
      text += ')';
      depth--;
    } else if (char === ',' && depth > 0) text += '|';
    else text += char === sep || char === '/' ? '/' : char.replace(/[.+^$()|\\]/g, '\\$&');
  }
  const expression = new RegExp(`^${text}$`);
  return (path) => expression.test(path.split(sep).join('/'));
}

/** In the order of a listing: folder by folder, name by name. */
function sortedByParts(paths: readonly string[]): string[] {
  // the one character that no name has, and that comes before all others
  const ends = '\0';
  const keys = paths.map((path) => path.replaceAll(sep, ends)).sort();
  return keys.map((key) => key.replaceAll(ends, sep));
}

/** The `key=value` folders that all paths share below the root; none where one path lacks one. */
function hiveKeys(paths: readonly string[], root: string): string[] {
  const keysOf = (path: string): string =>
    JSON.stringify(
      dirname(relative(globCharacters.test(root) ? globRoot(root) : root, path))
        .split(sep)
        .flatMap((part) => (part.indexOf('=') > 0 ? [part.slice(0, part.indexOf('='))] : [])),
    );
  const first = paths[0] === undefined || paths[0] === root ? '[]' : keysOf(paths[0]);
  return first !== '[]' && paths.every((path) => keysOf(path) === first) ? JSON.parse(first) : [];
}

/** The columns of several files as one table; two types for one column are an error that names both files. */
function combine(files: readonly Footer[]): Omit<ParquetSource, 'hive'> {
  const columns = new Map<string, { column: Column; file: string; seen: number }>();
  const schemas = schemasOf(files);
  for (const { schema, file, times } of schemas) {
    for (const column of schema) {
      const known = columns.get(column.name);
      if (known === undefined) columns.set(column.name, { column, file, seen: times });
      else if (sameType(known.column.type, column.type)) {
        known.seen += times;
        if (column.nullable && !known.column.nullable) known.column = { ...known.column, nullable: true };
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
