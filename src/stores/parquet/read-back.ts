import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cutAtChunks, type Footer, type PlacedChunk, placedChunks, readFooter } from '../../parquet/index.js';

/** Bytes read at a time. */
const pieceBytes = 1024 * 1024;

/** What a file holds, read from its first byte to its last. */
export interface FileContent {
  readonly footer: Footer;
  /** Of the whole file, in hex. */
  readonly sha256: string;
  /** Of each column chunk that has bytes, in the order in which they lie. */
  readonly chunks: readonly { readonly at: PlacedChunk; readonly digest: string }[];
}

/** Reads a file again, whole. Errors: those of reading a footer, of the file system, and the signal's reason. */
export async function readBack(
  path: string,
  signal: AbortSignal,
  onProgress: () => void = () => {},
): Promise<FileContent> {
  const footer = await readFooter(path, { signal });
  const placed = placedChunks(footer);
  const whole = createHash('sha256');
  const chunks: { at: PlacedChunk; digest: string }[] = [];
  let hash: Hash = createHash('sha256');
  let from = 0;
  for await (const piece of createReadStream(path, { highWaterMark: pieceBytes })) {
    signal.throwIfAborted();
    onProgress();
    const bytes = piece as Uint8Array;
    whole.update(bytes);
    for (const { at, within, bytes: some } of cutAtChunks(placed, from, bytes)) {
      if (within === 0) hash = createHash('sha256');
      hash.update(some);
      if (within + some.length === at.end - at.offset) chunks.push({ at, digest: hash.digest('hex') });
    }
    from += bytes.length;
  }
  return { footer, sha256: whole.digest('hex'), chunks };
}
