import { type FileHandle, open, stat } from 'node:fs/promises';
import { fail } from '../errors/index.js';
import { asFileError } from './file-error.js';
import type { Footer } from './footer.js';
import { footerView } from './footer-view.js';
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
/** Far above any footer that a writer makes, and still bearable in memory. */
const largestFooter = 512 * 1024 * 1024;

/**
 * Reads the footer of a parquet file, and nothing of its data. What it returns is sound: it points at nothing
 * outside of the file, its row counts agree, and its columns do not overlap.
 * Errors: PATH_NOT_FOUND, PATH_NOT_READABLE, NOT_PARQUET, PARQUET_ENCRYPTED, PARQUET_DAMAGED.
 */
export async function readFooter(path: string, options: ReadFooterOptions = {}): Promise<Footer> {
  const { signal } = options;
  signal?.throwIfAborted();
  try {
    // asked before it is opened: opening a pipe would wait for somebody to write into it
    const kind = await stat(path);
    if (kind.isDirectory()) throw fail('NOT_PARQUET', { path, reason: 'it is a folder' });
    if (!kind.isFile()) throw fail('NOT_PARQUET', { path, reason: 'it is not a regular file' });
    const file = await open(path, 'r');
    try {
      const { size, mtimeMs } = await file.stat();
      const metadata = await readMetadata(file, path, size);
      signal?.throwIfAborted();
      const footer = footerView(metadata, { path, bytes: size, modified: mtimeMs });
      checkRanges(footer);
      return footer;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw asFileError(error, path);
  }
}

/** Memory for first readings, used again and again: thousands of files would else leave much to be collected. */
const spare: Buffer[] = [];

async function readMetadata(file: FileHandle, path: string, size: number): Promise<Uint8Array> {
  const buffer = spare.pop() ?? Buffer.allocUnsafeSlow(firstReading);
  try {
    return await metadataWith(buffer, file, path, size);
  } finally {
    spare.push(buffer);
  }
}

async function metadataWith(
  buffer: Buffer,
  file: FileHandle,
  path: string,
  size: number,
): Promise<Uint8Array> {
  if (size === 0) throw fail('NOT_PARQUET', { path, reason: 'it is empty' });
  if (size < smallestFile) throw fail('NOT_PARQUET', { path, reason: `it has ${size} bytes only` });
  const first = magicOf(await readInto(buffer.subarray(0, 4), file, path, 0));
  const tail = await readInto(
    buffer.subarray(0, Math.min(size, firstReading)),
    file,
    path,
    Math.max(0, size - firstReading),
  );
  const last = magicOf(tail.subarray(-4));
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
  const end = tail.length - tailBytes;
  if (length <= end) return Buffer.from(tail.subarray(end - length, end));
  return readInto(Buffer.allocUnsafeSlow(length), file, path, size - tailBytes - length);
}

/** Fills a buffer from a place of the file. */
async function readInto(buffer: Buffer, file: FileHandle, path: string, offset: number): Promise<Buffer> {
  let done = 0;
  while (done < buffer.length) {
    const { bytesRead } = await file.read(buffer, done, buffer.length - done, offset + done);
    if (bytesRead === 0)
      throw fail('PARQUET_DAMAGED', { path, reason: 'it became shorter while it was read' });
    done += bytesRead;
  }
  return buffer;
}

const magicOf = (bytes: Buffer): string => bytes.toString('latin1');
