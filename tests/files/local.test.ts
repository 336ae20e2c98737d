import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isLocal } from '../../src/files/index.js';

const folder = mkdtempSync(join(tmpdir(), 'hygge-local-'));
afterAll(() => rmSync(folder, { recursive: true }));

const linux = process.platform === 'linux';
/** The names that `stat` has for them. */
const localNames = ['ext2/ext3', 'xfs', 'btrfs', 'zfs', 'f2fs', 'overlayfs', 'tmpfs'];
/** A file that others than the disks of this machine hold, where there is one. */
const foreign = '/proc/version';

describe('a path', () => {
  it('is local where the file system that it lies on is one of this machine', async () => {
    const type = linux ? execFileSync('stat', ['-f', '-c', '%T', folder], { encoding: 'utf8' }).trim() : '';
    expect(await isLocal(join(folder, 'file'))).toBe(localNames.includes(type));
    expect(await isLocal(foreign)).toBe(false);
    expect(await isLocal(join(folder, 'nothing', 'here'))).toBe(false);
  });

  it('has its calls made by other threads where it is not local', async () => {
    const module = new URL('../../build/files/index.js', import.meta.url).href;
    const inject = new URL('../faults/inject.mjs', import.meta.url).href;
    const [own, log] = [join(folder, 'own'), join(folder, 'calls.json')];
    const opened = linux ? foreign : own;
    const program = `const { DiskFile } = await import('${module}');
      const mine = await DiskFile.open('${own}', 'wx');
      await mine.write(Buffer.from('mine'), 0);
      await mine.close();
      const other = await DiskFile.open('${opened}', 'r');
      const bytes = Buffer.alloc(4);
      await other.read(bytes, 0);
      await other.close();
      console.log(bytes.toString());`;
    const args = ['--import', inject, '--input-type=module', '-e', program];
    const env = { ...process.env, HYGGE_FAULT_LOG: log };
    const read = execFileSync(process.execPath, args, { encoding: 'utf8', env }).trim();
    expect(read).toBe(linux ? 'Linu' : 'mine');
    const { calls } = JSON.parse(readFileSync(log, 'utf8'));
    const inPlace = (path: string): boolean[] =>
      calls.flatMap((call: { path: string; inPlace: boolean }) => (call.path === path ? [call.inPlace] : []));
    if (linux) expect(inPlace(foreign)).toEqual([false]);
    // those that follow depend on how long this one took
    expect(inPlace(own)[0]).toBe(await isLocal(own));
  });
});
