import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { fail } from '../errors/index.js';
import { DiskFile, isLocal, Pace } from '../files/index.js';
import { countInPieces, type ReadPiece } from './count-in-pieces.js';
import { asFileError } from './file-error.js';
import type { Footer } from './footer.js';
import { type FileFacts, footerRows, footerView } from './footer-view.js';
import { checkRanges } from './ranges.js';

export interface ReadFooterOptions {
  /** Stops the reading: the signal's reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** Magic at both ends, and the length of the footer before the last one. */
const smallestFile = 12;
const tailBytes = 8;
/** Bytes read at once from the end of a file: most footers are smaller, and then one reading is enough. */
const firstReading = 64 * 1024;
/** Of a footer that is larger, and only counted, a piece of this size is in memory at a time. */
const pieceBytes = 1024 * 1024;
/** Far above any footer that a writer makes, and still bearable in memory. */
const largestFooter = 512 * 1024 * 1024;
/** A footer above this is gone through piece by piece first: one that is none is refused without filling the memory. */
const largeFooter = 16 * 1024 * 1024;
/** Files whose footers are read at once where reading is slow. */
const atOnce = 16;

/**
 * Reads the footer of a parquet file, and nothing of its data. What it returns is sound: it points at nothing
 * outside of the file, its row counts agree, and its columns do not overlap.
 * Errors: PATH_NOT_FOUND, PATH_NOT_READABLE, NOT_PARQUET, PARQUET_ENCRYPTED, PARQUET_DAMAGED.
 */
export const readFooter = (path: string, options: ReadFooterOptions = {}): Promise<Footer> =>
  look(path, options, { whole: soundFooter });

/** What is made of a file's metadata. */
interface Use<T> {
  whole(metadata: Uint8Array, file: FileFacts): T;
  /** The same of metadata that need not be in memory as a whole; null where it has to. Default: it always has. */
  readonly inPieces?: (read: ReadPiece, length: number, file: FileFacts) => Promise<T | null>;
}

async function look<T>(path: string, { signal }: ReadFooterOptions, use: Use<T>): Promise<T> {
  signal?.throwIfAborted();
  try {
    // asked before it is opened: opening a pipe would wait for somebody to write into it
    const kind = await stat(path);
    if (kind.isDirectory()) throw fail('NOT_PARQUET', { path, reason: 'it is a folder' });
    if (!kind.isFile()) throw fail('NOT_PARQUET', { path, reason: 'it is not a regular file' });
    const file = await DiskFile.open(path, 'r');
    try {
      const { size, mtimeMs } = await file.stat();
      checkSize(path, size);
      const facts = { path, bytes: size, modified: mtimeMs };
      const { length, metadata } = await readMetadata(file, path, size);
      signal?.throwIfAborted();
      if (metadata !== null) return use.whole(metadata, facts);
      const start = size - tailBytes - length;
      const read = (from: number, bytes: number): Promise<Buffer> =>
        readInto(Buffer.allocUnsafeSlow(bytes), file, path, start + from);
      const found = length > pieceBytes ? await use.inPieces?.(read, length, facts) : null;
      signal?.throwIfAborted();
      if (found == null && length > largeFooter) await checkInPieces(read, length, facts);
      return found ?? use.whole(await read(0, length), facts);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw asFileError(error, path);
  }
}

/** PARQUET_DAMAGED where a footer is too large to be read as a whole only to see whether it is one. */
async function checkInPieces(read: ReadPiece, length: number, facts: FileFacts): Promise<void> {
  if ((await countInPieces(read, length, pieceBytes, facts)) !== null) return;
  const reason = `its footer of ${length} bytes is none, or in an order that no writer has`;
  throw fail('PARQUET_DAMAGED', { path: facts.path, reason });
}

/** Memory for first readings, used again and again: thousands of files would else leave much to be collected. */
const spare: Buffer[] = [];

/** The length of the metadata; and the metadata, where it is among the bytes that are read first. */
async function readMetadata(
  file: DiskFile,
  path: string,
  size: number,
): Promise<{ readonly length: number; readonly metadata: Uint8Array | null }> {
  const buffer = spare.pop() ?? Buffer.allocUnsafeSlow(firstReading);
  try {
    const head = await readInto(buffer.subarray(0, 4), file, path, 0);
    const first = head.toString('latin1');
    const tail = await readInto(
      buffer.subarray(0, Math.min(size, firstReading)),
      file,
      path,
      Math.max(0, size - firstReading),
    );
    const length = footerLength(first, tail, path, size);
    return { length, metadata: inTail(tail, length) };
  } finally {
    spare.push(buffer);
  }
}

/**
 * The footers of many regular files, in their order, as {@link readFooter} reads them. Where files are quick to read,
 * that is done in place, and the event loop runs every few milliseconds.
 */
export const readFooters = (paths: readonly string[], options: ReadFooterOptions = {}): Promise<Footer[]> =>
  lookAtMany(paths, options, { whole: soundFooter });

/** What is counted of a file. */
export interface RowCount {
  readonly rows: number;
  readonly bytes: number;
}

/** As {@link readFooters}, with the same checks; but nothing is kept of the footers. */
export const countRows = (paths: readonly string[], options: ReadFooterOptions = {}): Promise<RowCount[]> =>
  lookAtMany(paths, options, {
    whole: (metadata, file) => ({ rows: footerRows(metadata, file), bytes: file.bytes }),
    async inPieces(read, length, file) {
      const count = await countInPieces(read, length, pieceBytes, file);
      return count?.inOrder === true ? { rows: count.rows, bytes: file.bytes } : null;
    },
  });

async function lookAtMany<T>(
  paths: readonly string[],
  options: ReadFooterOptions,
  use: Use<T>,
): Promise<T[]> {
  const { signal } = options;
  const found: T[] = new Array(paths.length);
  const pace = new Pace();
  const waiting = new Set<Promise<void>>();
  for (const [i, path] of paths.entries()) {
    if ((await isLocal(path)) && pace.inPlace) {
      signal?.throwIfAborted();
      found[i] = lookInPlace(path, use) ?? (await look(path, options, use));
      await pace.rest();
      continue;
    }
    const reading = look(path, options, use).then((one) => {
      found[i] = one;
      waiting.delete(reading);
    });
    waiting.add(reading);
    // whoever fails first is told; the others are then of no interest
    reading.catch(() => {});
    if (waiting.size >= atOnce) await Promise.race(waiting);
  }
  await Promise.all(waiting);
  return found;
}

/** The two ends of a file that is looked at; only one at a time. */
const scratch = Buffer.allocUnsafeSlow(firstReading);
const scratchHead = Buffer.allocUnsafeSlow(4);
/** Bytes read from the end of the next file: files that lie together mostly have footers of about one size. */
let nextReading = firstReading;

/** The first reading of the next file, after one whose metadata had this length. */
function readingAfter(length: number): number {
  return Math.min(firstReading, Math.ceil((1.25 * length + tailBytes) / 1024) * 1024);
}

/** null where the footer is so large that it is not to be read at once. */
function lookInPlace<T>(path: string, use: Use<T>): T | null {
  try {
    const file = openSync(path, 'r');
    try {
      const { size, mtimeMs } = fstatSync(file);
      checkSize(path, size);
      const tail = scratch.subarray(0, Math.min(size, nextReading));
      fill(file, path, tail, size - tail.length);
      const head = size === tail.length ? tail : fill(file, path, scratchHead, 0);
      const length = footerLength(head.toString('latin1', 0, 4), tail, path, size);
      if (length > largeFooter) return null;
      nextReading = readingAfter(length);
      const rest = (): Buffer => fill(file, path, Buffer.allocUnsafeSlow(length), size - tailBytes - length);
      return use.whole(inTail(tail, length) ?? rest(), { path, bytes: size, modified: mtimeMs });
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw asFileError(error, path);
  }
}

function soundFooter(metadata: Uint8Array, file: FileFacts): Footer {
  const footer = footerView(metadata, file);
  checkRanges(footer);
  return footer;
}

function checkSize(path: string, size: number): void {
  if (size === 0) throw fail('NOT_PARQUET', { path, reason: 'it is empty' });
  if (size < smallestFile) throw fail('NOT_PARQUET', { path, reason: `it has ${size} bytes only` });
}

/** The length of the metadata. `first`: the four letters that the file begins with; `tail`: its last bytes. */
function footerLength(first: string, tail: Buffer, path: string, size: number): number {
  const last = tail.toString('latin1', tail.length - 4);
  if (first === 'PARE' && last === 'PARE') throw fail('PARQUET_ENCRYPTED', { path });
  if (first !== 'PAR1') throw fail('NOT_PARQUET', { path, reason: 'it does not begin with PAR1' });
  if (last !== 'PAR1') {
    throw fail('PARQUET_DAMAGED', { path, reason: 'it begins as a parquet file, but does not end as one' });
  }
  const length = tail.readUInt32LE(tail.length - tailBytes);
  if (length === 0 || length > size - smallestFile) {
    throw fail('PARQUET_DAMAGED', {
      path,
      reason: `its footer is said to have ${length} bytes, of ${size} bytes in all`,
    });
  }
  if (length > largestFooter) {
    throw fail('PARQUET_DAMAGED', {
      path,
      reason: `its footer is said to have ${length} bytes, beyond all reason`,
    });
  }
  return length;
}

/** Metadata is kept side by side in pieces of this size, since memory for each alone takes long to be had. */
const shelfBytes = 256 * 1024;
let shelf = new Uint8Array();
let shelved = 0;

/** A copy of the metadata; null where it begins before the bytes that were read. */
function inTail(tail: Buffer, length: number): Uint8Array | null {
  const end = tail.length - tailBytes;
  if (length > end) return null;
  if (length > shelf.length - shelved) {
    shelf = new Uint8Array(Math.max(length, shelfBytes));
    shelved = 0;
  }
  const copy = shelf.subarray(shelved, shelved + length);
  copy.set(tail.subarray(end - length, end));
  shelved += length;
  return copy;
}

/** Fills a buffer from a place of the file. */
async function readInto(buffer: Buffer, file: DiskFile, path: string, offset: number): Promise<Buffer> {
  if ((await file.read(buffer, offset)) < buffer.length) throw shorter(path);
  return buffer;
}

/** As {@link readInto}, in place. */
function fill(file: number, path: string, buffer: Buffer, offset: number): Buffer {
  for (let done = 0; done < buffer.length; ) {
    const bytesRead = readSync(file, buffer, done, buffer.length - done, offset + done);
    if (bytesRead === 0) throw shorter(path);
    done += bytesRead;
  }
  return buffer;
}

const shorter = (path: string): Error =>
  fail('PARQUET_DAMAGED', { path, reason: 'it became shorter while it was read' });
