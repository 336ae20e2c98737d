import { asHyggeError, fail, type HyggeError } from '../errors/index.js';
import { errorCode } from './file-system.js';

/** Trying again can help: the cause may pass by itself, or a new file may fare better. */
const passing = new Set([
  'EIO',
  'EMFILE',
  'ENFILE',
  'EBUSY',
  'EAGAIN',
  'EINTR',
  'ETIMEDOUT',
  'ESTALE',
  'ENOMEM',
  'ECONNRESET',
]);

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'the right to do so is missing',
  EPERM: 'it is not permitted',
  EROFS: 'the disk is read-only',
  EIO: 'the disk reported an error',
  EMFILE: 'this process has too many files open',
  ENFILE: 'the machine has too many files open',
  EBUSY: 'another process is using it',
  ENAMETOOLONG: 'the name is too long',
  ENOTDIR: 'a part of the path is a file',
  EXDEV: 'it lies on another disk',
  EFBIG: 'the file would be larger than is allowed',
};

/**
 * An error of the file system as one that a person can use; any other error by {@link asHyggeError}.
 * @param what what was being worked on, such as "the store"
 * @param path used where the error does not name one
 */
export function fileError(thrown: unknown, what: string, path: string): HyggeError {
  const code = errorCode(thrown);
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return asHyggeError(thrown);
  const where = pathOf(thrown) ?? path;
  const reason = reasons[code] === undefined ? messageOf(thrown) : `${reasons[code]} (${code})`;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return fail('DISK_FULL', { path: where, what }, { cause: thrown });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return fail('PATH_NOT_WRITABLE', { path: where, what, reason }, { cause: thrown });
    default:
      return fail(
        'FILE_SYSTEM',
        { path: where, what, reason },
        { cause: thrown, retryable: passing.has(code) },
      );
  }
}

/** Runs an operation on files, and translates its errors. */
export async function translated<T>(what: string, path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw fileError(error, what, path);
  }
}

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

function pathOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('path' in thrown)) return undefined;
  return typeof thrown.path === 'string' ? thrown.path : undefined;
}
