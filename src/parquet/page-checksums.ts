import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { fail } from '../errors/index.js';
import { asFileError } from './file-error.js';
import type { Footer } from './footer.js';
import { chunkRange } from './ranges.js';
import { integerOf } from './thrift/access.js';
import { type Decoded, decodeThriftPrefix } from './thrift/decode.js';

export interface VerifyPagesOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes that were checked since the last call. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** How many pages a file has, and how many of them carry a checksum. */
export interface VerifiedPages {
  readonly pages: number;
  readonly checked: number;
}

/** A header is mostly some dozens of bytes, but may carry statistics of any length. */
const firstHeaderBytes = 4 * 1024;
const largestHeader = 16 * 1024 * 1024;
const pieceBytes = 1024 * 1024;

/**
 * Reads every page of a file and compares it with its checksum, where it has one. PARQUET_DAMAGED, with row group
 * and column, where one differs, or where the pages do not fill their column.
 */
export async function verifyPages(footer: Footer, options: VerifyPagesOptions = {}): Promise<VerifiedPages> {
  const { path } = footer;
  let pages = 0;
  let checked = 0;
  try {
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.allocUnsafeSlow(pieceBytes);
      for (const [g, group] of footer.rowGroups.entries()) {
        for (const chunk of group.columns) {
          const where = `column "${chunk.leaf.path.join('.')}" of row group ${g + 1}`;
          const { offset, length } = chunkRange(chunk);
          const end = offset + length;
          for (let at = offset; at < end; ) {
            options.signal?.throwIfAborted();
            const header = await pageHeader(file, at, end, path);
            const size = integerOf(header.struct, 3);
            const start = at + header.length;
            if (size === null || size < 0 || start + size > end) {
              throw fail('PARQUET_DAMAGED', {
                path,
                reason: `a page of ${where} goes beyond the column's end`,
              });
            }
            const wanted = integerOf(header.struct, 4);
            if (wanted !== null) {
              const found = await checksum(file, start, size, buffer, path);
              if (found !== wanted >>> 0) {
                throw fail('PARQUET_DAMAGED', {
                  path,
                  reason: `page ${pages + 1} of the file, in ${where}, differs from its checksum`,
                });
              }
              checked++;
            }
            pages++;
            options.onBytes?.(start + size - at);
            at = start + size;
          }
        }
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw asFileError(error, path);
  }
  return { pages, checked };
}

async function pageHeader(file: FileHandle, at: number, end: number, path: string): Promise<Decoded> {
  for (let length = firstHeaderBytes; ; length *= 8) {
    const buffer = Buffer.allocUnsafe(Math.min(length, end - at));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    try {
      return decodeThriftPrefix(buffer.subarray(0, bytesRead), { path });
    } catch (error) {
      if (length >= end - at || length >= largestHeader) throw error;
    }
  }
}

async function checksum(
  file: FileHandle,
  start: number,
  size: number,
  buffer: Buffer,
  path: string,
): Promise<number> {
  let value = 0;
  for (let done = 0; done < size; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, size - done), start + done);
    if (bytesRead === 0) throw fail('PARQUET_CHANGED', { path });
    value = crc32(buffer.subarray(0, bytesRead), value);
    done += bytesRead;
  }
  return value;
}
