import type { Engine } from '../core/engine.js';
import { openEngine } from '../engine/index.js';
import { OwnedFolder, sweepOwned } from '../files/index.js';

export interface RunEngineOptions {
  readonly memoryLimit: number | null;
  readonly threads: number | null;
  /** For what does not fit into memory: made for this run, and removed with all that is in it. */
  readonly folder: string;
}

/** The engine of a run: opened when it is first needed, with a folder that says whose it is. */
export class RunEngine {
  readonly #options: RunEngineOptions;
  #engine: Promise<Engine> | null = null;
  #folder: OwnedFolder | null = null;

  constructor(options: RunEngineOptions) {
    this.#options = options;
  }

  get(): Promise<Engine> {
    this.#engine ??= this.#open();
    return this.#engine;
  }

  /** Never fails. */
  async close(): Promise<void> {
    await this.#engine?.then((engine) => engine.close()).catch(() => {});
    await this.#folder?.remove().catch(() => {});
  }

  async #open(): Promise<Engine> {
    const { memoryLimit, threads, folder } = this.#options;
    // Most runs never need it: where it cannot be made, the engine says so when it does.
    this.#folder = await OwnedFolder.make(folder).catch(() => null);
    return openEngine({ memoryLimit, threads, tempFolder: folder });
  }
}

/** Removes what runs that were killed have spilled, and tells it. `prefix`: what the names of their folders begin with. */
export async function sweepSpilled(parent: string, prefix = ''): Promise<readonly string[]> {
  const names = await sweepOwned(parent, prefix);
  return names.map((name) => `run ${name.slice(prefix.length)} was killed; what it had spilled was removed`);
}
