import { statfs } from 'node:fs/promises';
import { platform } from 'node:os';
import { dirname } from 'node:path';

/** File systems of Linux that lie on a disk or in memory of this machine, by their numbers in statfs(2). */
const localTypes: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // xfs
  0x9123683e, // btrfs
  0x2fc12fc1, // zfs
  0xf2f52010, // f2fs
  0xca451a4e, // bcachefs
  0x794c7630, // overlayfs
  0x01021994, // tmpfs
]);

/** What is known of folders. */
const known = new Map<string, boolean>();

/**
 * Whether what has this path lies on a file system of this machine, by the folder it is in: a call to one of another
 * machine may never come back, and whoever waits for it in place hears no Ctrl-C. False where it is not known, and
 * always on other systems than Linux. Told at once where something in the folder was asked for before.
 */
export function isLocal(path: string): boolean | Promise<boolean> {
  if (platform() !== 'linux') return false;
  const folder = dirname(path);
  return known.get(folder) ?? isLocalFolder(folder);
}

async function isLocalFolder(folder: string): Promise<boolean> {
  try {
    const local = localTypes.has((await statfs(folder)).type);
    known.set(folder, local);
    return local;
  } catch {
    return false;
  }
}
