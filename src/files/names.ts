import { fail } from '../errors/index.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const control = /[\u0000-\u001f\u007f]/;

/** Why a name cannot be that of a file in a store; null where it can. Parts are divided by `/`. */
export function unfitName(name: string): string | null {
  if (name === '') return 'it is empty';
  if (control.test(name)) return 'it holds a control character';
  if (name.includes('\\')) return 'it holds a backslash';
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) return 'it is not relative to the store';
  for (const part of name.split('/')) {
    if (part === '') return 'it has an empty part';
    if (part === '.' || part === '..') return 'it leads elsewhere';
    if (part.startsWith('.')) return 'a part of it starts with a dot, so readers of the store would skip it';
  }
  return null;
}

/** UNFIT_NAME for a name that {@link unfitName} finds fault with. */
export function checkName(name: string): void {
  const reason = unfitName(name);
  if (reason !== null) throw fail('UNFIT_NAME', { name, reason });
}

/** The folders of a store that a name lies in, from the store's own (`''`) down. */
export function foldersOf(name: string): string[] {
  const parts = name.split('/').slice(0, -1);
  return ['', ...parts.map((_, i) => parts.slice(0, i + 1).join('/'))];
}

/** Names of staged and kept files: one part, of letters that every file system takes. */
export const isPartName = (name: string): boolean => /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(name);
