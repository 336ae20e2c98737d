import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, expect } from 'vitest';
import { z } from 'zod';

/** The program as it is installed. */
export const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** The same, one file a module: for what is loaded before it to change one of them. */
export const mainOfModules = fileURLToPath(new URL('../../build/cli/main.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface HyggeOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Sees the process while it runs. */
  readonly watch?: (child: ChildProcess) => void;
  readonly nodeArgs?: readonly string[];
  /** Default: `main`. */
  readonly program?: string;
  /** A file to write standard output to. Default: it is kept. */
  readonly stdout?: number;
}

/** A real run of the command line, with nothing of this process's terminal or CI settings. */
export function hygge(args: readonly string[], options: HyggeOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), options.program ?? main, ...args], {
    cwd: options.cwd ?? tmpdir(),
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...options.env },
    stdio: ['ignore', options.stdout ?? 'pipe', 'pipe'],
    // So that a run that hangs fails its test and leaves no process behind.
    timeout: 45_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  options.watch?.(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new folder with these files in it; it goes when the tests of the file are over. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'hygge-cli-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Writes a parquet file from a query. */
export async function parquet(path: string, query = 'SELECT range AS id FROM range(1000)'): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  await sql(`COPY (${query}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`);
}

/** The rows of the parquet files that anybody sees in a folder. */
export async function rowsIn(folder: string): Promise<number> {
  const [row] = await sql(`SELECT count(*) FROM read_parquet('${folder}/**/*.parquet')`);
  return Number(row?.[0]);
}

export async function sql(query: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:', { enable_external_file_cache: 'false' });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(query)).getRows();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Every file below a folder with its content, to prove that nothing was touched. */
export function snapshot(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path, readFileSync(path, 'base64')]),
  );
}

const error = z.strictObject({
  code: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
  file: z.string().nullable(),
  line: z.int().positive().nullable(),
  column: z.int().positive().nullable(),
});

const count = z.int().nonnegative();

/** The JSON document of `hygge go`, as it is promised. */
export const goDocument = z.strictObject({
  run_id: z.string().min(1),
  status: z.enum(['success', 'fail']),
  started_at: z.iso.datetime(),
  finished_at: z.iso.datetime(),
  duration_s: z.number().nonnegative(),
  rows: count,
  flows: z.array(
    z.strictObject({
      name: z.string(),
      flow: z.string(),
      entity: z.string().nullable(),
      status: z.enum(['success', 'fail', 'skip']),
      run_type: z.enum(['full_drop', 'incremental', 'merge']),
      route: z.enum(['splice', 'engine', 'batches']).nullable(),
      reason: z.string().nullable(),
      rows: count,
      bytes_read: count,
      bytes_written: count,
      duration_s: z.number().nonnegative(),
      attempts: count,
      files: z.array(z.string()),
      verified: z.strictObject({ by: z.string(), rows: count }).nullable(),
      peak_memory_bytes: count,
      watermark: z.string().nullable(),
      error: error.extend({ retryable: z.boolean() }).nullable(),
    }),
  ),
});

/** The JSON document of a command that could not begin, as it is promised. */
export const failureDocument = z.strictObject({ status: z.literal('fail'), errors: z.array(error).min(1) });

/** What standard error looks like to somebody who did not ask for more: no stack, no colours, no cursor. */
export function expectForPeople(text: string): void {
  expect(text).not.toMatch(/\n\s+at .*:\d+:\d+\)?\n\s+at /);
  expect(text).not.toContain('node:internal');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
  expect(text).not.toMatch(/\u001b/);
}
