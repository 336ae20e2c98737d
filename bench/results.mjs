import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { data } from './paths.mjs';

const fileOf = ({ bytes }) => join(data, `results-${Math.round(bytes / 1e6)}mb.json`);

/** The last figures of each group at a size, by its name. */
export function kept(options) {
  const file = fileOf(options);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/** Keeps the figures of a group, so that a page can be made of several runs. */
export function keep(name, result, options) {
  mkdirSync(data, { recursive: true });
  writeFileSync(fileOf(options), JSON.stringify({ ...kept(options), [name]: result }, null, 1));
}
