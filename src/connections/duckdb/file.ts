import { stat } from 'node:fs/promises';
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
