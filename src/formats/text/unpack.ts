import { createReadStream } from 'node:fs';
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
