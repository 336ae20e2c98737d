import { type FileSystem, unless } from './file-system.js';

/** Milliseconds between two flushes. */
const flushEvery = 250;

/**
 * Waits for some work that writes a file, and meanwhile brings what is there of the file to the disk, so that little is
 * left to sync at its end. Fails with what the work failed with, else with a failure to sync, which is final.
 */
export async function flushWhile<T>(fileSystem: FileSystem, path: string, work: Promise<T>): Promise<T> {
  let flushing: Promise<unknown> = Promise.resolve();
  let busy = false;
  const flush = (): void => {
    if (busy) return;
    busy = true;
    // The file may not be there yet.
    flushing = unless('ENOENT', fileSystem.syncFile(path)).then(() => {
      busy = false;
    });
    flushing.catch(() => {});
  };
  const timer = setInterval(flush, flushEvery);
  const [result] = await Promise.allSettled([work]);
  clearInterval(timer);
  const [flushed] = await Promise.allSettled([flushing]);
  if (result.status === 'rejected') throw result.reason;
  if (flushed.status === 'rejected') throw flushed.reason;
  return result.value;
}
