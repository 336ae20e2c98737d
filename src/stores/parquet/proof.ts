import { createHash, type Hash } from 'node:crypto';
import type { Relation } from '../../core/engine.js';
import { type Fingerprint, firstDifference } from '../../core/fingerprint.js';
import type { StageRequest, StoreContext } from '../../core/store.js';
import { fingerprintOf } from '../../engine/index.js';
import { fail } from '../../errors/index.js';
import { readParquet } from '../../formats/parquet/index.js';
import {
  type CopiedBytes,
  cutAtChunks,
  type ExecuteSpliceOptions,
  type Footer,
  PageChecks,
  type PlacedChunk,
  placedChunks,
  type SpliceResult,
  verifyPageChecksums,
} from '../../parquet/index.js';
import { readBack } from './read-back.js';

/** What is known of a staged file's content. */
interface StagedContent {
  readonly path: string;
  /** SHA-256 of the file, in hex; only with `verify: fingerprint`. */
  sha256?: string;
}

/**
 * Proves what a parquet store has staged without a writer's word for it: page checksums of what is copied, and with
 * `verify: fingerprint` that the copied bytes, and the values of rows that the store filtered itself, are the home's.
 */
export class StageProof {
  readonly #context: StoreContext;
  readonly #request: StageRequest;
  /** SHA-256 of the column chunks of each copied file, in the order in which they lie, as they were in the home. */
  readonly #copied = new Map<string, { readonly digests: string[]; next: number }>();
  readonly #written: { readonly rows: Relation; readonly paths: readonly string[] }[] = [];

  constructor(context: StoreContext, request: StageRequest) {
    this.#context = context;
    this.#request = request;
  }

  get #prints(): boolean {
    return this.#request.verify === 'fingerprint';
  }

  /** Looks at the bytes of one splice. `footers`: of its inputs, in their order. */
  forCopy(footers: readonly Footer[], checksums: boolean): CopyLook {
    return new CopyLook(footers, { checksums, hash: this.#prints }, this.#context.signal);
  }

  copied(paths: readonly string[], digests: string[]): void {
    const expected = { digests, next: 0 };
    if (this.#prints) for (const path of paths) this.#copied.set(path, expected);
  }

  /** `rows`: those that some files were written from, with the types that they are compared as. */
  written(rows: Relation, paths: readonly string[]): void {
    if (this.#prints && paths.length > 0) this.#written.push({ rows, paths });
  }

  /** Whether `check` compares what a file holds with the home. */
  covers(path: string): boolean {
    return this.#copied.has(path) || this.#written.some(({ paths }) => paths.includes(path));
  }

  /**
   * Reads all staged files again, and notes their hash. FINGERPRINT_DIFFERS where copied bytes are not the home's, or
   * values are not those that were to be written. Gives the fingerprint of copied files; null where there are none.
   */
  async check(files: readonly StagedContent[], onProgress: () => void): Promise<Fingerprint | null> {
    if (!this.#prints) return null;
    const { signal } = this.#context;
    const columns = new Map<string, Hash>();
    let rows = 0;
    for (const file of files) {
      const content = await readBack(file.path, signal, onProgress);
      file.sha256 = content.sha256;
      rows += content.footer.rows;
      const expected = this.#copied.get(file.path);
      for (const { at, digest } of content.chunks) {
        const column = at.chunk.leaf.path[0] ?? '';
        const wanted = expected?.digests[expected.next++];
        if (expected !== undefined && wanted !== digest) throw this.#differs(column, String(wanted), digest);
        columns.set(column, (columns.get(column) ?? createHash('sha256')).update(digest));
      }
    }
    for (const { rows: from, paths } of this.#written) await this.#compare(from, paths, onProgress);
    if (this.#copied.size === 0) return null;
    const known = { count: null, nulls: null, min: null, max: null };
    return {
      by: 'bytes',
      rows,
      hash: null,
      columns: [...columns].map(([name, hash]) => ({ name, ...known, hash: hash.digest('hex') })),
    };
  }

  async #compare({ sql, schema }: Relation, paths: readonly string[], onProgress: () => void): Promise<void> {
    const { signal, name, engine } = this.#context;
    const session = await engine();
    const staged = readParquet(paths, { unionByName: false, hive: false });
    const difference = firstDifference(
      await fingerprintOf(session, sql, schema, { signal, onProgress }),
      await fingerprintOf(session, staged, schema, { signal, onProgress }),
    );
    if (difference !== null) throw fail('FINGERPRINT_DIFFERS', { name, ...difference });
  }

  #differs(column: string, home: string, store: string): Error {
    const { name } = this.#context;
    return fail('FINGERPRINT_DIFFERS', { name, column, what: 'hash of the copied bytes', home, store });
  }
}

/** Sees the bytes of one splice go by. */
class CopyLook {
  /** SHA-256 of each column chunk, in the order in which they were copied. */
  readonly digests: string[] = [];
  readonly options: Pick<ExecuteSpliceOptions, 'onCopied' | 'share'>;
  readonly #footers: readonly Footer[];
  readonly #signal: AbortSignal;
  readonly #checksums: boolean;
  readonly #checks = new Map<number, PageChecks>();
  #chunks: { readonly input: number; readonly placed: readonly PlacedChunk[] } | null = null;
  #hash: Hash | null = null;

  constructor(
    footers: readonly Footer[],
    wanted: { readonly checksums: boolean; readonly hash: boolean },
    signal: AbortSignal,
  ) {
    this.#footers = footers;
    this.#signal = signal;
    this.#checksums = wanted.checksums;
    const onCopied = (copied: CopiedBytes): void => {
      if (wanted.checksums) this.#check(copied);
      if (wanted.hash) this.#digest(copied);
    };
    this.options = wanted.checksums || wanted.hash ? { onCopied, share: !wanted.hash } : {};
  }

  /** Checks the pages of files that share the bytes of their inputs: nobody has seen them go by. */
  async end(results: readonly SpliceResult[], onProgress: () => void): Promise<void> {
    if (!this.#checksums) return;
    for (const { shares } of results) {
      const footer = shares === null ? undefined : this.#footers[shares];
      if (footer !== undefined)
        await verifyPageChecksums(footer, { signal: this.#signal, onBytes: onProgress });
    }
  }

  #check({ input, from, bytes, made }: CopiedBytes): void {
    const footer = this.#footers[input];
    if (footer === undefined || made) return;
    const checks = this.#checks.get(input) ?? new PageChecks(footer);
    // inputs come one after the other, and there may be thousands
    if (!this.#checks.has(input)) this.#checks.clear();
    this.#checks.set(input, checks);
    checks.feed(from, bytes);
  }

  #digest({ input, from, bytes, made }: CopiedBytes): void {
    if (made) {
      this.digests.push(createHash('sha256').update(bytes).digest('hex'));
      return;
    }
    const footer = this.#footers[input];
    if (footer === undefined) return;
    if (this.#chunks?.input !== input) this.#chunks = { input, placed: placedChunks(footer) };
    for (const { at, within, bytes: some } of cutAtChunks(this.#chunks.placed, from, bytes)) {
      if (within === 0 || this.#hash === null) this.#hash = createHash('sha256');
      this.#hash.update(some);
      if (within + some.length === at.end - at.offset) this.digests.push(this.#hash.digest('hex'));
    }
  }
}
