import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { root } from './blocks.js';

// Inside the project, so that `import 'hygge'` finds the package that was built.
mkdirSync(join(root, '.hygge'), { recursive: true });
const base = mkdtempSync(join(root, '.hygge', 'docs-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let made = 0;

/** A new folder with a copy of data/home/numbers, removed after the tests of the file. */
export function sandbox(files: Readonly<Record<string, string>> = {}): string {
  const folder = join(base, String(++made));
  cpSync(join(root, 'data/home/numbers'), join(folder, 'data/home/numbers'), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

export interface Ended {
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs Node in a folder until it ends. */
export function node(args: readonly string[], cwd: string, env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env: { ...process.env, NO_COLOR: '1', ...env } });
    let out = '';
    let err = '';
    child.stdout.on('data', (data) => {
      out += data;
    });
    child.stderr.on('data', (data) => {
      err += data;
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, out, err }));
  });
}

/** Runs the built `hygge` in a folder. */
export const hygge = (
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Ended> => node([join(root, 'dist/cli/main.js'), ...args], cwd, env);
