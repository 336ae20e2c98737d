import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { AttachOptions, DatabaseFile, EngineSession } from '../../core/engine.js';
import { fail, HyggeError } from '../../errors/index.js';

/** Opens the database file in the engine, once the extensions are loaded that it may need. */
export async function openDuckDB(
  engine: EngineSession,
  {
    name,
    path,
    extensions,
  }: { readonly name: string; readonly path: string; readonly extensions: readonly string[] },
  options: AttachOptions,
): Promise<DatabaseFile> {
  for (const extension of extensions) {
    await engine.run(`LOAD ${extension}`).catch((cause) => {
      const reason = cause instanceof HyggeError ? String(cause.facts.reason) : String(cause);
      throw fail('EXTENSION_MISSING', { name, extension, reason }, { cause });
    });
  }
  return engine.attach(path, options);
}

/** Whether the file is there. NOT_A_DATABASE where something else is. */
export async function isThere(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw fail('PATH_NOT_READABLE', { what: 'the database', path, reason: error.message }, { cause: error });
  });
  if (found?.isDirectory())
    throw fail('NOT_A_DATABASE', { path, what: 'DuckDB database', reason: 'it is a folder' });
  return found !== null;
}

/** Milliseconds between two looks whether the tables of a file are there again. */
const lookAgain = 5;

/**
 * A short look into a file: done again where another flow of this process had it opened anew meanwhile, to write into
 * it. Its tables were not there for a moment, and nothing that was seen or missed then is true.
 */
export async function lookInto<T>(file: DatabaseFile, work: () => Promise<T>): Promise<T> {
  for (;;) {
    const before = file.turns;
    try {
      const seen = await work();
      if (file.turns === before && before % 2 === 0) return seen;
    } catch (error) {
      if (file.turns === before && before % 2 === 0) throw error;
    }
    await pause(lookAgain);
  }
}
