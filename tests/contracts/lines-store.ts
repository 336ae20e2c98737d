import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Batch, defineStore, fail, type StoreSession, z } from '../../src/index.js';
import type { TextTable } from '../../src/testing/index.js';

/** The kinds that it keeps as text. */
export const kept = ['integer', 'bigint', 'varchar'];

interface Lines {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

const empty: Lines = { columns: [], rows: [] };
const dataFile = (path: string): string => join(path, 'data.json');

/** What lies in the store. */
export async function readLines(path: string): Promise<TextTable> {
  return existsSync(dataFile(path)) ? (JSON.parse(await readFile(dataFile(path), 'utf8')) as Lines) : empty;
}

/** What may be wrong with it, to see whether the contract notices. */
export type Fault =
  | 'loses a row'
  | 'counts wrongly'
  | 'appends always'
  | 'publishes early'
  | 'leaves its draft'
  | 'publishes twice'
  | 'takes every type'
  | 'writes when it looks'
  | 'forgets NULL'
  | 'reorders';

/** A store that is as small as it can be: one file of JSON, written beside and renamed. */
export function linesStore(fault: Fault | null = null) {
  return defineStore({
    type: 'lines',
    summary: 'A file of rows as text',
    config: z.strictObject({ path: z.string().describe('The folder that the file lies in') }),
    capabilities: { takes: ['batches'], modes: ['replace', 'append'], atomic: true, ordered: true },
    paths: ['path'],
    destination: ({ path }) => path,
    open: async ({ path }, { name }): Promise<StoreSession> => {
      const draft = join(path, 'draft.json');
      let staged: (string | null)[][] = [];
      let columns: readonly string[] = [];
      let replaces = false;
      let published = false;
      const write = async (): Promise<void> => {
        const before = replaces && fault !== 'appends always' ? empty : await readLines(path);
        const rows = fault === 'reorders' ? staged.reverse() : staged;
        await mkdir(path, { recursive: true });
        await writeFile(draft, JSON.stringify({ columns, rows: [...before.rows, ...rows] }));
        await rename(draft, dataFile(path));
      };
      const add = (batch: Batch): void => {
        for (let row = 0; row < batch.rows; row++) {
          const values = batch.columns.map((column) => column[row] ?? null);
          const text = (value: unknown): string | null => (value === null ? null : String(value));
          staged.push(values.map(fault === 'forgets NULL' ? String : text));
        }
        if (fault === 'loses a row') staged.splice(20, 1);
      };
      return {
        inspect: async () => {
          if (fault === 'writes when it looks') {
            await mkdir(path, { recursive: true });
            await appendFile(join(path, 'log.txt'), 'looked\n');
          }
          return { files: 0, rows: (await readLines(path)).rows.length, bytes: 0, foreign: [] };
        },
        begin: async ({ mode, schema }) => {
          const wrong = schema.find(({ type }) => !kept.includes(type.kind));
          if (wrong !== undefined && fault !== 'takes every type') {
            const { kind } = wrong.type;
            throw fail('TYPE_UNSUPPORTED', { name, column: wrong.name, type: kind, why: 'it is not text' });
          }
          columns = schema.map((column) => column.name);
          replaces = mode === 'replace';
          if (fault === 'leaves its draft') {
            await mkdir(path, { recursive: true });
            await writeFile(draft, '');
          }
        },
        writeBatch: async (batch) => {
          add(batch);
          if (fault === 'publishes early') await write();
        },
        finish: async () => ({
          rows: staged.length + (fault === 'counts wrongly' ? 1 : 0),
          bytes: 0,
          files: 1,
          by: 'lines',
        }),
        publish: async () => {
          if (!published || fault === 'publishes twice') await write();
          published = true;
          return { files: [dataFile(path)], removed: 0, bytes: 0 };
        },
        discard: async () => {
          staged = [];
          if (fault !== 'leaves its draft') await rm(draft, { force: true });
        },
        close: async () => {},
      };
    },
  });
}
