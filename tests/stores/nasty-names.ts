import fc from 'fast-check';

const parts = fc.constantFrom(
  ...['"', "'", '`', ';', '--', '/*', '\\', '/', '.', ' ', '\n', '\0'],
  ...['é', 'א', '\u202e', '🦆', '$1', '{', '%s', '[', '?1'],
);

export const seed = Number(process.env.HYGGE_SEED ?? Date.now() % 1_000_000);

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Names made of what means something in SQL, and of `words`; none of those that are `taken`. */
export const nastyName = (words: readonly string[], taken: RegExp): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof(parts, fc.constantFrom(...words)), { minLength: 1, maxLength: 5 })
    .map((chosen) => chosen.join(''))
    .filter((text) => !taken.test(text));
