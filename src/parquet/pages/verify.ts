import { fail } from '../../errors/index.js';
import { DiskFile } from '../../files/index.js';
import { asFileError } from '../file-error.js';
import type { ColumnChunk, Footer } from '../footer.js';
import { chunkRange } from '../ranges.js';
import { hasShortSizes } from '../writer.js';
import { ChunkCheck } from './chunk-check.js';

export interface VerifyPagesOptions {
  /** Places from 0. Default: all. */
  readonly rowGroups?: readonly number[] | undefined;
  /** Places of leaves, from 0. Default: all. */
  readonly columns?: readonly number[] | undefined;
  /** Stops the reading: its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes that were read since the last call. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

export interface VerifiedPages {
  /** Pages that have a checksum, which was right. */
  readonly pages: number;
  readonly bytes: number;
}

/** Read first of a row group, to see whether it has checksums at all; and then at a time. */
const firstBytes = 4 * 1024;
const pieceBytes = 1024 * 1024;

/**
 * Reads the pages of a file and holds them against their checksums. A row group whose first column begins with a page
 * without a checksum is passed over: nobody writes them for one column and not for the next.
 * Errors: PAGE_CORRUPT, PARQUET_CHANGED, those of reading files, and the signal's reason.
 */
export async function verifyPageChecksums(
  footer: Footer,
  options: VerifyPagesOptions = {},
): Promise<VerifiedPages> {
  const total = { pages: 0, bytes: 0 };
  if (hasShortSizes(footer.createdBy)) return total;
  const groups = options.rowGroups ?? footer.rowGroups.map((_, i) => i);
  let file: DiskFile | null = null;
  try {
    file = await DiskFile.open(footer.path, 'r');
    const { size, mtimeMs } = await file.stat();
    if (size !== footer.fileBytes || mtimeMs !== footer.modified)
      throw fail('PARQUET_CHANGED', { path: footer.path });
    const buffer = Buffer.allocUnsafe(pieceBytes);
    for (const group of groups) {
      const all = footer.rowGroups[group]?.columns ?? [];
      const chunks = (options.columns ?? all.map((_, i) => i)).flatMap((i) => all[i] ?? []);
      for (const chunk of chunks.filter((each) => chunkRange(each).length > 0)) {
        const check = new ChunkCheck({ path: footer.path, rowGroup: group + 1, chunk });
        total.bytes += await feedChunk(file, chunk, check, buffer, options, footer.path);
        total.pages += check.pages;
        if (check.pages === 0) break;
      }
    }
    return total;
  } catch (error) {
    throw asFileError(error, footer.path);
  } finally {
    await file?.close();
  }
}

/** Gives a chunk's bytes to its check, until that needs no more. */
async function feedChunk(
  file: DiskFile,
  chunk: ColumnChunk,
  check: ChunkCheck,
  buffer: Buffer,
  { signal, onBytes }: VerifyPagesOptions,
  path: string,
): Promise<number> {
  const { offset, length } = chunkRange(chunk);
  let piece = firstBytes;
  while (check.given < length && !check.over) {
    signal?.throwIfAborted();
    const wanted = Math.min(piece, length - check.given);
    const bytes = buffer.subarray(0, wanted);
    if ((await file.read(bytes, offset + check.given)) < wanted) throw fail('PARQUET_CHANGED', { path });
    check.feed(bytes);
    onBytes?.(wanted);
    piece = pieceBytes;
  }
  return check.given;
}
