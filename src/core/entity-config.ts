import type { Position } from '../errors/index.js';
import type { RunType } from './capabilities.js';
import type { ColumnChoice, FlowSettings, TypedConfig } from './plan.js';

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
  readonly columns: readonly ColumnChoice[] | null;
  readonly where: string | null;
  readonly watermark: WatermarkConfig | null;
  readonly settings: FlowSettings;
  /** Where its home is written, for errors about it; null where it came from the library. */
  readonly at: Position | null;
}

export interface WatermarkConfig {
  readonly watermark_column: string;
  readonly primary_key: readonly string[];
}
