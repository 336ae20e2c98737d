import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { fail } from '../errors/index.js';

/** PATH_NOT_WRITABLE where the file of a database that is there may not be written to. */
export async function checkWritable(path: string): Promise<void> {
  await access(path, constants.W_OK).catch((cause: NodeJS.ErrnoException) => {
    throw fail('PATH_NOT_WRITABLE', { what: 'the database', path, reason: cause.message }, { cause });
  });
}
