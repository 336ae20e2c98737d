import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs a program; gives whether it ended well. */
export const run = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;

/** Whether this user may mount disks. */
export const mayMount = ((): boolean => {
  const probe = mkdtempSync(join(tmpdir(), 'hygge-mount-'));
  const mounted = run('mount', '-t', 'tmpfs', 'tmpfs', probe) && run('umount', probe);
  rmSync(probe, { recursive: true });
  return mounted;
})();
