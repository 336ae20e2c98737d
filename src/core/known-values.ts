/** What is certain about the values of a column, though nobody has read them. */
export interface KnownValues {
  /** How many are NULL. */
  readonly nulls: number;
  /**
   * No value lies below the one or above the other, and none is NaN: as text that the engine reads back exactly; null
   * where that is not known. They need not be values of the column.
   */
  readonly range: { readonly min: string; readonly max: string } | null;
}

/** By the name of the column; those are left out of which only the values can tell. */
export type KnownColumns = ReadonlyMap<string, KnownValues>;
