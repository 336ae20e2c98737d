import { entry } from '../entry.js';

const nearest = (name: string | undefined, known: readonly string[]): string =>
  name !== undefined ? `Did you mean "${name}"?` : `Known are: ${known.join(', ')}.`;

/** Problems in what a person wrote: YAML, flags, configuration objects. */
export const configErrors = {
  UNKNOWN_TYPE: entry<{
    role: 'home' | 'store';
    type: string;
    nearest?: string | undefined;
    known: readonly string[];
  }>({
    title: 'A home or store of an unknown type',
    kind: 'config',
    message: (f) => `there is no ${f.role} of type "${f.type}"; known are: ${f.known.join(', ')}`,
    hint: (f) =>
      f.nearest !== undefined
        ? `Did you mean "${f.nearest}"?`
        : '`hygge types` lists them all. A type from a package must be named under plugins: in hygge.yml.',
  }),
  TYPE_TAKEN: entry<{ role: 'home' | 'store' | 'connection'; type: string }>({
    title: 'Two definitions for one type name',
    kind: 'config',
    message: (f) => `a ${f.role} of type "${f.type}" is already registered`,
    hint: () => 'Choose another name for the second one.',
  }),
  UNKNOWN_KEY: entry<{ key: string; where: string; nearest?: string | undefined; known: readonly string[] }>({
    title: 'A key that means nothing here',
    kind: 'config',
    message: (f) => `unknown key "${f.key}" in ${f.where}`,
    hint: (f) => nearest(f.nearest, f.known),
  }),
  INVALID_VALUE: entry<{ key: string; reason: string; hint?: string | undefined }>({
    title: 'A value that a key cannot have',
    kind: 'config',
    message: (f) => `${f.key}: ${f.reason}`,
    hint: (f) => f.hint ?? null,
  }),
  MISSING_KEY: entry<{ key: string; where: string; hint?: string | undefined }>({
    title: 'A key that must be there',
    kind: 'config',
    message: (f) => `${f.where} needs the key "${f.key}"`,
    hint: (f) => f.hint ?? null,
  }),
};
