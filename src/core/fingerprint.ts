/** How staged rows are held against the home's before they are published. */
export const verifyLevels = ['counts', 'fingerprint', 'none'] as const;
/**
 * `counts`: as many rows were staged as were read. `fingerprint`: also the values of every column are the same.
 * `none`: neither is compared.
 */
export type VerifyLevel = (typeof verifyLevels)[number];

/** What is kept of a column's values: enough to notice that one of them is another. The order of rows is not in it. */
export interface ColumnFingerprint {
  readonly name: string;
  /** Values that are not NULL; null where values were not looked at. */
  readonly count: number | null;
  readonly nulls: number | null;
  /** As text, at most 100 characters of it; null where there is none, or the type has no order. */
  readonly min: string | null;
  readonly max: string | null;
  /** `values`: 32 hex digits, the sum and the exclusive or of a hash of each value. `bytes`: SHA-256, in hex. */
  readonly hash: string;
}

/** What is kept of the rows of a run, so that they can be told from others. */
export interface Fingerprint {
  /** `values`: what the values are. `bytes`: the bytes that were copied, whose values were not looked at. */
  readonly by: 'values' | 'bytes';
  readonly rows: number;
  /** Of whole rows, so that values cannot change places between rows; null with `bytes`. */
  readonly hash: string | null;
  readonly columns: readonly ColumnFingerprint[];
}

/** Where two fingerprints of the same columns differ: the column (null: no single one) and what of it. */
export interface Difference {
  readonly column: string | null;
  readonly what: string;
  readonly home: string;
  readonly store: string;
}

/** The first difference between what was read and what was staged; null where there is none. */
export function firstDifference(home: Fingerprint, store: Fingerprint): Difference | null {
  const differs = (column: string | null, what: string, a: unknown, b: unknown): Difference | null =>
    a === b ? null : { column, what, home: String(a), store: String(b) };
  for (const [i, one] of home.columns.entries()) {
    const other = store.columns[i];
    const difference =
      differs(one.name, 'values', one.count, other?.count) ??
      differs(one.name, 'NULLs', one.nulls, other?.nulls) ??
      differs(one.name, 'least value', one.min, other?.min) ??
      differs(one.name, 'greatest value', one.max, other?.max) ??
      differs(one.name, 'hash of all values', one.hash, other?.hash);
    if (difference !== null) return difference;
  }
  return (
    differs(null, 'rows', home.rows, store.rows) ?? differs(null, 'hash of all rows', home.hash, store.hash)
  );
}
