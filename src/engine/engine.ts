import { rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBInstance } from '@duckdb/node-api';
import type { Engine, EngineSession } from '../core/engine.js';
import { newRunId } from '../core/run-id.js';
import { fail } from '../errors/index.js';
import { forgetFiles } from './database-file.js';
import { Lease } from './lease.js';
import { defaultMemoryLimit, defaultThreads } from './limits.js';
import { loadNative, type Native } from './native.js';
import { Session } from './session.js';
import { translateEngineError } from './translate.js';

export interface EngineOptions {
  /** Bytes; null (default): half of what the machine or its cgroup has. Holds for all sessions together. */
  readonly memoryLimit?: number | null;
  /** null (default): as many as the machine runs side by side. */
  readonly threads?: number | null;
  /**
   * Where the engine puts what does not fit into memory. Made when it is first needed, where the folder above it is
   * there, and removed on close if it was not there before. Default: a folder of its own in the system's folder for temporary files.
   */
  readonly tempFolder?: string;
}

/**
 * Opens the embedded engine: in memory, in UTC, keeping the order of rows, reaching for nothing on the network.
 * Loads the native library, which nothing before this does.
 */
export async function openEngine(options: EngineOptions = {}): Promise<Engine> {
  const native = loadNative();
  const memoryLimit = options.memoryLimit ?? defaultMemoryLimit();
  const threads = options.threads ?? defaultThreads();
  const tempFolder = options.tempFolder ?? join(tmpdir(), `hygge-${newRunId()}`);
  const wasThere = await stat(tempFolder).then(
    () => true,
    () => false,
  );
  const tidy = async (): Promise<void> => {
    if (!wasThere) await rm(tempFolder, { recursive: true, force: true });
  };
  const context = { name: 'the engine', memoryLimit };
  try {
    const instance = await native.api.DuckDBInstance.create(':memory:', {
      threads: String(threads),
      // All of them are the engine's own, and share their time between statements.
      external_threads: '0',
      scheduler_process_partial: 'true',
      memory_limit: `${memoryLimit}B`,
      temp_directory: tempFolder,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
      // It has given stale bytes of a file that was written anew within one tick of its modification time.
      enable_external_file_cache: 'false',
      preserve_insertion_order: 'true',
    });
    const engine = new OpenEngine(native, instance, memoryLimit, threads, tidy);
    const lease = await engine.connect(context.name);
    // Settings of the built-in extensions, which are known only now.
    await lease.use((connection) =>
      connection.run("SET GLOBAL TimeZone = 'UTC'; SET GLOBAL parquet_metadata_cache = false"),
    );
    await lease.close();
    return engine;
  } catch (error) {
    await tidy();
    throw translateEngineError(error, context);
  }
}

/** An engine that is open, with what the sessions need of it. */
export class OpenEngine implements Engine {
  readonly native: Native;
  readonly memoryLimit: number;
  readonly threads: number;
  readonly #instance: DuckDBInstance;
  readonly #tidy: () => Promise<void>;
  readonly #sessions = new Set<Session>();
  readonly #leases = new Set<Lease>();
  readonly #connecting = new Set<Promise<Lease>>();
  #closed: Promise<void> | null = null;
  #names = 0;

  constructor(
    native: Native,
    instance: DuckDBInstance,
    memoryLimit: number,
    threads: number,
    tidy: () => Promise<void>,
  ) {
    this.native = native;
    this.memoryLimit = memoryLimit;
    this.threads = threads;
    this.#instance = instance;
    this.#tidy = tidy;
  }

  get closing(): boolean {
    return this.#closed !== null;
  }

  async session(options: { readonly name?: string } = {}): Promise<EngineSession> {
    const context = { name: options.name ?? 'a statement', memoryLimit: this.memoryLimit };
    const lease = await this.connect(context.name);
    const session = new Session(this, lease, context, () => this.#sessions.delete(session));
    this.#sessions.add(session);
    return session;
  }

  /**
   * A connection that counts the progress of its statements, and prints nothing of it. `name` is what messages call the
   * work on it.
   */
  async connect(name: string): Promise<Lease> {
    if (this.#closed !== null) throw fail('INTERRUPTED', { name });
    // Known as a lease from the tick on in which it is there: closing, which waits for it here, must not miss it there.
    const leased = this.#instance.connect().then((connection) => {
      const lease: Lease = new Lease(connection, name, () => this.#leases.delete(lease));
      this.#leases.add(lease);
      return lease;
    });
    this.#connecting.add(leased);
    const lease = await leased.finally(() => this.#connecting.delete(leased));
    await lease.use((connection) =>
      connection.run(
        'SET enable_progress_bar = true; SET enable_progress_bar_print = false; SET progress_bar_time = 0',
      ),
    );
    return lease;
  }

  /** A name for an object in the engine that no other has. */
  newName(what: string): string {
    this.#names += 1;
    return `hygge_${what}_${this.#names}`;
  }

  /** Stops and waits for everything that is under way in it, also what nobody waits for any more. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    for (const session of [...this.#sessions]) await session.close();
    await Promise.allSettled(this.#connecting);
    await Promise.all([...this.#leases].map((lease) => lease.close()));
    this.#instance.closeSync();
    forgetFiles(this);
    await this.#tidy();
  }
}
