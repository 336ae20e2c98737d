import { createReadStream } from 'node:fs';
import type { Readable as Stream, Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import { fail } from '../../errors/index.js';
import { DiskFile } from '../../files/disk-file.js';
import type { TextCompression } from './compression.js';
import type { Readable } from './utf8-copies.js';

/** The bytes of a file of text, unpacked, in pieces of no certain size. PATH_NOT_READABLE, NOT_UNPACKED. */
export async function* unpacked(path: string, compression: TextCompression): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: 1024 * 1024 });
  try {
    yield* compression === 'none' ? file : through(file, compression);
  } catch (cause) {
    if (cause instanceof Error && 'syscall' in cause) {
      const reason = cause.message;
      throw fail('PATH_NOT_READABLE', { what: 'the file', path, reason }, { cause });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw fail('NOT_UNPACKED', { path, compression, reason }, { cause });
  } finally {
    file.destroy();
  }
}

/**
 * The same, for those who are done with a piece before they ask for the next one: the bytes of a file that is not packed are
 * read into the room that they have for them.
 */
export async function* filling(
  { path, compression }: Readable,
  room: () => Uint8Array,
): AsyncGenerator<Uint8Array> {
  if (compression !== 'none') return yield* unpacked(path, compression);
  const unreadable = (cause: unknown): never => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw fail('PATH_NOT_READABLE', { what: 'the file', path, reason }, { cause });
  };
  const file = await DiskFile.open(path, 'r').catch(unreadable);
  try {
    for (let at = 0; ; ) {
      const place = room();
      const bytes = await file.read(place, at).catch(unreadable);
      if (bytes === 0) return;
      yield place.subarray(0, bytes);
      at += bytes;
    }
  } finally {
    await file.close();
  }
}

function through(file: Stream, compression: 'gzip' | 'zstd'): AsyncIterable<Uint8Array> {
  // Node has zstd of its own only from 22.15 on.
  const make: unknown = Reflect.get(zlib, compression === 'gzip' ? 'createGunzip' : 'createZstdDecompress');
  if (typeof make !== 'function') return unpackZstd(file);
  const unpack = make() as Transform;
  file.on('error', (error) => unpack.destroy(error));
  return file.pipe(unpack);
}

async function* unpackZstd(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const unpack = new Decompress((piece) => pieces.push(piece));
  for await (const piece of bytes) {
    unpack.push(piece);
    yield* pieces.splice(0);
  }
  unpack.push(new Uint8Array(0), true);
  yield* pieces;
}
