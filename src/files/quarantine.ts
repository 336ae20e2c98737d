import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFile, syncFolder, writeFileDurably } from './durable.js';
import { translated } from './file-error.js';
import { errorCode } from './file-system.js';

/** Rows that a run put aside because they break the contract: all columns as they settle, and the reasons. */
const rowsFile = 'rows.parquet';
const aboutFile = 'about.json';
/** Rows of text that could not be read as rows at all: one JSON object a line. */
const unreadableFile = 'unreadable.ndjson';
const what = 'the quarantine';

/** What is told of the rows that one run of an entity put aside. */
export interface QuarantineNote {
  readonly version: 1;
  readonly name: string;
  readonly flow: string;
  readonly entity: string | null;
  readonly run_id: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly rows: number;
  /** Rows by the check that they break; a row may break several. */
  readonly reasons: Readonly<Record<string, number>>;
  /** The column of the file that names the checks that a row breaks. */
  readonly reasons_column: string;
}

/** What one run of an entity put aside: `quarantine/<entity>/<run>/` beside the journal. */
export class QuarantineFolder {
  readonly path: string;
  readonly runId: string;

  constructor(at: { readonly state: string; readonly name: string; readonly runId: string }) {
    this.runId = at.runId;
    this.path = join(entityFolder(at.state, at.name), at.runId);
  }

  get rows(): string {
    return join(this.path, rowsFile);
  }

  get unreadable(): string {
    return join(this.path, unreadableFile);
  }

  make(): Promise<void> {
    return this.#translated(async () => {
      await mkdir(this.path, { recursive: true });
    });
  }

  /** Puts rows in place that `write` has written into the file that it was given, with what is told of them. Durable. */
  put(write: (path: string) => Promise<QuarantineNote>): Promise<void> {
    return this.#translated(async () => {
      await mkdir(this.path, { recursive: true });
      const part = `${this.rows}.part`;
      const note = await write(part);
      await syncFile(part);
      await rename(part, this.rows);
      await writeFileDurably(join(this.path, aboutFile), Buffer.from(`${JSON.stringify(note, null, 2)}\n`));
      await syncFolder(this.path);
      await syncFolder(dirname(this.path));
    });
  }

  /** What is told of the rows; null where there are none. */
  note(): Promise<QuarantineNote | null> {
    return this.#translated(async () => {
      const text = await readFile(join(this.path, aboutFile), 'utf8').catch((error: unknown) => {
        if (errorCode(error) === 'ENOENT') return null;
        throw error;
      });
      return text === null ? null : (JSON.parse(text) as QuarantineNote);
    });
  }

  /** How many rows could not be read at all. */
  unreadableRows(): Promise<number> {
    return this.#translated(async () => {
      const text = await readFile(this.unreadable, 'utf8').catch((error: unknown) => {
        if (errorCode(error) === 'ENOENT') return '';
        throw error;
      });
      return text.split('\n').filter((line) => line !== '').length;
    });
  }

  /** Removes the rows that break the contract; those that could not be read stay. */
  removeRows(): Promise<void> {
    return this.#translated(async () => {
      for (const name of [aboutFile, rowsFile, `${rowsFile}.part`])
        await rm(join(this.path, name), { force: true });
      await this.#removeEmpty();
    });
  }

  /** Removes everything. */
  remove(): Promise<void> {
    return this.#translated(() => rm(this.path, { recursive: true, force: true }));
  }

  async #removeEmpty(): Promise<void> {
    const left = await readdir(this.path).catch(() => ['']);
    if (left.length === 0) await rm(this.path, { recursive: true, force: true });
  }

  #translated<T>(work: () => Promise<T>): Promise<T> {
    return translated(what, this.path, work);
  }
}

/** What runs of an entity put aside, the oldest first. */
export async function quarantineFolders(state: string, name: string): Promise<readonly QuarantineFolder[]> {
  const folder = entityFolder(state, name);
  const names = await translated(what, folder, () =>
    readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }),
  );
  return names
    .filter((one) => one.isDirectory())
    .map((one) => one.name)
    .sort()
    .map((runId) => new QuarantineFolder({ state, name, runId }));
}

const entityFolder = (state: string, name: string): string =>
  join(state, 'quarantine', name.replace(/[^A-Za-z0-9_.-]/g, '_'));
