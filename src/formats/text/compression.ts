export const compressions = ['none', 'gzip', 'zstd'] as const;
export type TextCompression = (typeof compressions)[number];

/** What a file is compressed with, by its name unless it is told. */
export function compressionOf(path: string, told: TextCompression | 'auto'): TextCompression {
  if (told !== 'auto') return told;
  return /\.gz$/i.test(path) ? 'gzip' : /\.zst$/i.test(path) ? 'zstd' : 'none';
}
