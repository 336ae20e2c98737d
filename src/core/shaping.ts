import type { Position } from '../errors/index.js';
import type { Secret } from './secret.js';

/** A column that is moved: what it is called in the home, what it will be called in the store, and what is done to it. */
export interface ColumnChoice {
  readonly from: string;
  readonly name: string;
  /** The type that its values are cast to, as the engine spells it. Left out: they keep theirs. */
  readonly as?: string;
  /** For a cast between times with and without a zone: the zone that those without one are in. */
  readonly zone?: string;
  /** How its values are hidden. Left out: they are not. */
  readonly mask?: MaskRule;
}

/** In a list of columns, for those that nothing else in the list names. */
export const allOthers = '*';

export const timeUnits = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
export type TimeUnit = (typeof timeUnits)[number];

/** How the values of a column are hidden. NULL stays NULL. */
export type MaskRule =
  /** HMAC-SHA256 of the value under the key, 64 hexadecimal digits. */
  | { readonly rule: 'hash' }
  /** The same text for every value. */
  | { readonly rule: 'redact'; readonly with: string }
  /** All characters but the first and last ones are replaced by `with`. */
  | { readonly rule: 'partial'; readonly first: number; readonly last: number; readonly with: string }
  | { readonly rule: 'null' }
  /** Dates move by 1 to `days` days, to and fro; the same for all dates of one `by`, the columns that name a row. */
  | { readonly rule: 'date_shift'; readonly days: number; readonly by: readonly string[] }
  /** Numbers to the nearest multiple of `to`; times down to the beginning of their unit. */
  | { readonly rule: 'round'; readonly to: number | TimeUnit };

export const maskRules = [
  'hash',
  'redact',
  'partial',
  'null',
  'date_shift',
  'round',
] as const satisfies readonly MaskRule['rule'][];

/** `mask` of a flow. */
export interface MaskSettings {
  /** null: none, which `hash` and `date_shift` cannot do without. */
  readonly key: Secret | null;
  /** By the names that the home gives its columns. */
  readonly columns: Readonly<Record<string, MaskRule>>;
}

export const nameCases = ['pascal', 'camel', 'snake'] as const;
export type NameCase = (typeof nameCases)[number];

/** What is done to the names of columns, in this order. */
export interface NameRules {
  readonly remove_special: boolean;
  readonly remove_spaces: boolean;
  readonly case: NameCase | null;
}

export const hashAlgorithms = ['sha256', 'sha1', 'md5'] as const;

/** A column with a hash over others, which tells rows apart. */
export interface HashId {
  readonly name: string;
  /** By the names that the home gives its columns. */
  readonly from_columns: readonly string[];
  readonly algo: (typeof hashAlgorithms)[number];
  /** true: text of hexadecimal digits; false: bytes. */
  readonly hex: boolean;
}

export interface Constant {
  readonly name: string;
  readonly value: string | number | boolean | null;
}

/** A column with the time of the run, the same in all rows. */
export interface TimestampColumn {
  readonly name: string;
  readonly source: 'now_utc' | 'now_local';
  readonly type: 'datetime' | 'string';
  /** For `string`, in the engine's notation; null: ISO 8601. */
  readonly format: string | null;
}

/** `polish` of a store. `add_row_marker` is one of its constants already. */
export interface Polish {
  readonly columns: NameRules;
  readonly hash_ids: readonly HashId[];
  readonly constants: readonly Constant[];
  readonly timestamps: readonly TimestampColumn[];
}

/** Where what is done to rows is written. What is written nowhere is left out. */
export interface ShapePlaces {
  /** Of `columns` of the home, which declare types, by its names. */
  readonly declared: PlacesByName;
  /** Of `columns` and `mask`, by the names that the home gives its columns. */
  readonly columns: PlacesByName;
  readonly mask: PlacesByName;
  /** Of `polish`, by the names that are given there. */
  readonly hash_ids: PlacesByName;
  readonly constants: PlacesByName;
  readonly timestamps: PlacesByName;
  readonly where: Position | null;
}

export type PlacesByName = ReadonlyMap<string, Position | null>;

/** A column that settles and that no home has. */
export type AddedColumn =
  | ({ readonly made: 'hash_id' } & HashId)
  | ({ readonly made: 'constant' } & Constant)
  | ({ readonly made: 'timestamp' } & TimestampColumn);
