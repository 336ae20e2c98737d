import { fail } from '../errors/index.js';

/** What the file system says of a file that is read, as an error of ours; everything else as it is. */
export function asFileError(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const what = 'the file';
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return fail('PATH_NOT_FOUND', { what, path }, { cause: error });
    case 'EACCES':
    case 'EPERM':
      return fail('PATH_NOT_READABLE', { what, path, reason: 'permission denied' }, { cause: error });
    case 'EIO':
    case 'EMFILE':
    case 'ENFILE':
    case 'EBUSY':
    case 'ESTALE':
      return fail('FILE_SYSTEM', { what, path, reason: (error as Error).message }, { cause: error });
    default:
      return error;
  }
}

/** What the file system says of a file that is written, as an error of ours; everything else as it is. */
export function asWriteError(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const what = 'the file';
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return fail('DISK_FULL', { what, path }, { cause: error });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return fail('PATH_NOT_WRITABLE', { what, path, reason: 'permission denied' }, { cause: error });
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EEXIST':
      return fail('PATH_NOT_WRITABLE', { what, path, reason: (error as Error).message }, { cause: error });
    case 'EIO':
    case 'EFBIG':
    case 'EMFILE':
    case 'ENFILE':
    case 'EBUSY':
      return fail('FILE_SYSTEM', { what, path, reason: (error as Error).message }, { cause: error });
    default:
      return error;
  }
}
