import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import type { TextCompression } from './compression.js';

/** The bytes of a file of text, unpacked, in pieces of no certain size. */
export async function* unpacked(path: string, compression: TextCompression): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: 1024 * 1024 });
  if (compression === 'zstd') yield* unpackZstd(file);
  else if (compression === 'gzip') {
    const unpack = createGunzip();
    file.on('error', (error) => unpack.destroy(error));
    try {
      yield* file.pipe(unpack);
    } finally {
      file.destroy();
    }
  } else yield* file;
}

/** Node has zstd of its own only from 22.15 on. */
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
