import { entry } from '../entry.js';

/** Problems with files and folders, as a home or a store meets them. */
export const fileErrors = {
  PATH_NOT_FOUND: entry<{ path: string; what: string; similar?: string }>({
    title: 'A path does not exist',
    kind: 'run',
    message: (f) => `${f.what} ${f.path} does not exist`,
    hint: (f) => {
      const start = 'elative paths start at the folder of hygge.yml, or of the one YAML file with flows:.';
      return f.similar === undefined
        ? `Check the spelling; r${start}`
        : `Did you mean ${f.similar}? R${start}`;
    },
  }),
  PATH_NOT_READABLE: entry<{ path: string; what: string; reason: string }>({
    title: 'A path cannot be read',
    kind: 'run',
    message: (f) => `${f.what} ${f.path} cannot be read (${f.reason})`,
    hint: () => 'Give the user that runs hygge the right to read it.',
  }),
  PATH_NOT_WRITABLE: entry<{ path: string; what: string; reason: string }>({
    title: 'A path cannot be written to',
    kind: 'run',
    message: (f) => `${f.what} ${f.path} cannot be written to (${f.reason})`,
    hint: () => 'Give the user that runs hygge the right to write there, or choose another path.',
  }),
  STORE_PATH_IS_FILE: entry<{ path: string }>({
    title: 'The path of a store is a file',
    kind: 'run',
    message: (f) => `the store's path ${f.path} is a file; a store is a folder`,
    hint: (f) => {
      const folder = f.path.replace(/\.[^./\\]+$/, '');
      const other = folder === f.path ? 'another folder' : `a folder, such as ${folder}/`;
      return `Name ${other}, or move the file away. It was not touched.`;
    },
  }),
  DISK_FULL: entry<{ path: string; what: string }>({
    title: 'No room on the disk',
    kind: 'run',
    message: (f) => `there is no room left for ${f.what} ${f.path}`,
    hint: () => 'Free some room and run it again. Nothing was published; what had been staged was removed.',
  }),
  TOO_MANY_FILES: entry<{ reason: string }>({
    title: 'More files than may be open at once',
    kind: 'run',
    message: (f) => `this process may not have as many files open as it needs: ${f.reason}`,
    hint: () => 'Nothing was published. Raise the limit, such as with: ulimit -n 1024.',
  }),
  FILE_SYSTEM: entry<{ path: string; what: string; reason: string }>({
    title: 'The file system refused something',
    kind: 'run',
    retryable: true,
    message: (f) => `${f.what} ${f.path}: ${f.reason}`,
    hint: () => null,
  }),
};
