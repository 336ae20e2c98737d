import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, parse, relative, resolve, sep } from 'node:path';
import { fail, type HyggeError } from '../errors/index.js';
import { type Environment, expandEnvironment } from './environment.js';
import type { MapNode } from './node.js';
import type { Problems } from './problems.js';
import { given } from './wording.js';
import { parseYaml } from './yaml.js';

/** Bytes; a file of configuration that is larger is a mistake. */
const maxFileSize = 4_000_000;
const workspaceFiles = ['hygge.yml', 'hygge.yaml'];
const yamlEnding = /\.ya?ml$/i;

/** Where the configuration begins: a workspace's hygge.yml, or a YAML file with flows of its own. */
export interface Start {
  readonly file: string;
  readonly isWorkspace: boolean;
}

/**
 * Finds the file to begin with: the one at `path` (a file, or a folder with hygge.yml), or else the nearest
 * hygge.yml from `cwd` upward.
 * @throws HyggeError CONFIG_NOT_FOUND, WORKSPACE_NOT_FOUND
 */
export function findStart(path: string | undefined, cwd: string): Start {
  if (path !== undefined) {
    const full = resolve(cwd, path);
    const kind = kindOf(full);
    if (kind === null)
      throw fail('CONFIG_NOT_FOUND', { what: 'the file or folder', path: displayPath(full, cwd) });
    if (kind === 'folder') return workspaceOf([full]);
    return { file: full, isWorkspace: workspaceFiles.includes(parse(full).base) };
  }
  const folders = [resolve(cwd)];
  for (let folder = dirname(resolve(cwd)); folder !== folders.at(-1); folder = dirname(folder))
    folders.push(folder);
  return workspaceOf(folders);
}

function workspaceOf(folders: readonly string[]): Start {
  for (const folder of folders) {
    for (const name of workspaceFiles) {
      if (kindOf(join(folder, name)) === 'file') return { file: join(folder, name), isWorkspace: true };
    }
  }
  throw fail('WORKSPACE_NOT_FOUND', { looked: folders });
}

export function kindOf(path: string): 'file' | 'folder' | null {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file';
  } catch {
    return null;
  }
}

/** A path as people read it: relative to `cwd` where it lies below it. */
export function displayPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === '' || short === '..' || short.startsWith(`..${sep}`) || isAbsolute(short) ? path : short;
}

/**
 * Reads YAML files, each a map, with the references to the environment expanded. Remembers which they were.
 * Blocking, since nothing else goes on yet, and a thousand small files are read several times as fast.
 */
export class Reader {
  readonly files: string[] = [];
  readonly #cwd: string;
  readonly #environment: Environment;
  readonly #problems: Problems;
  readonly #known = new Map<string, MapNode | undefined>();

  constructor(cwd: string, environment: Environment, problems: Problems) {
    this.#cwd = cwd;
    this.#environment = environment;
    this.#problems = problems;
  }

  /** The map in a file; undefined where it cannot be read or is no map, which has then been reported. */
  read(path: string): MapNode | undefined {
    const file = displayPath(path, this.#cwd);
    this.files.push(path);
    const text = this.#text(path, file);
    if (text === undefined) return undefined;
    const node = this.#problems.catch(() => parseYaml(text, file), { file, line: null, column: null });
    if (node === undefined) return undefined;
    if (node.kind === 'map') return expandEnvironment(node, this.#environment, this.#problems);
    const reason = `must be a map of keys and values, but is ${given(node).text}`;
    this.#problems.add(fail('INVALID_VALUE', { key: 'the file', reason }, { at: node.at }));
    return undefined;
  }

  /** As {@link read}, for a file that several flows may name: read once, and its problems are told once. */
  readonly once = (path: string): MapNode | undefined => {
    if (!this.#known.has(path)) this.#known.set(path, this.read(path));
    return this.#known.get(path);
  };

  /** The YAML files of a folder, by name; none where there is no such folder. */
  yamlFiles(folder: string): string[] {
    return this.names(folder)
      .filter((name) => yamlEnding.test(name))
      .map((name) => join(folder, name));
  }

  /** The names in a folder, sorted, without hidden ones. */
  names(folder: string): string[] {
    if (kindOf(folder) !== 'folder') return [];
    try {
      return readdirSync(folder)
        .filter((name) => !name.startsWith('.'))
        .sort();
    } catch (error) {
      this.#problems.add(unreadable(displayPath(folder, this.#cwd), reasonOf(error)));
      return [];
    }
  }

  #text(path: string, file: string): string | undefined {
    try {
      const { size } = statSync(path);
      if (size > maxFileSize) {
        const reason = `it has ${size} bytes, and configuration may have ${maxFileSize}`;
        this.#problems.add(unreadable(file, reason));
        return undefined;
      }
      return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
    } catch (error) {
      this.#problems.add(unreadable(file, reasonOf(error)));
      return undefined;
    }
  }
}

const unreadable = (file: string, reason: string): HyggeError =>
  fail('CONFIG_UNREADABLE', { path: file, reason }, { at: { file, line: null, column: null } });

function reasonOf(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  if (code === 'ENCODING_INVALID_ENCODED_DATA' || code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
    return 'it is not text in UTF-8';
  return error instanceof Error ? error.message : String(error);
}
