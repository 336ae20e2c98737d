import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('./collected', import.meta.url));
const endingIn = (ending: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .sort();

/** Files that the format's own collection has, by their names: see `collected/README.md`. */
export const collected = endingIn('.parquet');
export const encrypted = endingIn('.encrypted');

export const collectedPath = (name: string): string => join(folder, name);
