import { type BoundValue, boundValue, compareBounds, orderOf } from './bound-value.js';
import type { ColumnChunk, Footer } from './footer.js';
import { leafType } from './leaf-type.js';
import { type Statistics, statisticsOf } from './statistics.js';
import { hasSoundStatistics } from './writer.js';

/** What is certain about the values of one column in one row group. */
export type Bounds =
  | {
      readonly known: true;
      /** No value is below `min` or above `max`; null where every value is NULL. */
      readonly min: BoundValue | null;
      readonly max: BoundValue | null;
      /** How many values are NULL; null where nobody counted. */
      readonly nulls: number | null;
      /** Whether there may be NaN, which lies outside of `min` and `max`. */
      readonly mayHaveNaN: boolean;
    }
  | { readonly known: false; readonly reason: string };

/**
 * The least and the greatest value of a chunk, where its statistics can be relied on, and otherwise why not. Never
 * wrong, often unknown: statistics that are missing, cut short, NaN, in an order other than the column's, or by a
 * writer with a known fault, are unknown.
 */
export function boundsOf(footer: Footer, chunk: ColumnChunk): Bounds {
  const { leaf } = chunk;
  if (leaf.maxRepetition > 0) return unknown('the column is repeated');
  const type = leafType(leaf, chunk.type);
  if ('unsupported' in type) return unknown('the type is unknown');
  const order = orderOf(leaf, chunk.type, type);
  if (order === 'none') return unknown(`${chunk.type} has no order for this type`);
  const statistics = statisticsOf(chunk, footer.path);
  if (statistics === null) return unknown('there are no statistics');
  const nulls = statistics.nullCount;
  if (nulls !== null && (nulls < 0 || nulls > chunk.values))
    return unknown('the number of NULLs is impossible');
  if (nulls !== null && nulls === chunk.values) {
    return { known: true, min: null, max: null, nulls, mayHaveNaN: false };
  }
  const pair = trusted(footer, chunk, statistics, order === 'signed');
  if (typeof pair === 'string') return unknown(pair);
  const min = boundValue(pair.min, leaf, chunk.type, type, 'min');
  const max = boundValue(pair.max, leaf, chunk.type, type, 'max');
  if (min === null || max === null) return unknown('they hold NaN, or bytes that are no such value');
  if (compareBounds(min, max) > 0) return unknown('the least value is above the greatest');
  const floating = type.kind === 'float' || type.kind === 'double';
  return { known: true, min, max, nulls, mayHaveNaN: floating && statistics.nanCount !== 0 };
}

interface BytePair {
  readonly min: Uint8Array;
  readonly max: Uint8Array;
}

/** The bytes that are in the column's order; a reason where none are. `signed`: ordered as signed numbers. */
function trusted(
  footer: Footer,
  chunk: ColumnChunk,
  statistics: Statistics,
  signed: boolean,
): BytePair | string {
  const { minValue, maxValue, min, max } = statistics;
  if (minValue !== null && maxValue !== null) {
    if (statistics.minExact === false || statistics.maxExact === false) return 'they were cut short';
    const order = footer.columnOrders?.[chunk.leaf.firstLeaf];
    if (order !== undefined && order !== 'type' && order !== 'ieee754_total') return 'their order is unknown';
    if (!signed && order === undefined) return 'the file does not say how they are ordered';
    if (!signed && !hasSoundStatistics(footer.createdBy)) return 'their writer is known for wrong ones';
    return { min: minValue, max: maxValue };
  }
  if (min === null || max === null) return 'the least or the greatest value is missing';
  return signed ? { min, max } : 'they are in the deprecated form, whose order is unknown';
}

const unknown = (reason: string): Bounds => ({ known: false, reason });
