import type { Batch } from '../../core/batch.js';

/** Rows `from` to `to` (not included) of a batch; its memory is counted by their share. */
export function sliceBatch(batch: Batch, from: number, to: number): Batch {
  if (from === 0 && to === batch.rows) return batch;
  const rows = to - from;
  return {
    schema: batch.schema,
    rows,
    columns: batch.columns.map((column) => column.slice(from, to)),
    bytes: batch.rows === 0 ? 0 : Math.round((batch.bytes * rows) / batch.rows),
  };
}
