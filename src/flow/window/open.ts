import type { WriteMode } from '../../core/capabilities.js';
import type { Relation } from '../../core/engine.js';
import type { EntityConfig } from '../../core/entity-config.js';
import type { HomeSession, Reach } from '../../core/home.js';
import { nearest } from '../../core/nearest.js';
import type { WatermarkWindow } from '../../core/plan.js';
import type { StoreSession } from '../../core/store.js';
import { type Column, type LogicalType, type Schema, sameType, typeName } from '../../core/types.js';
import { type KeptWatermark, watermarkOf } from '../../core/watermark.js';
import { identifier } from '../../engine/index.js';
import { fail } from '../../errors/index.js';
import type { Shape } from '../shape/index.js';
import { wantedColumns } from '../wanted.js';
import { allRows, type Conditions } from './conditions.js';
import { both, everything, lateSelect, type Moving, mergeSelect, wanted } from './moving.js';
import { finite } from './ordered.js';
import type { Asking } from './values.js';
import { type Backfill, checkKey, checkWatermark, planWindow, readValue, settledName } from './window.js';

/** What a watermark makes of a flow. */
export interface Opened {
  readonly window: WatermarkWindow | null;
  readonly moving: Moving;
  /** What the store is to keep with the data of this run; null: no watermark. */
  readonly keep: KeptWatermark | null;
  readonly warnings: readonly string[];
}

export interface OpenRequest {
  readonly config: EntityConfig;
  readonly mode: WriteMode;
  readonly schema: Schema;
  /** What is done to the rows; its columns are those of `config`. */
  readonly shape: Shape;
  readonly output: Schema;
  readonly home: HomeSession;
  readonly store: Pick<StoreSession, 'record' | 'held'>;
  readonly backfill: Backfill;
  /** The watermark of earlier runs where the store keeps none. */
  readonly fallback: () => Promise<KeptWatermark | null>;
  engine(): Promise<Asking>;
}

/** The column of the watermark; null where a flow has none. Every mistake in its configuration is an error. */
export function watermarkColumn(
  config: EntityConfig,
  mode: WriteMode,
  schema: Schema,
  backfill: Backfill,
): Column | null {
  const { name, watermark, columns } = config;
  const key = watermark?.primary_key ?? [];
  if (mode === 'merge' && key.length === 0) throw fail('KEY_NEEDED', { name });
  const known = schema.map((column) => column.name);
  const find = (column: string): Column => {
    const found = schema.find((one) => one.name === column);
    if (found !== undefined) return found;
    throw fail('COLUMN_NOT_FOUND', { name, column, known, nearest: nearest(column, known) });
  };
  const asked = watermark?.watermark_column ?? null;
  if (asked !== null) return checkWatermark(name, asked, key, find, mode, columns);
  const flag = backfill.from !== undefined ? '--from' : backfill.to !== undefined ? '--to' : null;
  if (flag !== null) throw fail('WATERMARK_NEEDED', { name, flag });
  if (watermark !== null && mode !== 'merge')
    throw fail('MISSING_KEY', { key: 'watermark_column', where: `the watermark of ${name}` });
  checkKey(name, key, find, mode, columns);
  return null;
}

/** Fixes what is moved. Where the store was taken before, nobody else can change what it is compared with. */
export async function openWindow(column: Column | null, request: OpenRequest): Promise<Opened> {
  const { config, mode, store, home, shape, output } = request;
  const { watermark, name, columns, where } = config;
  const record = store.record === undefined ? undefined : await store.record();
  const kept = record == null ? await keptElsewhere(request, record) : watermarkOf(record);
  if (watermark === null || (column === null && mode !== 'merge')) {
    // What is only added to keeps the promise of its watermark.
    return { window: null, moving: everything, keep: mode === 'replace' ? null : kept, warnings: [] };
  }
  if (home.relation === undefined) {
    const reason = 'it gives no rows that a watermark could be applied to';
    throw fail('TYPE_FAILED', { name, role: 'home', type: config.home.type, reason });
  }
  const primaryKey = watermark.primary_key;
  const read = wantedColumns({ schema: request.schema, columns, where }, [
    ...(column === null ? [] : [column.name]),
    ...primaryKey,
    ...shape.reads,
  ]);
  const give = home.relation.bind(home);
  const merged = async (
    relation: Relation,
    conditions: Conditions,
    order: string | null,
  ): Promise<Moving> => {
    await refuseNullKeys(request, relation, primaryKey, conditions);
    const merge = mergeSelect({ home: relation, shape, conditions, primaryKey, order });
    return { ...everything, home: relation, reach: conditions.reach, merge };
  };
  if (column === null) {
    const moving = await merged(await give(read), allRows, null);
    return { window: null, moving, keep: kept, warnings: [] };
  }
  const {
    window,
    conditions,
    warnings,
    home: relation,
    held,
  } = await planWindow({
    name,
    config: watermark,
    column,
    mode,
    columns,
    where,
    home: (reach) => give(read, reach),
    bounds: (await home.bounds?.(column.name)) ?? null,
    tellsHeld: mode === 'append' && store.held !== undefined,
    held: async (reach) => (mode === 'append' ? heldRows(store, output, config, column, reach) : undefined),
    kept,
    backfill: request.backfill,
    session: await request.engine(),
  });
  if (mode === 'merge') {
    const moving = await merged(relation, conditions, laterFirst(column));
    return { window, moving, keep: keptAfter(window, kept), warnings };
  }
  const from = { home: relation, shape, output, conditions, held: held ?? null };
  const late = lateSelect({ ...from, column: column.name, primaryKey });
  const moving: Moving = {
    home: relation,
    fresh: conditions.fresh,
    late,
    merge: null,
    reach: conditions.reach,
  };
  return { window, moving, keep: keptAfter(window, kept), warnings };
}

async function keptElsewhere(request: OpenRequest, record: unknown): Promise<KeptWatermark | null> {
  // A record that holds nothing is that of a store into which nothing was published.
  return record === undefined || record === null ? request.fallback() : null;
}

/** What the store holds, with the columns that rows are compared by as they are moved now; undefined: it cannot tell. */
async function heldRows(
  store: Pick<StoreSession, 'held'>,
  output: Schema,
  { name, columns, watermark }: EntityConfig,
  column: Column,
  reach: Reach | undefined,
): Promise<Relation | null | undefined> {
  const there = reach && { ...reach, column: settledName(column.name, columns) ?? column.name };
  const held = await store.held?.(output, there);
  if (held == null) return held;
  const casts = new Map<string, LogicalType>();
  for (const key of [column.name, ...(watermark?.primary_key ?? [])]) {
    const settled = settledName(key, columns) ?? key;
    const there = held.schema.find((one) => one.name === settled);
    if (there === undefined) throw fail('WATERMARK_NOT_HELD', { name, column: settled });
    const type = output.find((one) => one.name === settled)?.type;
    if (type !== undefined && !sameType(type, there.type)) casts.set(settled, type);
  }
  if (casts.size === 0) return held;
  const replaced = [...casts].map(([key, type]) => {
    const as = identifier(key);
    return `TRY_CAST(${as} AS ${typeName(type)}) AS ${as}`;
  });
  const schema = held.schema.map((one) => ({ ...one, type: casts.get(one.name) ?? one.type }));
  return { sql: `SELECT * REPLACE (${replaced.join(', ')}) FROM (${held.sql})`, schema };
}

/** Values without a place in the order come before all that have one. */
function laterFirst({ name, type }: Column): string {
  const column = identifier(name);
  const ordered = finite(name, type);
  return ordered === null
    ? `${column} DESC NULLS LAST`
    : `CASE WHEN ${ordered} THEN ${column} END DESC NULLS LAST`;
}

async function refuseNullKeys(
  { config, engine }: OpenRequest,
  { sql }: Relation,
  key: readonly string[],
  conditions: Conditions,
): Promise<void> {
  const without = key.map((column) => `${identifier(column)} IS NULL`).join(' OR ');
  const where = both(both(config.where, wanted(conditions)), without);
  const [row] = await (await engine()).rows(`SELECT count(*) FROM (${sql}) WHERE ${where}`);
  const rows = row?.[0] ?? '0';
  if (rows !== '0') throw fail('KEY_NULL', { name: config.name, columns: key, rows });
}

function keptAfter(window: WatermarkWindow, kept: KeptWatermark | null): KeptWatermark | null {
  const { column, type, after } = window;
  if (after === null) return null;
  if (kept?.column === column && kept.type === type && kept.value === after) return kept;
  return { column, type, value: after, since: new Date().toISOString() };
}

/**
 * A value that somebody gives a watermark, as the column has it.
 * @throws WATERMARK_VALUE, and what is wrong with the configuration of the watermark
 */
export async function checkedWatermark(
  config: EntityConfig,
  schema: Schema,
  value: string,
  session: Asking,
): Promise<KeptWatermark> {
  const { name } = config;
  const column = watermarkColumn(config, 'replace', schema, {});
  if (column === null) throw fail('WATERMARK_NEEDED', { name, flag: 'a new watermark' });
  const read = await readValue({ name, column, session }, 'the new watermark', value);
  return { column: column.name, type: typeName(column.type), value: read, since: new Date().toISOString() };
}
