import { fail } from '../errors/index.js';

/** A name for SQL, safe for every name: quotes, spaces, emoji, right-to-left text, line ends. */
export function identifier(name: string): string {
  return `"${checked(name).replaceAll('"', '""')}"`;
}

/** A text for SQL, as a string literal. */
export function literal(text: string): string {
  return `'${checked(text).replaceAll("'", "''")}'`;
}

/**
 * Paths for `read_parquet([...])` and its like. The engine takes `*`, `?` and `[` in a path for a pattern;
 * here each path is one file, whatever its name.
 */
export function pathList(paths: readonly string[]): string {
  return `[${paths.map((path) => literal(withoutPattern(path))).join(', ')}]`;
}

/** A path that the engine takes literally, although it might look like a pattern. Not quoted yet. */
export function withoutPattern(path: string): string {
  return path.replace(/[*?[]/g, '[$&]');
}

function checked(text: string): string {
  if (text.includes('\0')) {
    throw fail('INVALID_VALUE', {
      key: JSON.stringify(text),
      reason: 'a name or text for the engine cannot hold the character NUL',
      hint: 'Rename it, leaving out the invisible character \\u0000.',
    });
  }
  return text;
}
