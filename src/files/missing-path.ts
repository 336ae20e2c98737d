import { readdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { nearest } from '../core/nearest.js';
import { fail, type HyggeError } from '../errors/index.js';

/** PATH_NOT_FOUND, with the path that was most likely meant. `what`: what should be there, such as `the home`. */
export async function missingPath(what: string, path: string): Promise<HyggeError> {
  const similar = await similarPath(path);
  return fail('PATH_NOT_FOUND', { what, path, ...(similar === null ? {} : { similar }) });
}

/** A path that is there and is written alike; null where there is none. */
async function similarPath(path: string): Promise<string | null> {
  let folder = dirname(path);
  while ((await namesIn(folder)) === null && dirname(folder) !== folder) folder = dirname(folder);
  const steps = relative(folder, path).split(sep);
  let found = folder;
  for (const step of steps) {
    const all: readonly string[] = (await namesIn(found)) ?? [];
    const name = all.includes(step) ? step : nearest(step, all);
    if (name === undefined) break;
    found = join(found, name);
  }
  return found === folder ? null : found;
}

/** What a folder holds, without what is hidden; null where it is none, or cannot be read. */
function namesIn(folder: string): Promise<readonly string[] | null> {
  return readdir(folder).then(
    (names) => names.filter((name) => !name.startsWith('.')),
    () => null,
  );
}
