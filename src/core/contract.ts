import type { Position } from '../errors/index.js';

/** What becomes of a check that fails. `quarantine` is for checks of rows alone. */
export const checkOutcomes = ['fail', 'warn', 'quarantine'] as const;
export type OnFail = (typeof checkOutcomes)[number];

/** A value as a contract writes it. */
export type ContractValue = string | number | boolean;

/** What every row has to be by itself, or among the others: a row keeps the rule or breaks it. */
export type RowRule =
  | { readonly kind: 'not_null'; readonly column: string }
  | { readonly kind: 'min' | 'max'; readonly column: string; readonly value: string | number }
  /** The whole value, as a regular expression of the engine (RE2). */
  | { readonly kind: 'pattern'; readonly column: string; readonly value: string }
  | { readonly kind: 'in'; readonly column: string; readonly values: readonly ContractValue[] }
  /** Characters of a text, bytes of a blob, elements of a list. */
  | {
      readonly kind: 'length';
      readonly column: string;
      readonly min: number | null;
      readonly max: number | null;
    }
  /** The value is one of a column in the store of another entity, by that entity's run name. */
  | { readonly kind: 'references'; readonly column: string; readonly entity: string; readonly to: string }
  | { readonly kind: 'unique'; readonly columns: readonly string[] }
  /** An SQL condition over the columns as they settle. */
  | { readonly kind: 'expression'; readonly sql: string };

/** What the rows have to be as a whole. Shares are fractions: 0.2 is 20 %. */
export type TableRule =
  | { readonly kind: 'type'; readonly column: string; readonly type: string }
  | { readonly kind: 'min_rows' | 'max_rows'; readonly rows: number }
  /** Against the rows of the last run that published. */
  | { readonly kind: 'max_drop' | 'max_growth'; readonly share: number }
  /** Seconds. */
  | { readonly kind: 'freshness'; readonly column: string; readonly max_age: number }
  /** Values that are not NULL, of all. */
  | { readonly kind: 'completeness'; readonly column: string; readonly at_least: number }
  /** Different values of some columns together, of all that have no NULL among them. */
  | { readonly kind: 'uniqueness'; readonly columns: readonly string[]; readonly at_least: number };

export type Rule = RowRule | TableRule;

/** One rule of a contract, what it is called in messages, and what becomes of it where it is broken. */
export type Check<R extends Rule = Rule> = R & { readonly name: string; readonly on_fail: OnFail };

/** What the data of an entity has to be, as plain JSON. Columns are named as they settle. */
export interface Contract {
  /** Columns that have to be there. */
  readonly columns: readonly string[];
  /** The columns that name a row where rows are shown; none: those that are unique. */
  readonly key: readonly string[];
  readonly checks: readonly Check[];
}

/** Where each column and each check of a contract is written, in their order; null where that is nowhere. */
export interface ContractPlaces {
  readonly columns: readonly (Position | null)[];
  readonly checks: readonly (Position | null)[];
}

const rowKinds: readonly string[] = [
  'not_null',
  'min',
  'max',
  'pattern',
  'in',
  'length',
  'references',
  'unique',
  'expression',
] satisfies readonly RowRule['kind'][];

/** Whether a check is one of rows: it can say which rows break it. */
export const isRowCheck = (check: Check): check is Check<RowRule> => rowKinds.includes(check.kind);

/** Some rows that break a check, as text, for people; the engine's own text of each value. */
export interface SampleRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** What became of one check. */
export interface CheckResult {
  readonly name: string;
  readonly kind: Rule['kind'];
  readonly on_fail: OnFail;
  /** `passed`, or what its breaking led to. */
  readonly status: 'passed' | 'failed' | 'warned' | 'quarantined';
  /** Rows that were looked at. */
  readonly rows: number;
  /** Rows that break it; null for a check of the whole. */
  readonly violations: number | null;
  /** What was found, in a few words: `3 of 1,000 rows (0.3 %)`. */
  readonly found: string;
  /** Up to 20 rows that break it; null where there are none, or none can be named. */
  readonly sample: SampleRows | null;
}
