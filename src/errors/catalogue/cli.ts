import { entry } from '../entry.js';

/** Problems in what was asked on the command line. */
export const cliErrors = {
  USAGE: entry<{ reason: string; hint?: string | undefined }>({
    title: 'A command that cannot be understood',
    kind: 'config',
    message: (f) => f.reason,
    hint: (f) => f.hint ?? '`hygge --help` shows the commands, and `hygge go --help` what one of them takes.',
  }),
  CODE_UNKNOWN: entry<{ code: string; nearest?: string | undefined }>({
    title: 'A code that no error has',
    kind: 'config',
    message: (f) => `no error of hygge has the code "${f.code}"`,
    hint: (f) =>
      f.nearest === undefined ? '`hygge explain` lists all of them.' : `Did you mean "${f.nearest}"?`,
  }),
  INIT_WOULD_OVERWRITE: entry<{ paths: readonly string[] }>({
    title: 'A new workspace would overwrite files',
    kind: 'config',
    message: (f) => `there is already ${f.paths.join(', ')}`,
    hint: () => 'Choose another name, or add --force to write over the files named. Nothing was written.',
  }),
  FILES_IN_THE_WAY: entry<{ paths: readonly string[] }>({
    title: 'Files that would be written over',
    kind: 'config',
    message: (f) =>
      `there is already ${f.paths.slice(0, 5).join(', ')}${f.paths.length > 5 ? ` and ${f.paths.length - 5} more` : ''}`,
    hint: () => 'Choose another name, or add --force to write over the files named. Nothing was written.',
  }),
};
