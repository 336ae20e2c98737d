import { readFileSync } from 'node:fs';

interface PackageFile {
  readonly version: string;
}

/** hygge's own version, from its package.json. */
export function hyggeVersion(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as PackageFile).version;
}
