import { open } from 'node:fs/promises';
import { expect } from 'vitest';
import type { Footer } from '../../src/parquet/index.js';
import { chunkRange } from '../../src/parquet/index.js';
import { pageLocations } from '../../src/parquet/page-index.js';
import { integerOf } from '../../src/parquet/thrift/access.js';
import { decodeThriftPrefix } from '../../src/parquet/thrift/decode.js';

/** Checks that every page that an offset index names begins with a page's header, of the size that it names. */
export async function checkIndexes(footer: Footer): Promise<void> {
  const file = await open(footer.path, 'r');
  const read = async (offset: number, length: number): Promise<Buffer> => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  };
  try {
    for (const group of footer.rowGroups) {
      for (const chunk of group.columns) {
        const range = chunkRange(chunk);
        const head = decodeThriftPrefix(await read(range.offset, 1024), { path: footer.path });
        expect([0, 2, 3]).toContain(integerOf(head.struct, 1));
        if (chunk.offsetIndex === null) continue;
        const index = await read(chunk.offsetIndex.offset, chunk.offsetIndex.length);
        for (const page of pageLocations(index, footer.path)) {
          const header = decodeThriftPrefix(await read(page.offset, 1024), { path: footer.path });
          expect(header.length + (integerOf(header.struct, 3) ?? 0)).toBe(page.bytes);
          expect(page.offset + page.bytes).toBeLessThanOrEqual(range.offset + range.length);
        }
      }
    }
  } finally {
    await file.close();
  }
}
