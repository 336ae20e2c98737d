import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { HomeDefinition } from '../core/home.js';
import type { Registry } from '../core/registry.js';
import type { StoreDefinition } from '../core/store.js';
import { fail, HyggeError, type Position } from '../errors/index.js';

/** What the default export, or the export named `hygge`, of a plugin may be. */
export type Plugin =
  | ((registry: Registry) => void)
  | { readonly homes?: readonly HomeDefinition[]; readonly stores?: readonly StoreDefinition[] };

/** A plugin as hygge.yml names it. */
export interface PluginReference {
  /** A file (relative to `root`), or the name of a package that is installed for the project. */
  readonly name: string;
  readonly at: Position | null;
}

const fileLike = /^\.{0,2}[/\\]|\.[cm]?[jt]s$/;

/**
 * Imports a plugin and adds its types to the registry.
 * @throws HyggeError PLUGIN_FAILED where it is not found, throws, or has another form; TYPE_TAKEN
 */
export async function addPlugin(
  { name, at }: PluginReference,
  registry: Registry,
  root: string,
): Promise<void> {
  const failed = (reason: string, hint: string, cause?: unknown): HyggeError =>
    fail('PLUGIN_FAILED', { plugin: name, reason, hint }, { at, cause });

  const file =
    fileLike.test(name) || isAbsolute(name) ? existing(resolve(root, name)) : packageFile(name, root);
  if (file === undefined) {
    const hint = fileLike.test(name)
      ? `Looked for ${resolve(root, name)}. Paths start at the folder of hygge.yml.`
      : `Install it for the project: npm install ${name}. A file is named with ./ before it.`;
    throw failed('is not there', hint);
  }
  let loaded: Record<string, unknown>;
  try {
    loaded = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    throw failed(
      `failed when it was loaded: ${messageOf(error)}`,
      'The message is from the plugin itself.',
      error,
    );
  }
  const plugin = loaded.hygge ?? loaded.default;
  if (!isPlugin(plugin)) {
    throw failed(
      'exports nothing that hygge can use',
      'Its default export, or the export named hygge, is a function (registry) => void, or { homes: […], stores: […] }.',
    );
  }
  try {
    if (typeof plugin === 'function') await plugin(registry);
    else {
      for (const home of plugin.homes ?? []) registry.home(home);
      for (const store of plugin.stores ?? []) registry.store(store);
    }
  } catch (error) {
    if (error instanceof HyggeError) throw error;
    throw failed(
      `failed when it added its types: ${messageOf(error)}`,
      'The message is from the plugin itself.',
      error,
    );
  }
}

function isPlugin(value: unknown): value is Plugin {
  if (typeof value === 'function') return true;
  if (typeof value !== 'object' || value === null) return false;
  const { homes, stores } = value as Record<string, unknown>;
  return (
    [homes, stores].every((list) => list === undefined || Array.isArray(list)) &&
    (homes ?? stores) !== undefined
  );
}

const existing = (file: string): string | undefined => (existsSync(file) ? file : undefined);

/** The file that a package starts with, as `import` from the project's folder would find it. */
function packageFile(name: string, root: string): string | undefined {
  const require = createRequire(join(root, 'hygge.yml'));
  try {
    return require.resolve(name);
  } catch {
    // A package for `import` alone is not found by the resolution for `require`.
    for (const folder of require.resolve.paths(name) ?? []) {
      const home = join(folder, name);
      const entry = existsSync(join(home, 'package.json')) ? entryOf(join(home, 'package.json')) : undefined;
      if (entry !== undefined) return existing(join(home, entry));
    }
    return undefined;
  }
}

function entryOf(packageJson: string): string | undefined {
  const { exports } = JSON.parse(readFileSync(packageJson, 'utf8')) as { exports?: unknown };
  const pick = (target: unknown): string | undefined => {
    if (typeof target === 'string') return target;
    if (typeof target !== 'object' || target === null) return undefined;
    for (const [key, value] of Object.entries(target)) {
      if (['.', 'node', 'import', 'default'].includes(key)) {
        const found = pick(value);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  };
  return pick(exports);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
