import type { StoreContents } from '../../core/plan.js';
import type { EarlierRun } from '../../core/run-record.js';
import type { Commit, Published, StageRequest, StoreContext } from '../../core/store.js';
import { fail } from '../../errors/index.js';
import { type FolderContents, FolderStore } from '../../files/index.js';
import { earlierRuns } from './earlier.js';
import { FileNames } from './names.js';

/** What the stores that are folders of files have in common in their configuration. */
export interface FolderConfig {
  readonly path: string;
  readonly file_pattern: string;
  readonly replace_foreign: boolean;
  readonly retention: number;
}

/** A file that is staged; rows and bytes are known once it has been looked at. */
export interface StagedFile {
  readonly path: string;
  rows: number;
  bytes: number;
  sha256?: string;
}

/** The part of a session that does not depend on what is in the files. */
export abstract class FolderSession {
  protected readonly context: StoreContext;
  protected readonly folder: FolderStore;
  protected request: StageRequest | null = null;
  /** Names of files that others stand for. */
  protected replaced: readonly string[] = [];
  readonly #config: FolderConfig;
  #found: Promise<FolderContents> | null = null;

  constructor(config: FolderConfig, suffix: string, context: StoreContext) {
    this.#config = config;
    this.context = context;
    this.folder = new FolderStore({ path: config.path, suffix, keepForUndo: config.retention > 0 });
  }

  async inspect(): Promise<StoreContents> {
    const { files, foreign } = await this.contents();
    return { files: files.length, rows: sum(files, 'rows'), bytes: sum(files, 'bytes'), foreign };
  }

  async record(): Promise<unknown> {
    return (await this.contents()).record;
  }

  async begin(request: StageRequest): Promise<void> {
    this.request = request;
    this.#found = null;
    for (const run of await this.#taken()) {
      if (run.message !== null) this.context.notice(run.message);
      this.context.earlier?.(run);
    }
  }

  async recover(): Promise<readonly EarlierRun[]> {
    return (await this.folder.isKnown()) ? this.#taken() : [];
  }

  async checkUndo(runId: string): Promise<void> {
    if (await this.folder.isKnown()) return this.folder.checkUndo(runId);
    throw fail('NOTHING_TO_UNDO', { path: this.#config.path, reason: 'no run has published into it' });
  }

  async undo(runId: string): Promise<{ readonly record: unknown }> {
    await this.folder.undo(runId);
    return { record: this.folder.lastRun().record };
  }

  async publish(commit: Commit): Promise<Published> {
    const { name, flow } = this.context;
    const { file_pattern: pattern, replace_foreign: removeForeign } = this.#config;
    const names = new FileNames(pattern, { name, flowName: flow }, [...this.folder.existingNames()]);
    return this.folder.publish({
      runId: commit.runId,
      mode: this.request?.mode === 'replace' ? 'replace' : 'append',
      add: this.stagedFiles().map(({ path, ...file }) => ({ staged: path, name: names.next(), ...file })),
      remove: this.replaced,
      removeForeign,
      record: commit.record,
    });
  }

  discard(): Promise<void> {
    return this.folder.discard();
  }

  close(): Promise<void> {
    return this.folder.close();
  }

  /** What is in the store: looked at once before it is taken, and once after. */
  protected contents(): Promise<FolderContents> {
    this.#found ??= this.folder.inspect();
    return this.#found;
  }

  /** What `publish` puts in place. */
  protected abstract stagedFiles(): readonly StagedFile[];

  async #taken(): Promise<readonly EarlierRun[]> {
    const { runId, name } = this.context;
    return earlierRuns(this.folder, await this.folder.begin({ runId, name }));
  }
}

export function sum(
  files: readonly { readonly rows: number; readonly bytes: number }[],
  key: 'rows' | 'bytes',
): number {
  return files.reduce((total, file) => total + file[key], 0);
}
