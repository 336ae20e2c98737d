import { mkdtempSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import type { EngineSession } from '../../src/core/engine.js';
import type { HomeTrust } from '../../src/core/home.js';
import { fail, type HyggeError } from '../../src/errors/index.js';
import { Flow, type HomeInput, type StoreInput } from '../../src/flow/index.js';
import { CsvSource } from '../../src/formats/csv/source.js';
import { NdjsonSource } from '../../src/formats/ndjson/source.js';
import { plainSpelling } from '../../src/formats/text/exact.js';
import { openTextHome } from '../../src/formats/text/home.js';
import { builtinRegistry, Coordinator, loadWorkspace } from '../../src/index.js';

/** A folder of a test file, removed at its end. */
export function workFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hygge-text-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

let places = 0;
/** A path that nothing is at yet. */
export const fresh = (folder: string): string => join(folder, `place-${++places}`);

/** Writes a file of text, into a folder of its own unless that is named, and gives its path. */
export async function file(
  folder: string,
  name: string,
  text: string | Uint8Array,
  place?: string,
): Promise<string> {
  const path = join(place === undefined ? fresh(folder) : join(folder, place), name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

export async function bring(home: HomeInput, store: StoreInput) {
  return new Flow({ name: 'text', home, store }).start();
}

/** The error that bringing fails with. */
export async function failure(home: HomeInput, store: StoreInput): Promise<HyggeError> {
  return bring(home, store).then(
    () => {
      throw new Error('it did not fail');
    },
    (error: HyggeError) => error,
  );
}

/** Runs a project whose flows are these, in a folder. */
export async function runProject(root: string, flows: Readonly<Record<string, unknown>>) {
  await mkdir(root, { recursive: true });
  await writeFile(join(root, 'hygge.yml'), 'name: text\n');
  for (const [name, flow] of Object.entries(flows)) {
    await mkdir(join(root, 'flows', name), { recursive: true });
    await writeFile(join(root, 'flows', name, 'flow.yml'), JSON.stringify(flow));
  }
  const registry = builtinRegistry();
  const { workspace } = await loadWorkspace({ path: root, registry });
  return new Coordinator({ workspace, registry }).start();
}

/** What a run put aside of a flow, row by row; nothing where there is no such file. */
export async function readAside(
  root: string,
  flow: string,
  runId: string,
): Promise<Record<string, unknown>[]> {
  const path = join(root, '.hygge', 'quarantine', flow, runId, 'unreadable.ndjson');
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

export type Format = 'csv' | 'ndjson';
export interface Read {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Whether it took something of the first rows for true of all. */
  readonly isGuess: boolean;
  /** The statement that read them. */
  readonly sql: string;
}

const dialect = {
  delimiter: ',',
  quote: '"',
  escape: '"',
  header: true,
  comment: '',
  nulls: [''],
  maxLine: null,
};

/** What a home gives, with this trust and so many rows taken for typical; or the error. */
export async function readTrusting(
  session: EngineSession,
  format: Format,
  path: string,
  columns: Readonly<Record<string, string>> | null,
  trust: HomeTrust | undefined,
  typical: number,
): Promise<Read | { readonly error: HyggeError; readonly isGuess: boolean }> {
  const context = { name: 'text', signal: new AbortController().signal, engine: async () => session, trust };
  const files = [path];
  const source =
    format === 'csv'
      ? new CsvSource(
          { path, files, dialect, compression: 'auto', encoding: 'utf-8', spelling: plainSpelling },
          context,
        )
      : new NdjsonSource({ files, compression: 'auto', maxLine: null }, context);
  const options = { path, columns, onBadRow: 'fail', source, typical } as const;
  const home = await openTextHome(options, { ...context, connections: {} as never });
  const another = fail('INTERNAL', { reason: 'another' });
  const isGuess = (): boolean => home.distrusts?.(another) === 'last run';
  try {
    const schema = (await home.schema()) ?? [];
    const { sql = '' } = (await home.relation?.()) ?? {};
    const kinds = schema.map(({ name, type }) => `${name} ${JSON.stringify(type)}`);
    const rows = await session.rows(sql);
    await home.prove?.(() => {});
    return { columns: kinds, rows, isGuess: isGuess(), sql };
  } catch (error) {
    return { error: error as HyggeError, isGuess: isGuess() };
  }
}
