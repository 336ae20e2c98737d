import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Batch } from '../../src/core/batch.js';
import type { Engine, EngineSession, Relation } from '../../src/core/engine.js';
import { type EngineOptions, openEngine } from '../../src/engine/index.js';
import { HyggeError } from '../../src/errors/index.js';

/** An engine, a session and a folder for all tests of a file. */
export function useEngine(options: EngineOptions = {}): {
  engine: Engine;
  session: EngineSession;
  folder: string;
} {
  const held = {} as { engine: Engine; session: EngineSession; folder: string };
  beforeAll(async () => {
    held.folder = mkdtempSync(join(tmpdir(), 'hygge-engine-'));
    held.engine = await openEngine({ threads: 2, tempFolder: join(held.folder, 'spill'), ...options });
    held.session = await held.engine.session({ name: 'numbers' });
  });
  afterAll(async () => {
    await held.engine.close();
    rmSync(held.folder, { recursive: true, force: true });
  });
  return held;
}

export async function relationOf(session: EngineSession, sql: string): Promise<Relation> {
  return { sql, schema: await session.describe(sql) };
}

export async function collect(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

/** The error of hygge's that some work ends with; fails where it ends otherwise. */
export async function errorOf(work: () => unknown): Promise<HyggeError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof HyggeError) return error;
    throw error;
  }
  throw new Error('expected an error, and there was none');
}
