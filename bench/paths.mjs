import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');
/** Everything that a benchmark makes. git passes it over; it may be deleted at any time. */
export const data = process.env.HYGGE_BENCH_DATA ?? join(root, 'bench', 'data');
/** What contenders write: emptied before each of them runs. */
export const output = join(data, 'output');
export const cli = join(root, 'dist', 'cli', 'main.js');
export const program = (name) => join(root, 'bench', 'programs', name);
