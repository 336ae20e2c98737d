import type { Route, RunType, WriteMode } from './capabilities.js';
import type { Contract } from './contract.js';
import type { SchemaChange, SettledColumn } from './drift.js';
import type { NullsRule } from './entity-config.js';
import type { VerifyLevel } from './fingerprint.js';
import type { AddedColumn, ColumnChoice } from './shaping.js';
import type { Schema } from './types.js';

/** The configuration of a home or store as data: its type and its keys. Secrets are references, never values. */
export interface TypedConfig {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** How much there is to move. `exact` where it is known without reading the data, as from parquet footers. */
export interface Estimate {
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly files: number | null;
  readonly exact: boolean;
}

/** What is in a store now. */
export interface StoreContents {
  readonly files: number;
  readonly rows: number | null;
  readonly bytes: number;
  /** Files that hygge did not put there, and therefore leaves alone. */
  readonly foreign: readonly string[];
}

/**
 * What a flow is going to do for one entity, as plain JSON and complete: whoever holds it and the workspace's
 * secrets can carry it out, here or on another machine.
 */
export interface Plan {
  readonly version: 1;
  /** How the entity runs: the flow's name, or `flow_entity`. */
  readonly name: string;
  readonly flow: string;
  readonly entity: string | null;
  readonly home: TypedConfig;
  readonly store: TypedConfig;
  readonly run_type: RunType;
  readonly mode: WriteMode;
  readonly route: Route;
  /** Why this route, in a sentence. */
  readonly reason: string;
  /** The columns that the home has. */
  readonly schema: Schema;
  /** The types that the home found out from its data, or that the last run did; null where it did not have to. */
  readonly inferred: Readonly<Record<string, string>> | null;
  /** The columns that are moved, in the order they settle; null where all are, under their own names. */
  readonly columns: readonly ColumnChoice[] | null;
  /** The columns that settle beside them and that the home does not have. `output` has the order. */
  readonly added: readonly AddedColumn[];
  /** An SQL condition over the home's columns; null where every row is moved. */
  readonly where: string | null;
  /** So many rows are moved, the first ones; null: all. */
  readonly limit: number | null;
  /** The columns as they settle. */
  readonly output: Schema;
  /** In which the columns that come differ from those of the last run, and what becomes of it. */
  readonly schema_changes: readonly SchemaChange[];
  /** How the shaped columns become those that settle; null where they are so already. */
  readonly settling: readonly SettledColumn[] | null;
  readonly estimate: Estimate;
  /** What is in the store now; with `mode` "replace", what hygge put there goes. */
  readonly contents: StoreContents;
  readonly watermark: WatermarkWindow | null;
  /** What the rows have to be before they are published; null: anything. */
  readonly contract: Contract | null;
  readonly settings: FlowSettings;
  readonly warnings: readonly string[];
}

/** The settings of a flow that are not its home's or store's. */
export interface FlowSettings {
  /** Batches between reader and writer, at most. */
  readonly queue_size: number;
  /** Seconds without progress before the flow is stopped. */
  readonly timeout: number;
  /** How staged rows are held against the home's. */
  readonly verify: VerifyLevel;
  readonly retry: RetrySettings;
}

/** How often a flow is tried that fails with an error that may pass. */
export interface RetrySettings {
  /** Tries in all; 1 means that nothing is tried again. */
  readonly attempts: number;
  /** Seconds before the second try. Each pause is about twice the last, a minute at most. */
  readonly delay: number;
}

export const defaultRetry: RetrySettings = { attempts: 3, delay: 2 };

/**
 * What of the home is moved: rows with `from` <= column <= `to`. All values are text that the engine reads back
 * exactly as the column's type.
 */
export interface WatermarkWindow {
  readonly column: string;
  /** The column's type, as the engine spells it. */
  readonly type: string;
  readonly primary_key: readonly string[];
  readonly nulls: NullsRule;
  /** null = from the beginning. */
  readonly from: string | null;
  /** Rows at `from` itself are looked at again, and those that the store holds are left out. */
  readonly from_inclusive: true;
  /** The greatest value there was when this was planned; null = there was none. */
  readonly to: string | null;
  /** The greatest value that the store holds: only rows up to here are compared with it; null = nothing to compare. */
  readonly held_to: string | null;
  /** The store's watermark before this run; null = none. */
  readonly before: string | null;
  /** The store's watermark once this run has published; null = none. */
  readonly after: string | null;
}
