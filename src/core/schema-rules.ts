import type { WriteMode } from './capabilities.js';

/**
 * What becomes of a home whose columns are not those of the last run.
 * - `adapt`: the store follows, as far as nothing is lost by it.
 * - `warn`: the store keeps its columns, and the difference is told.
 * - `strict`: the run stops before a row moves.
 */
export const schemaModes = ['adapt', 'warn', 'strict'] as const;
export type SchemaMode = (typeof schemaModes)[number];

export const newColumnRules = ['add', 'leave_out', 'fail'] as const;
export const missingColumnRules = ['keep', 'drop', 'fail'] as const;
export const typeChangeRules = ['widen', 'text', 'keep', 'fail'] as const;
export const nullableRules = ['allow', 'fail'] as const;

/** What is done with each kind of difference. */
export interface ChangeRules {
  readonly on_new_column: (typeof newColumnRules)[number];
  readonly on_missing_column: (typeof missingColumnRules)[number];
  readonly on_type_change: (typeof typeChangeRules)[number];
  readonly on_nullable: (typeof nullableRules)[number];
}

/** `schema` of an entity's configuration: null where its mode decides. */
export interface SchemaSettings extends Readonly<{ [K in keyof ChangeRules]: ChangeRules[K] | null }> {
  readonly mode: SchemaMode;
  /** The folder of the kept schemas, absolute; null: the one that the project keeps its record in. */
  readonly path: string | null;
}

export const defaultSchemaSettings: SchemaSettings = {
  mode: 'adapt',
  on_new_column: null,
  on_missing_column: null,
  on_type_change: null,
  on_nullable: null,
  path: null,
};

const modeRules: Readonly<Record<SchemaMode, ChangeRules>> = {
  adapt: {
    on_new_column: 'add',
    on_missing_column: 'keep',
    on_type_change: 'widen',
    on_nullable: 'allow',
  },
  warn: {
    on_new_column: 'leave_out',
    on_missing_column: 'keep',
    on_type_change: 'keep',
    on_nullable: 'allow',
  },
  strict: {
    on_new_column: 'fail',
    on_missing_column: 'fail',
    on_type_change: 'fail',
    on_nullable: 'fail',
  },
};

/** The rules that hold for a way of writing. */
export function changeRules(settings: SchemaSettings, mode: WriteMode): ChangeRules {
  const rules = modeRules[settings.mode];
  // Whoever replaces rows by rows without a column takes its values away.
  const missing = settings.mode === 'adapt' && mode !== 'append' ? 'fail' : rules.on_missing_column;
  return {
    on_new_column: settings.on_new_column ?? rules.on_new_column,
    on_missing_column: settings.on_missing_column ?? missing,
    on_type_change: settings.on_type_change ?? rules.on_type_change,
    on_nullable: settings.on_nullable ?? rules.on_nullable,
  };
}
