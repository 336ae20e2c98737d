import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderStore } from '../../src/files/index.js';

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}.mjs`, import.meta.url));

/** Runs a fixture to its end; it uses the build, so `npm run build` comes first. */
function start(name: string, ...given: string[]) {
  const child = spawn(process.execPath, [fixture(name), ...given], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (data) => (output += data));
  child.stderr.on('data', (data) => (output += data));
  return new Promise<{ code: number | null; signal: string | null; output: string }>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, output })),
  );
}

let root: string;
let path: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hygge-processes-'));
  path = join(root, 'store');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const visible = async () => (await readdir(path)).filter((name) => !name.startsWith('.')).sort();
const open = () => new FolderStore({ path, suffix: '.parquet' });

describe('two processes at one store', () => {
  it('take turns for 50 rounds each, and lose nothing', async () => {
    const ended = await Promise.all(['one', 'two'].map((name) => start('contender', path, name, '50')));
    expect(ended).toEqual(ended.map(() => ({ code: 0, signal: null, output: '' })));
    const rounds = Array.from({ length: 50 }, (_, i) => i + 1);
    const expected = rounds.flatMap((round) => [`one-${round}.parquet`, `two-${round}.parquet`]).sort();
    expect(await visible()).toEqual(expected);
    expect((await open().inspect()).files.map(({ name }) => name)).toEqual(expected);
    expect((await readdir(join(path, '.hygge'))).sort()).toEqual(['files', 'manifest.json']);
  });
});

describe('a process that is killed', () => {
  it('leaves the old data or the new, wherever it was', async () => {
    const state = async () =>
      Object.fromEntries(
        await Promise.all(
          (await visible()).map(async (name) => [name, await readFile(join(path, name), 'utf8')]),
        ),
      );
    expect(await start('victim', path, 'r0', '0')).toMatchObject({ code: 0 });
    const told = new Set<string>();
    let last = 'r0';
    // Every third operation: a process takes its time to start, and the simulation goes through them all.
    for (let at = 1, round = 1; ; at += 3, round += 1) {
      const runId = `r${round}`;
      const { signal } = await start('victim', path, runId, String(at));
      const recovered = await open().recover({ runId: 'recovering', name: 'recover' });
      for (const { what } of recovered) told.add(what);
      const { runId: now } = await open().inspect();
      expect([last, runId]).toContain(now);
      if (recovered.some(({ what }) => what === 'rolled-forward') || signal === null) expect(now).toBe(runId);
      expect(await state()).toEqual({ 'a.parquet': now, [`${now}.parquet`]: now });
      expect((await readdir(join(path, '.hygge'))).sort()).toEqual(['files', 'manifest.json']);
      last = now ?? '';
      if (signal === null) break;
    }
    expect([...told].sort()).toEqual(['rolled-forward', 'swept']);
  });
});

describe('a user without rights', () => {
  it('is told so, and nothing is made', async () => {
    await mkdir(path);
    await chmod(root, 0o755);
    await chmod(path, 0o555);
    for (const where of [path, join(path, 'below', 'deep')]) {
      const { output } = await start('stranger', where);
      const told: { code: string; message: string }[] = JSON.parse(output);
      expect(told.map(({ code }) => code)).toEqual(['PATH_NOT_WRITABLE', 'PATH_NOT_WRITABLE']);
      expect(told[0]?.message).toContain(path);
      expect(told[0]?.message).toContain('the right to do so is missing (EACCES)');
    }
    expect(await readdir(path)).toEqual([]);
    await chmod(path, 0o755);
    expect(existsSync(join(path, '.hygge'))).toBe(false);
  });
});
