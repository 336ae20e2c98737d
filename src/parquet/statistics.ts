import type { ColumnChunk } from './footer.js';
import { bytesOf, flagOf, integerOf, structOf } from './thrift/access.js';
import { decodeThrift } from './thrift/decode.js';

/** What a chunk says of its values, as it was written: see `boundsOf` for what can be relied on. */
export interface Statistics {
  /** Of an undefined order, and deprecated. */
  readonly min: Uint8Array | null;
  readonly max: Uint8Array | null;
  /** In the column's order. */
  readonly minValue: Uint8Array | null;
  readonly maxValue: Uint8Array | null;
  readonly minExact: boolean | null;
  readonly maxExact: boolean | null;
  readonly nullCount: number | null;
  readonly distinctCount: number | null;
  readonly nanCount: number | null;
}

/** A chunk's statistics; null where it has none. `path` is its file's, for errors. */
export function statisticsOf(chunk: ColumnChunk, path: string): Statistics | null {
  const meta = structOf(decodeThrift(chunk.raw, { path }), 3);
  const raw = meta === null ? null : structOf(meta, 12);
  if (raw === null) return null;
  return {
    max: bytesOf(raw, 1),
    min: bytesOf(raw, 2),
    nullCount: integerOf(raw, 3),
    distinctCount: integerOf(raw, 4),
    maxValue: bytesOf(raw, 5),
    minValue: bytesOf(raw, 6),
    maxExact: flagOf(raw, 7),
    minExact: flagOf(raw, 8),
    nanCount: integerOf(raw, 9),
  };
}
