import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, type HyggeError } from '../errors/index.js';
import { syncFolder } from '../files/index.js';
import type { JournalEntry } from './entry.js';
import { decodeLine, encodeLine } from './line.js';

/** The durable record of every entity run. */
export interface Journal {
  /** Where it lies, for messages. */
  readonly where: string;
  /** Fails where nothing could be appended; to be asked before anything is moved. */
  checkWritable(): Promise<void>;
  /** Adds an entry; it is durable when this resolves. */
  append(entry: JournalEntry): Promise<void>;
  /** All entries, oldest first, each once. Lines that are not whole are passed over. */
  entries(): Promise<readonly JournalEntry[]>;
  /** Everything that speaks of one run: its entries, and those that took it back. */
  about(runId: string): Promise<readonly JournalEntry[]>;
  close(): Promise<void>;
}

/**
 * A journal in a folder: `journal.jsonl`, one JSON object a line, only ever appended to. Several processes may
 * append at the same time: each entry is one write to a file that is open for appending.
 */
export function openJournal(folder: string): Journal {
  return new FileJournal(join(folder, 'journal.jsonl'), folder);
}

class FileJournal implements Journal {
  readonly where: string;
  readonly #folder: string;
  #file: Promise<FileHandle> | null = null;
  #waiting: string[] = [];
  /** The write that the entries that wait will be in; and the one before it. */
  #next: Promise<void> | null = null;
  #last: Promise<void> = Promise.resolve();
  /** What has been read of the file so far: it only grows. */
  #known: Buffer = Buffer.alloc(0);
  #reading: Promise<void> = Promise.resolve();

  constructor(where: string, folder: string) {
    this.where = where;
    this.#folder = folder;
  }

  async checkWritable(): Promise<void> {
    try {
      await this.#opened();
    } catch (cause) {
      this.#file = null;
      throw this.#notWritable(cause);
    }
  }

  append(entry: JournalEntry): Promise<void> {
    this.#waiting.push(encodeLine(entry));
    // Entries that arrive while a write is on its way share the next one: one fsync for all of them.
    this.#next ??= this.#last.then(() => {
      this.#next = null;
      const text = this.#waiting.join('');
      this.#waiting = [];
      const written = this.#write(text);
      this.#last = written.catch(() => {});
      return written;
    });
    return this.#next;
  }

  async entries(): Promise<readonly JournalEntry[]> {
    const text = await readFile(this.where, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return '';
      throw this.#notReadable(cause);
    });
    return onceEach(text.split('\n').flatMap((line) => decodeLine(line) ?? []));
  }

  async about(runId: string): Promise<readonly JournalEntry[]> {
    // One after the other: each goes on where the one before it ended.
    this.#reading = this.#reading.catch(() => {}).then(() => this.#readOn());
    await this.#reading;
    const lines: string[] = [];
    for (let at = this.#known.indexOf(runId); at !== -1; ) {
      const from = this.#known.lastIndexOf('\n', at) + 1;
      const newline = this.#known.indexOf('\n', at);
      const to = newline === -1 ? this.#known.length : newline;
      lines.push(this.#known.toString('utf8', from, to));
      at = this.#known.indexOf(runId, to);
    }
    const entries = onceEach(lines.flatMap((line) => decodeLine(line) ?? []));
    return entries.filter((entry) => entry.coordinator_run_id === runId || entry.undoes === runId);
  }

  async close(): Promise<void> {
    await this.#next?.catch(() => {});
    await this.#last;
    const file = await this.#file?.catch(() => null);
    this.#file = null;
    await file?.close();
  }

  #opened(): Promise<FileHandle> {
    this.#file ??= openForAppending(this.#folder, this.where);
    return this.#file;
  }

  async #write(text: string): Promise<void> {
    let file: FileHandle | null = null;
    try {
      file = await this.#opened();
      const bytes = Buffer.from(text);
      for (let done = 0; done < bytes.length; ) {
        done += (await file.write(bytes, done, bytes.length - done)).bytesWritten;
      }
      await file.sync();
    } catch (cause) {
      // The next entry opens the file anew, and so begins on a line of its own.
      this.#file = null;
      await file?.close().catch(() => {});
      throw this.#notWritable(cause);
    }
  }

  /** Reads what has been appended since the last time. */
  async #readOn(): Promise<void> {
    let file: FileHandle | null = null;
    try {
      file = await open(this.where, 'r');
      const { size } = await file.stat();
      // Somebody put a shorter one in its place.
      if (size < this.#known.length) this.#known = Buffer.alloc(0);
      const more = Buffer.alloc(size - this.#known.length);
      const { bytesRead } = await file.read(more, 0, more.length, this.#known.length);
      this.#known = Buffer.concat([this.#known, more.subarray(0, bytesRead)]);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw this.#notReadable(cause);
    } finally {
      await file?.close();
    }
  }

  #notReadable(cause: unknown): HyggeError {
    const reason = (cause as NodeJS.ErrnoException).code ?? '';
    return fail('PATH_NOT_READABLE', { what: 'the journal', path: this.where, reason }, { cause });
  }

  #notWritable(cause: unknown): HyggeError {
    const { code, message } = cause as NodeJS.ErrnoException;
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    if (full) return fail('DISK_FULL', { what: 'the journal', path: this.where }, { cause });
    const reason = code ?? message;
    return fail('PATH_NOT_WRITABLE', { what: 'the journal', path: this.where, reason }, { cause });
  }
}

async function openForAppending(folder: string, path: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true });
  const file = await open(path, 'a+');
  const { size } = await file.stat();
  if (size === 0) {
    // A new file's name, and perhaps its folder's, must outlive a loss of power as its entries do.
    await syncFolder(folder);
    await syncFolder(dirname(folder));
  }
  const last = Buffer.alloc(1);
  if (size > 0) await file.read(last, 0, 1, size - 1);
  // A process that died while it wrote left half a line: what follows starts on a line of its own.
  if (size > 0 && last[0] !== 0x0a) await file.write('\n');
  return file;
}

/** Two processes may have told of one run: itself, and one that found in the store what it had published. */
function onceEach(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  const seen = new Set<string>();
  return entries.filter(({ entity_run_id: id, status }) => {
    const key = `${id} ${status}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
