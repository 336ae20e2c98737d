import { HyggeError, type Position } from '../errors/index.js';
import type { RunType } from './capabilities.js';
import type { Contract, ContractPlaces } from './contract.js';
import type { FlowSettings, TypedConfig } from './plan.js';
import type { SchemaSettings } from './schema-rules.js';
import type { ColumnChoice, MaskSettings, Polish, ShapePlaces } from './shaping.js';

/** One entity as it is configured, validated, with every default filled in: what the planner starts from. */
export interface EntityConfig {
  /** `flow`, or `flow_entity`. */
  readonly name: string;
  readonly flow: string;
  readonly entity: string | null;
  /** Validated by its type's schema; paths absolute. */
  readonly home: TypedConfig;
  readonly store: TypedConfig;
  readonly run_type: RunType;
  /** From the store's `incremental` key: true forces append, false forces replace, null follows `run_type`. */
  readonly append: boolean | null;
  /** null: all. A choice from `*` stands for all that no other one names. */
  readonly columns: readonly ColumnChoice[] | null;
  readonly mask: MaskSettings | null;
  /** From the store's `polish` key. */
  readonly polish: Polish | null;
  readonly where: string | null;
  /** A sample: so many rows are moved, the first ones; null: all. */
  readonly limit: number | null;
  readonly watermark: WatermarkConfig | null;
  readonly settings: FlowSettings;
  /** What the rows have to be before they are published; left out: anything. */
  readonly contract?: Contract | null;
  /** The runs that had put aside the rows that are moved; left out for every other run. */
  readonly retries?: readonly string[];
  /** Where the parts of its contract are written. */
  readonly contract_places?: ContractPlaces | null;
  /** Where what is done to its rows is written. */
  readonly shape_places?: ShapePlaces | null;
  /** What becomes of columns that are not those of the last run. */
  readonly schema: SchemaSettings;
  /** Where its home and its store are written, for errors about them; null where they came from the library. */
  readonly at: Position | null;
  readonly store_at: Position | null;
}

/** The error with the place of what it is about in the YAML, where it has no place of its own. */
export function placedAt<E>(error: E, at: Position | null): E | HyggeError {
  return error instanceof HyggeError && error.at === null && at !== null ? error.placedAt(at) : error;
}

/** How new rows are told from old ones. Columns are named as the home names them. */
export interface WatermarkConfig {
  /** null: none, which a merge can do without; the last row of a key is then its latest. */
  readonly watermark_column: string | null;
  /** The columns that name a row; none: rows are told apart by all their values. */
  readonly primary_key: readonly string[];
  /** How far below the last value to look again: "2h" for times, a number for numbers; null = not at all. */
  readonly lag: string | number | null;
  /** What becomes of rows whose value has no place in the order: NULL, NaN, infinity. */
  readonly nulls: NullsRule;
  /** Rows below `start` or above `end` are never moved; null = no limit. */
  readonly start: string | null;
  readonly end: string | null;
}

/** `include`: moved, once. `skip`: never moved. `fail`: an error before anything is read. */
export const nullsRules = ['include', 'skip', 'fail'] as const;
export type NullsRule = (typeof nullsRules)[number];
