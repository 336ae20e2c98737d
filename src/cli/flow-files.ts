import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { stringify } from 'yaml';
import { type FoundTable, likelyWatermarks } from '../core/discover.js';
import type { TypedConfig } from '../core/plan.js';
import { fail } from '../errors/index.js';

/** The files of a flow that reads tables, by their paths below its folder. */
export function flowFiles(
  flow: string,
  home: TypedConfig,
  tables: readonly FoundTable[],
): ReadonlyMap<string, string> {
  const store = stringify({ store: `data/store/${flow}` });
  const head =
    '# Each file in entities/ is a journey of its own; its name is appended to the path of the store.\n';
  const files = new Map([['flow.yml', `${head}${stringify({ home })}${store}`]]);
  for (const [name, table] of named(tables)) files.set(`entities/${name}.yml`, entityText(table));
  return files;
}

function entityText(table: FoundTable): string {
  const [column] = likelyWatermarks(table);
  const { key } = table;
  const lines = [stringify({ home: table.home })];
  if (column !== undefined) {
    const watermark = {
      watermark_column: column,
      ...(key.length === 0 ? {} : { primary_key: key.length === 1 ? key[0] : key }),
    };
    const text = stringify({ run_type: 'incremental', watermark });
    lines.push(
      '\n# Only what is new, if this column grows with every change:\n',
      text.replaceAll(/^(?=.)/gm, '# '),
    );
  }
  return lines.join('');
}

/** A name for each table that can be a file's: its own, with the schema where several share it. */
function named(tables: readonly FoundTable[]): ReadonlyMap<string, FoundTable> {
  const fold = (name: string): string => name.toLowerCase();
  const twice = (name: string): boolean =>
    tables.filter((other) => fold(other.name) === fold(name)).length > 1;
  const entities = new Map<string, FoundTable>();
  const taken = new Set<string>();
  for (const table of tables) {
    const whole = table.schema !== null && twice(table.name) ? `${table.schema}_${table.name}` : table.name;
    const safe = whole.replaceAll(/[^\p{L}\p{N}_-]+/gu, '_');
    let name = safe;
    for (let i = 2; taken.has(fold(name)); i++) name = `${safe}_${i}`;
    taken.add(fold(name));
    entities.set(name, table);
  }
  return entities;
}

/** Writes files below a folder. FILES_IN_THE_WAY where some are there, unless `force`; then nothing is written. */
export async function writeFiles(
  folder: string,
  files: ReadonlyMap<string, string>,
  { force, cwd }: { readonly force: boolean; readonly cwd: string },
): Promise<void> {
  const taken = [...files.keys()].map((file) => join(folder, file)).filter((file) => existsSync(file));
  if (taken.length > 0 && !force)
    throw fail('FILES_IN_THE_WAY', { paths: taken.map((path) => relative(cwd, path)) });
  try {
    for (const [file, text] of files) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), text);
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw fail('PATH_NOT_WRITABLE', { what: 'the new flow', path: folder, reason }, { cause });
  }
}
