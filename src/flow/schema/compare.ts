import type { WriteMode } from '../../core/capabilities.js';
import { type Drift, driftOf } from '../../core/drift.js';
import type { EntityConfig } from '../../core/entity-config.js';
import type { HomeSession } from '../../core/home.js';
import { type KeptSchema, originOf, withOrigins } from '../../core/kept-schema.js';
import { asRunRecord, keptSchemaOf } from '../../core/run-record.js';
import { changeRules } from '../../core/schema-rules.js';
import { allOthers, type ColumnChoice } from '../../core/shaping.js';
import type { StoreSession } from '../../core/store.js';
import { type LogicalType, type Schema, sameType } from '../../core/types.js';
import { fail } from '../../errors/index.js';
import type { Shape } from '../shape/index.js';

/** The kept schemas of a project's entities: what each of them settled with the last time. */
export interface KeptSchemas {
  /** Where the columns of an entity are kept, or would be. */
  path(config: EntityConfig): string;
  /** null where nothing is kept. SCHEMA_FILE_DAMAGED where it cannot be understood. */
  read(config: EntityConfig): Promise<KeptSchema | null>;
  /** Durable once it resolves. */
  write(config: EntityConfig, schema: KeptSchema): Promise<void>;
}

/** What the columns of a run are held against, and what became of it. */
export interface Compared extends Drift {
  /** Whether the columns of an earlier run are known, so that a table may be changed to have those of this one. */
  readonly isKnown: boolean;
}

export interface CompareRequest {
  readonly config: EntityConfig;
  readonly mode: WriteMode;
  /** The columns that the home has. */
  readonly home: Schema;
  /** What is done to them. */
  readonly shape: Pick<Shape, 'columns' | 'added'>;
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
}: Pick<CompareRequest, 'config' | 'schemas' | 'store'>): Promise<KeptSchema | null> {
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
export function driftBetween(request: Differing, kept: KeptSchema, keptFirst: boolean): Drift {
  const { config, mode, given, declared } = request;
  const { schema, columns } = config;
  // Whoever names the columns has left the others out, unless every difference is to be told.
  const isNamed = columns !== null && !columns.some(({ from }) => from === allOthers);
  const isChosen = isNamed && schema.mode !== 'strict' && schema.on_missing_column === null;
  // What was never replaced has to go on with the columns that are there.
  const own = mode === 'replace' ? ownChanges(request, kept, isNamed) : new Map();
  const rules = changeRules(schema, mode);
  return driftOf({ kept, given, rules, mode, isChosen, declared, own, keptFirst });
}

type Differing = Pick<CompareRequest, 'config' | 'mode' | 'home' | 'shape' | 'given' | 'declared'>;

/**
 * Columns that differ because the configuration does: what the home has of them is as it was. With the other name of
 * those that are called otherwise now. A rule that is set says what becomes of a difference, wherever it comes from.
 */
function ownChanges(
  { config: { schema }, home, shape, given: columns }: Differing,
  kept: KeptSchema,
  isNamed: boolean,
): ReadonlyMap<string, string | null> {
  const own = new Map<string, string | null>();
  if (schema.mode === 'strict') return own;
  const given = withOrigins(columns, { ...shape, schema: home, settling: null });
  const isLike = (name: string, type: LogicalType): boolean =>
    home.some((column) => column.name === name && sameType(column.type, type));
  for (const column of kept) {
    const { name } = column;
    const origin = originOf(column);
    const now = given.find((one) => one.name === name);
    const isThere = origin === null || isLike(origin.column, origin.type);
    if (now !== undefined) {
      const isOther = originOf(now)?.column !== origin?.column;
      if ((isThere || isOther) && schema.on_type_change === null) own.set(name, null);
      continue;
    }
    if (!isThere || schema.on_missing_column !== null) continue;
    const other = given.find(
      (one) => origin !== null && originOf(one)?.column === origin.column && !isKept(one.name, kept),
    );
    own.set(name, other?.name ?? null);
  }
  for (const column of given) {
    if (isKept(column.name, kept) || schema.on_new_column !== null) continue;
    const origin = originOf(column);
    const was = kept.find((one) => origin !== null && originOf(one)?.column === origin.column);
    const before = was !== undefined && own.get(was.name) === column.name ? was.name : null;
    if (origin === null || was !== undefined || isNamed) own.set(column.name, before);
  }
  return own;
}

const isKept = (name: string, kept: KeptSchema): boolean => kept.some((column) => column.name === name);
