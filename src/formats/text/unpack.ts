import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable, Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import { fail } from '../../errors/index.js';
import type { TextCompression } from './compression.js';

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
 * The same, for those who are done with a piece before they ask for the next one: the bytes of a file that is not packed all
 * lie in the same place, one piece after the other.
 */
export async function* passing(path: string, compression: TextCompression): AsyncGenerator<Uint8Array> {
  if (compression !== 'none') return yield* unpacked(path, compression);
  const place = new Uint8Array(1024 * 1024);
  const file = await open(path).catch((cause: unknown) => {
    throw fail('PATH_NOT_READABLE', { what: 'the file', path, reason: String(cause) }, { cause });
  });
  try {
    for (;;) {
      const { bytesRead } = await file.read(place, 0, place.length, null);
      if (bytesRead === 0) return;
      yield place.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

function through(file: Readable, compression: 'gzip' | 'zstd'): AsyncIterable<Uint8Array> {
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
