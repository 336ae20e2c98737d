import type { Schema, Value } from './types.js';

/** A row as a person writes it: column name → value. Values are read leniently; see the engine's `coerce`. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * Some rows, column by column. `columns[i]` belongs to `schema[i]`; all columns have `rows` values.
 * The values are those that `types.ts` names for each kind.
 */
export interface Batch {
  readonly schema: Schema;
  readonly rows: number;
  readonly columns: readonly (readonly Value[])[];
  /** What it takes in memory, about, in bytes: what the queue between reader and writer is bounded by. */
  readonly bytes: number;
}
