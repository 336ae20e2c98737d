import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';
import { z } from 'zod';
import { type Loaded, type LoadOptions, loadWorkspace } from '../../src/config/index.js';
import { defineHome } from '../../src/core/home.js';
import { Registry } from '../../src/core/registry.js';
import { defineStore } from '../../src/core/store.js';
import { type HyggeError, HyggeErrors } from '../../src/errors/index.js';

const capabilities = { gives: ['batches'], ordered: true } as const;
const accepts = { takes: ['batches'], modes: ['append', 'replace'], atomic: true, ordered: true } as const;
const neverOpened = async (): Promise<never> => {
  throw new Error('configuration opens nothing');
};

/** Small types with every trait that configuration cares for. */
export function testRegistry(): Registry {
  return new Registry('box')
    .home(
      defineHome({
        type: 'box',
        summary: 'Boxes on a shelf',
        config: z.strictObject({
          path: z.string().min(1).describe('Where the box is'),
          batch_size: z.int().min(1).default(100).describe('Rows at a time'),
          lid: z.boolean().default(false),
        }),
        capabilities,
        paths: ['path'],
        open: neverOpened,
      }),
    )
    .home(
      defineHome({
        type: 'shop',
        summary: 'A table of a database',
        config: z.strictObject({ table: z.string(), password: z.string().max(3).optional() }),
        capabilities,
        forEntity: (config, part) => ({ ...config, table: `${config.table}.${part}` }),
        open: neverOpened,
      }),
    )
    .store(
      defineStore({
        type: 'box',
        summary: 'Boxes',
        config: z.strictObject({
          path: z.string().min(1).describe('The folder'),
          compression: z.enum(['snappy', 'zstd', 'gzip']).default('snappy').describe('How it is pressed'),
          batch_size: z.int().min(1).default(1000),
          file_pattern: z.string().default('{sequence:020d}.box'),
          nested: z
            .strictObject({ depth: z.int().optional(), tags: z.array(z.string()).default([]) })
            .optional(),
        }),
        capabilities: accepts,
        paths: ['path'],
        destination: (config) => config.path,
        open: neverOpened,
      }),
    )
    .store(
      defineStore({
        type: 'cellar',
        summary: 'A cellar',
        config: z.object({ path: z.string(), shelf: z.number().min(0).max(9).default(1) }),
        capabilities: accepts,
        paths: ['path'],
        destination: (config) => config.path,
        open: neverOpened,
      }),
    );
}

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export type Files = Readonly<Record<string, string>>;

/** A temporary folder with these files. */
export function project(files: Files): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'hygge-config-')));
  folders.push(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

export function load(cwd: string, options: Partial<LoadOptions> = {}): Promise<Loaded> {
  return loadWorkspace({ cwd, registry: testRegistry(), env: {}, ...options });
}

/** What is wrong, as `file:line:column CODE message (hint)`. */
export async function problemsOf(loading: Promise<unknown>): Promise<string[]> {
  const errors = await errorsOf(loading);
  return errors.map(({ at, code, message, hint }) => {
    const place = at === null ? '-' : [at.file, at.line, at.column].filter((part) => part !== null).join(':');
    return `${place} ${code} ${message}${hint === null ? '' : ` (${hint})`}`;
  });
}

export async function errorsOf(loading: Promise<unknown>): Promise<readonly HyggeError[]> {
  try {
    await loading;
  } catch (error) {
    if (error instanceof HyggeErrors) return error.errors;
    throw error;
  }
  return [];
}
