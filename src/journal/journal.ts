import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../errors/index.js';
import type { JournalEntry } from './entry.js';

/** The durable record of every entity run. */
export interface Journal {
  /** Where it lies, for messages. */
  readonly where: string;
  /** Adds entries; they are durable when this resolves. */
  append(entry: JournalEntry): Promise<void>;
  /** All entries, oldest first. Lines that are not whole are passed over. */
  entries(): Promise<readonly JournalEntry[]>;
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
  #flushing: Promise<void> | null = null;

  constructor(where: string, folder: string) {
    this.where = where;
    this.#folder = folder;
  }

  append(entry: JournalEntry): Promise<void> {
    this.#waiting.push(`${JSON.stringify(entry)}\n`);
    // Entries that arrive while a flush is on its way share the next one: one fsync for all of them.
    const previous = this.#flushing ?? Promise.resolve();
    const flush = previous.catch(() => {}).then(() => this.#flush());
    this.#flushing = flush;
    return flush;
  }

  async entries(): Promise<readonly JournalEntry[]> {
    const text = await readFile(this.where, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return '';
      throw fail(
        'PATH_NOT_READABLE',
        { what: 'the journal', path: this.where, reason: cause.code ?? '' },
        { cause },
      );
    });
    return text.split('\n').flatMap((line) => parseLine(line) ?? []);
  }

  async close(): Promise<void> {
    await this.#flushing?.catch(() => {});
    const file = await this.#file?.catch(() => null);
    this.#file = null;
    await file?.close();
  }

  async #flush(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const text = this.#waiting.join('');
    this.#waiting = [];
    try {
      this.#file ??= openForAppending(this.#folder, this.where);
      const file = await this.#file;
      await file.write(text);
      await file.sync();
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      if (code === 'ENOSPC') throw fail('DISK_FULL', { what: 'the journal', path: this.where }, { cause });
      throw fail(
        'PATH_NOT_WRITABLE',
        { what: 'the journal', path: this.where, reason: code ?? message },
        { cause },
      );
    }
  }
}

async function openForAppending(folder: string, path: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true });
  const file = await open(path, 'a+');
  const { size } = await file.stat();
  const last = Buffer.alloc(1);
  if (size > 0) await file.read(last, 0, 1, size - 1);
  // A process that died while it wrote left half a line: what follows starts on a line of its own.
  if (size > 0 && last[0] !== 0x0a) await file.write('\n');
  return file;
}

function parseLine(line: string): JournalEntry | null {
  if (line.trim() === '') return null;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'entity_run_id' in value
      ? (value as JournalEntry)
      : null;
  } catch {
    return null;
  }
}
