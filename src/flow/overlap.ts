import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { EntityConfig } from '../core/entity-config.js';
import type { HomeDefinition } from '../core/home.js';
import type { TypedConfig } from '../core/plan.js';
import type { StoreDefinition } from '../core/store.js';
import { fail } from '../errors/index.js';

const wildcard = /[*?[\]{}]/;

/**
 * ENDS_OVERLAP where a flow would read, at its next run, what it wrote at this one, or where the home lies among the
 * store's own files. For types that say which of their keys are paths.
 */
export function checkApart(config: EntityConfig, home: HomeDefinition, store: StoreDefinition): void {
  for (const homePath of pathsOf(config.home, home)) {
    for (const storePath of pathsOf(config.store, store)) {
      const reason = store.inFile === true ? found(homePath, storePath) : overlap(homePath, storePath);
      if (reason === null) continue;
      const facts = { name: config.name, home: homePath, store: storePath, reason };
      throw fail('ENDS_OVERLAP', facts, { at: config.at });
    }
  }
}

function pathsOf(config: TypedConfig, definition: HomeDefinition | StoreDefinition): string[] {
  return (definition.paths ?? []).flatMap((key) => {
    const path = config[key];
    return typeof path === 'string' ? [path] : [];
  });
}

/**
 * Why a home and a store that is one file must not be used together; null where they may. In a folder, a home reads
 * the files of its own ending alone; a pattern finds what it says.
 */
function found(homePath: string, storePath: string): string | null {
  const parts = resolve(homePath).split(sep);
  const first = parts.findIndex((part) => wildcard.test(part));
  if (first === -1) return null;
  const base = real(parts.slice(0, first).join(sep) || sep);
  const store = real(storePath);
  const last = parts.at(-1) ?? '';
  if (!isInside(store, base) || (last !== '**' && !matches(last, basename(store)))) return null;
  return reaches(parts.slice(first), relative(base, store).split(sep))
    ? 'the pattern of the home also finds the file of the store, so the next run would read what this one writes'
    : null;
}

/** Whether a part of a pattern matches a name. */
function matches(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^$()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replace(/\{([^}]*)\}/g, (_, choices: string) => `(${choices.replaceAll(',', '|')})`);
  try {
    return new RegExp(`^${source}$`, 's').test(name);
  } catch {
    // A bracket that is not closed.
    return true;
  }
}

/** Why a home and a store must not be used together; null where they may. */
function overlap(homePath: string, storePath: string): string | null {
  const store = real(storePath);
  // The store says so itself, and says it better.
  if (statSync(store, { throwIfNoEntry: false })?.isFile()) return null;
  const parts = resolve(homePath).split(sep);
  const first = parts.findIndex((part) => wildcard.test(part));
  const base = real(first === -1 ? homePath : parts.slice(0, first).join(sep) || sep);
  if (base === store && first === -1)
    return 'the home and the store are the same folder, so the next run would read what this one writes';
  if (base !== store && isInside(base, store))
    return 'the home lies in the folder of the store, so whoever reads the store would find its rows twice';
  if (base !== store && !isInside(store, base)) return null;
  if (first === -1) return 'the store lies in the home, so the next run would read what this one writes';
  // A pattern: whether it can reach a file that the store may write.
  const file = join(relative(base, store), 'a file').split(sep);
  return reaches(parts.slice(first), file)
    ? 'the pattern of the home also finds files of the store, so the next run would read what this one writes'
    : null;
}

/** Whether a pattern can match a path; a part with a wildcard is taken to match anything, as is the last one. */
function reaches([part, ...rest]: readonly string[], [name, ...below]: readonly string[]): boolean {
  if (part === undefined || name === undefined) return part === undefined && name === undefined;
  if (part === '**')
    return reaches(rest, [name, ...below]) || reaches([part, ...rest], below) || rest.length === 0;
  if (below.length > 0 && !wildcard.test(part) && part !== name) return false;
  return reaches(rest, below);
}

const isInside = (path: string, folder: string): boolean => {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && resolve(way) !== way;
};

/** The path with every link followed, as far as it exists. */
function real(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    const above = dirname(absolute);
    return above === absolute ? absolute : join(real(above), relative(above, absolute));
  }
}
