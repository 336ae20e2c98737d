import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { AttachOptions, DatabaseFile } from '../core/engine.js';
import { fail } from '../errors/index.js';
import type { OpenEngine } from './engine.js';
import { identifier, literal } from './quoting.js';
import { type TranslateContext, translateEngineError } from './translate.js';

/** How long to wait for others of this process that have the file, and how often to look, in milliseconds. */
const patience = 30_000;
const lookEvery = 10;

/** A database file that is open in an engine. */
interface OpenFile {
  readonly engine: OpenEngine;
  /** What it is called in the engine, not quoted. */
  readonly name: string;
  writable: boolean;
  /** How many have it. */
  users: number;
  /** See {@link DatabaseFile}. */
  turns: number;
}

/**
 * The files that the engines of this process have open, by their real path. One engine at a time has a file: the
 * system's locks are between processes, and are all lost as soon as one of several openings in a process is closed.
 */
const files = new Map<string, OpenFile>();
/** The last thing that is done with a file: opening and closing come one after the other. */
const turns = new Map<string, Promise<unknown>>();

/**
 * Opens a database file in an engine, or shares it where it is open. A file that is open to be read and is now written
 * into is opened anew under the same name.
 */
export async function attachFile(
  engine: OpenEngine,
  path: string,
  options: AttachOptions,
  context: TranslateContext,
): Promise<DatabaseFile> {
  const key = realPath(path);
  const until = performance.now() + patience;
  const again = async (): Promise<void> => {
    if (options.signal.aborted) throw fail('INTERRUPTED', { name: context.name });
    if (performance.now() > until)
      throw fail('DATABASE_LOCKED', { path, holder: 'another flow of this process' });
    await pause(lookEvery);
  };
  const open = async (file: Pick<OpenFile, 'name' | 'writable'>): Promise<void> => {
    // What was closed a moment ago stays open until the statements that read it have ended.
    while (!(await tryAttach(engine, key, file, options, context))) await again();
  };
  const use = async (): Promise<OpenFile | null> => {
    const known = files.get(key);
    if (known !== undefined && known.engine !== engine) return null;
    const { writable } = options;
    if (known === undefined) {
      const file = { engine, name: engine.newName('file'), writable, users: 1, turns: 0 };
      await open(file);
      files.set(key, file);
      return file;
    }
    if (writable && !known.writable) {
      known.turns += 1;
      try {
        await run(engine, `DETACH ${identifier(known.name)}`, context);
        await open({ name: known.name, writable });
        known.writable = true;
      } catch (error) {
        await open(known).catch(() => files.delete(key));
        throw error;
      } finally {
        known.turns += 1;
      }
    }
    known.users += 1;
    return known;
  };

  let file = await inTurn(key, use);
  while (file === null) {
    await again();
    file = await inTurn(key, use);
  }
  return handle(key, file, context);
}

/** Forgets the files of an engine that is closed, and closed them with it. */
export function forgetFiles(engine: OpenEngine): void {
  for (const [key, file] of files) if (file.engine === engine) files.delete(key);
}

function handle(key: string, file: OpenFile, context: TranslateContext): DatabaseFile {
  let closed: Promise<void> | null = null;
  const leave = async (): Promise<void> => {
    file.users -= 1;
    // An engine that is about to close closes its files itself.
    if (file.users > 0 || files.get(key) !== file || file.engine.closing) return;
    await run(file.engine, `DETACH ${identifier(file.name)}`, context);
    files.delete(key);
  };
  return {
    catalog: identifier(file.name),
    get turns() {
      return file.turns;
    },
    close: () => {
      closed ??= inTurn(key, leave);
      return closed;
    },
  };
}

/** False where the engine itself has the file still open. */
async function tryAttach(
  engine: OpenEngine,
  path: string,
  { name, writable }: { readonly name: string; readonly writable: boolean },
  { storage = null }: AttachOptions,
  context: TranslateContext,
): Promise<boolean> {
  const mode = writable ? 'READ_WRITE' : 'READ_ONLY';
  const version = writable && storage !== null ? `, STORAGE_VERSION ${literal(storage)}` : '';
  try {
    const how = `(TYPE duckdb, ${mode}${version})`;
    await run(engine, `ATTACH ${literal(path)} AS ${identifier(name)} ${how}`, context);
    return true;
  } catch (error) {
    const { cause } = error as Error;
    if (cause instanceof Error && cause.message.includes('Unique file handle conflict')) return false;
    throw error;
  }
}

/** On a connection of its own, so that it waits for no statement of a session. */
async function run(engine: OpenEngine, sql: string, context: TranslateContext): Promise<void> {
  const lease = await engine.connect(context.name);
  try {
    await lease.use((connection) => connection.run(sql));
  } catch (error) {
    throw translateEngineError(error, context);
  } finally {
    await lease.close();
  }
}

function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(key) ?? Promise.resolve()).then(work);
  const settled = turn.then(
    () => {},
    () => {},
  );
  turns.set(key, settled);
  void settled.then(() => {
    if (turns.get(key) === settled) turns.delete(key);
  });
  return turn;
}

/** The path with every link followed, also of a file that is not there yet. */
function realPath(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    const above = dirname(absolute);
    return above === absolute ? absolute : join(realPath(above), basename(absolute));
  }
}
