import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import {
  builtinRegistry,
  Coordinator,
  type JournalEntry,
  loadWorkspace,
  openJournal,
  type StartOptions,
} from '../../src/index.js';
import { openWitness, type Witness } from './witness.js';

/** A witness, and for every test an empty folder of its own. */
export interface Workplace {
  readonly witness: Witness;
  readonly folder: string;
  /** A path in the folder. */
  at(...parts: string[]): string;
  /** Writes a SELECT into a parquet file in the folder by the witness; gives its path. */
  parquet(name: string, select: string, options?: string): Promise<string>;
  /** Writes text into a file in the folder; gives its path. */
  file(name: string, text: string): Promise<string>;
  /** The project in the folder, read, with what runs it. */
  project(): Promise<{ coordinator: Coordinator; journal(): Promise<readonly JournalEntry[]> }>;
}

/** To be called once in each test file. */
export function useWorkplace(): Workplace {
  let witness: Witness | undefined;
  let folder: string | undefined;
  beforeAll(async () => {
    witness = await openWitness();
  });
  afterAll(() => witness?.close());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hygge-test-'));
  });
  afterEach(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });
  return {
    get witness() {
      return there(witness);
    },
    get folder() {
      return there(folder);
    },
    at(...parts) {
      return join(there(folder), ...parts);
    },
    async parquet(name, select, options = '') {
      const path = join(there(folder), name);
      await mkdir(dirname(path), { recursive: true });
      const target = path.replaceAll("'", "''");
      await there(witness).run(`COPY (${select}) TO '${target}' (FORMAT parquet${options})`);
      return path;
    },
    async file(name, text) {
      const path = join(there(folder), name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
      return path;
    },
    async project() {
      const { workspace, registry } = await loadWorkspace({
        path: there(folder),
        registry: builtinRegistry(),
      });
      const journal = async (): Promise<readonly JournalEntry[]> => {
        const opened = openJournal(workspace.state);
        const entries = await opened.entries();
        await opened.close();
        return entries;
      };
      return { coordinator: new Coordinator({ workspace, registry }), journal };
    },
  };
}

/** A SELECT over all parquet files of a store, in the order of their names, as any reader would write it. */
export const settled = (store: string): string =>
  `SELECT * FROM read_parquet('${join(store, '*.parquet').replaceAll("'", "''")}')`;

/** A SELECT over one file. */
export const readFile = (path: string): string =>
  `SELECT * FROM read_parquet('${path.replaceAll("'", "''")}')`;

/** The names in a folder that readers see, sorted; none where it is not there. */
export function visible(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .sort();
}

/** Everything in a folder and below, hidden files too, sorted; none where it is not there. */
export function everything(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort() : [];
}

export const bothRoutes = ['engine', 'batches'] as const;

/** Each route that always can be taken, and the one that the planner chooses. */
export const everyWay = ['engine', 'batches', 'chosen'] as const;

export const by = (way: (typeof everyWay)[number]): StartOptions => (way === 'chosen' ? {} : { route: way });

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it is used outside of a test');
  return value;
}
