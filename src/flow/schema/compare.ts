import type { WriteMode } from '../../core/capabilities.js';
import { type Drift, driftOf } from '../../core/drift.js';
import type { EntityConfig } from '../../core/entity-config.js';
import type { HomeSession } from '../../core/home.js';
import { asRunRecord, keptSchemaOf } from '../../core/run-record.js';
import { changeRules } from '../../core/schema-rules.js';
import { allOthers, type ColumnChoice } from '../../core/shaping.js';
import type { StoreSession } from '../../core/store.js';
import type { Schema } from '../../core/types.js';
import { fail } from '../../errors/index.js';

/** The kept schemas of a project's entities: what each of them settled with the last time. */
export interface KeptSchemas {
  /** Where the columns of an entity are kept, or would be. */
  path(config: EntityConfig): string;
  /** null where nothing is kept. SCHEMA_FILE_DAMAGED where it cannot be understood. */
  read(config: EntityConfig): Promise<Schema | null>;
  /** Durable once it resolves. */
  write(config: EntityConfig, schema: Schema): Promise<void>;
}

/** What the columns of a run are held against, and what became of it. */
export interface Compared extends Drift {
  /** Whether the columns of an earlier run are known, so that a table may be changed to have those of this one. */
  readonly isKnown: boolean;
}

export interface CompareRequest {
  readonly config: EntityConfig;
  readonly mode: WriteMode;
  /** The columns that come, shaped. */
  readonly given: Schema;
  /** Those whose types the configuration says. */
  readonly declared: ReadonlySet<string>;
  /** Left out for a flow without a project: then there is nothing to compare with. */
  readonly schemas: KeptSchemas | undefined;
  readonly store: StoreSession;
}

/** Compares before a row moves. SCHEMA_DRIFT where a difference is not allowed. */
export async function compareSchema(request: CompareRequest): Promise<Compared> {
  const { config, given, store } = request;
  const kept = await lastSchema(request);
  if (kept === null) return { changes: [], output: given, settling: null, isKnown: false };
  const drift = driftBetween(request, kept, store.planFiles === undefined);
  const refused = drift.changes.filter(({ action }) => action === 'refused');
  if (refused.length > 0) {
    const { name, flow } = config;
    throw fail('SCHEMA_DRIFT', {
      name,
      flow,
      changes: refused.map(({ what, message }) => ({ what, message })),
    });
  }
  return { ...drift, isKnown: true };
}

/** The columns of the last run: as they are kept, or else as the store's own record has them. */
export async function lastSchema({
  config,
  schemas,
  store,
}: Pick<CompareRequest, 'config' | 'schemas' | 'store'>): Promise<Schema | null> {
  // A sample is compared with nothing, and nothing is kept of it.
  if (schemas === undefined || config.limit != null) return null;
  const kept = await schemas.read(config);
  if (kept !== null) return kept;
  const record = asRunRecord(await store.record?.());
  return record === null ? null : keptSchemaOf(record);
}

/** The columns, as they settle, whose types the configuration says: in `columns` of the flow, or of the home. */
export function declaredColumns(
  home: HomeSession,
  choices: readonly ColumnChoice[] | null,
): ReadonlySet<string> {
  const said = new Set(home.declared?.() ?? []);
  if (choices === null) return said;
  const declared = choices.filter(({ from, as }) => as !== undefined || said.has(from));
  return new Set(declared.map(({ name }) => name));
}

/** What the differences are, by the rules of an entity. */
export function driftBetween(
  { config, mode, given, declared }: Pick<CompareRequest, 'config' | 'mode' | 'given' | 'declared'>,
  kept: Schema,
  keptFirst: boolean,
): Drift {
  const { schema, columns } = config;
  // Whoever names the columns has left the others out, unless every difference is to be told.
  const isNamed = columns !== null && !columns.some(({ from }) => from === allOthers);
  const isChosen = isNamed && schema.mode !== 'strict' && schema.on_missing_column === null;
  return driftOf({ kept, given, rules: changeRules(schema, mode), mode, isChosen, declared, keptFirst });
}
