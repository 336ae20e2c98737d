import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { flushWhile } from '../../src/files/flush.js';
import { nodeFileSystem } from '../../src/files/node-file-system.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hygge-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The real file system; `synced` is told of each flush, before it is done. */
const watching = (synced: (path: string) => void) => ({
  ...nodeFileSystem,
  syncFile: async (path: string) => {
    synced(path);
    await nodeFileSystem.syncFile(path);
  },
});

it('flushes a file while it is written, and gives what the work gives', async () => {
  const path = join(folder, 'a');
  await writeFile(path, 'x');
  let flushed = (_: string): void => {};
  const work = new Promise<string>((resolve) => {
    flushed = resolve;
  });
  expect(
    await flushWhile(
      watching((synced) => flushed(synced)),
      path,
      work,
    ),
  ).toBe(path);
});

it('waits for a file that is not there yet', async () => {
  let asked = 0;
  let twice = (): void => {};
  const work = new Promise<void>((resolve) => {
    twice = resolve;
  });
  const fileSystem = watching(() => {
    asked++;
    if (asked === 2) twice();
  });
  await flushWhile(fileSystem, join(folder, 'missing'), work);
  expect(asked).toBeGreaterThanOrEqual(2);
});

/** A disk that fails cannot be had. */
const broken = (failed: () => void) => ({
  ...nodeFileSystem,
  syncFile: async () => {
    failed();
    throw Object.assign(new Error('the disk is gone'), { code: 'EIO' });
  },
});

it('fails with the disk, when the work is done', async () => {
  let fail = (): void => {};
  const work = new Promise<void>((resolve) => {
    fail = resolve;
  });
  await expect(
    flushWhile(
      broken(() => fail()),
      join(folder, 'a'),
      work,
    ),
  ).rejects.toThrow('the disk is gone');
});

it('fails with the work where both fail', async () => {
  let fail = (): void => {};
  const work = new Promise<void>((_, reject) => {
    fail = () => reject(new Error('the statement failed'));
  });
  await expect(
    flushWhile(
      broken(() => fail()),
      join(folder, 'a'),
      work,
    ),
  ).rejects.toThrow('the statement failed');
});
