import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fail, type HyggeError } from '../errors/index.js';
import { missingPath } from '../files/index.js';

/** Which files of a folder are wanted, and what is said where there is none. */
export interface Wanted {
  readonly names: RegExp;
  /** `found`: some files that are there all the same. */
  none(path: string, found: readonly string[]): HyggeError;
}

const globCharacters = /[*?[\]{}]/;

/** The paths of the wanted files behind a path, sorted; hidden files and folders are passed over. */
export async function listFiles(path: string, { names, none }: Wanted): Promise<string[]> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return null;
    throw fail(
      'PATH_NOT_READABLE',
      { what: 'the home', path, reason: cause.code ?? cause.message },
      { cause },
    );
  });
  if (found?.isFile()) return [path];
  if (found === null && !globCharacters.test(path)) throw await missingPath('the home', path);
  const all = await walk(found === null ? globRoot(path) : path, found === null);
  const wanted = found === null ? all.filter(matcher(path)) : all.filter((file) => names.test(file));
  if (wanted.length === 0) {
    const others = all.slice(0, 4).map((file) => relative(found === null ? globRoot(path) : path, file));
    throw none(path, others);
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

/** The folder that names of files are told relative to. */
export function rootOf(path: string): string {
  return globCharacters.test(path) ? globRoot(path) : path;
}
