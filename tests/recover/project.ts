import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type JournalEntry, openJournal } from '../../src/index.js';
import { type Ended, folderWith, hygge, parquet, sql } from '../cli/helpers.js';

const faults = fileURLToPath(new URL('./faults.mjs', import.meta.url));

/** A project in a folder of its own, with what is in its stores and its journal. */
export interface Project {
  readonly folder: string;
  /** Writes a parquet file with one column `id`: `first` up to `end`, without it. */
  source(name: string, first: number, end: number): Promise<void>;
  /** Runs hygge; `at` is where it is killed or fails. */
  run(args: readonly string[], at?: { readonly kill?: string; readonly fail?: string }): Promise<Ended>;
  /** Runs `hygge … --json`, and gives the document. */
  json(args: readonly string[]): Promise<Record<string, unknown>>;
  /** All ids in a store, as anybody reads them, sorted. */
  ids(store: string): Promise<number[]>;
  journal(): Promise<readonly JournalEntry[]>;
  /** The lines of the journal's file, whatever they are. */
  lines(): string[];
}

export function project(files: Readonly<Record<string, string | Uint8Array>>): Project {
  const folder = folderWith(files);
  const run: Project['run'] = (args, at = {}) =>
    hygge(args, {
      cwd: folder,
      ...(at.kill === undefined && at.fail === undefined
        ? {}
        : {
            nodeArgs: ['--import', faults],
            env: { KILL_AT: at.kill ?? '', FAIL_AT: at.fail ?? '' },
          }),
    });
  const json: Project['json'] = async (args) => JSON.parse((await run([...args, '--json'])).stdout);
  return {
    folder,
    run,
    json,
    source: (name, first, end) =>
      parquet(join(folder, name), `SELECT i AS id FROM range(${first}, ${end}) AS n(i)`),
    ids: async (store) => {
      const rows = await sql(
        `SELECT id FROM read_parquet('${join(folder, store)}/**/*.parquet') ORDER BY id`,
      );
      return rows.map(([id]) => Number(id));
    },
    journal: () => openJournal(join(folder, '.hygge')).entries(),
    lines: () => readFileSync(join(folder, '.hygge/journal.jsonl'), 'utf8').split('\n'),
  };
}

export const range = (first: number, end: number): number[] =>
  Array.from({ length: end - first }, (_, i) => first + i);
