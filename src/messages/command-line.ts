import { oneLine } from '../errors/text.js';

/** A command line that a person may copy: `path` is what they named themselves as the place of the workspace. */
export function proposed(command: string, path: string | undefined, ...more: readonly string[]): string {
  return ['hygge', command, ...(path === undefined ? [] : [quoted(path)]), ...more].join(' ');
}

/** A flag and its value. Names may hold spaces and other things that a shell would take apart. */
export function shellSafe(flag: string): string {
  const [name = '', value = ''] = flag.split(/ (.*)/s);
  return `${name} ${quoted(value)}`;
}

/** A word as a shell takes it. */
export function quoted(value: string): string {
  return /^[\w.,:/@%+=-]+$/.test(value) ? value : `'${oneLine(value).replaceAll("'", `'\\''`)}'`;
}
