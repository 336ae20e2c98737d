import type { WriteMode } from '../../core/capabilities.js';
import type { Relation } from '../../core/engine.js';
import type { WatermarkConfig } from '../../core/entity-config.js';
import type { ColumnBounds, Reach } from '../../core/home.js';
import type { WatermarkWindow } from '../../core/plan.js';
import type { ColumnChoice } from '../../core/shaping.js';
import { type Column, typeName } from '../../core/types.js';
import type { KeptWatermark } from '../../core/watermark.js';
import { identifier } from '../../engine/index.js';
import { fail } from '../../errors/index.js';
import { type Conditions, conditionsOf } from './conditions.js';
import { finite, goesOn, isOrdered, typed, unordered } from './ordered.js';
import { type Asking, Values } from './values.js';

export interface WindowRequest {
  readonly name: string;
  readonly config: WatermarkConfig;
  readonly column: Column;
  readonly mode: WriteMode;
  readonly columns: readonly ColumnChoice[] | null;
  readonly where: string | null;
  /** The home's rows, or those of a reach; read when it is asked for. */
  home(reach: Reach | undefined): Promise<Relation>;
  /** What is known of the column without reading it. */
  readonly bounds: ColumnBounds | null;
  /** Whether the store can tell what it holds, and is asked. */
  readonly tellsHeld: boolean;
  /** What the store holds; null: nothing; undefined: it cannot tell. */
  held(reach: Reach | undefined): Promise<Relation | null | undefined>;
  /** The watermark that goes on from an earlier run; null where there is none. */
  readonly kept: KeptWatermark | null;
  /** From `--from` and `--to`: this run alone, whatever the watermark is. */
  readonly backfill: Backfill;
  readonly session: Asking;
}

export interface Backfill {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface PlannedWindow {
  readonly window: WatermarkWindow;
  readonly conditions: Conditions;
  readonly home: Relation;
  readonly held: Relation | null | undefined;
  readonly warnings: readonly string[];
}

/** The name that a column of the home has in the store; undefined where it is not moved. */
export function settledName(column: string, columns: readonly ColumnChoice[] | null): string | undefined {
  return columns === null ? column : columns.find(({ from }) => from === column)?.name;
}

/** Fixes which rows are moved: from where the store is, to where the home is now. */
export async function planWindow(request: WindowRequest): Promise<PlannedWindow> {
  const { config, column, mode, session, kept, backfill } = request;
  const { type } = column;
  const values = new Values(session, type);
  const warnings: string[] = [];
  const given = async (key: string, text: string | null | undefined): Promise<string | null> =>
    text == null ? null : readValue(request, key, text);
  const start = await given('start', config.start);
  const end = await given('end', config.end);
  const askedFrom = await given('--from', backfill.from);
  const askedTo = await given('--to', backfill.to);

  const before = mode === 'replace' ? null : await goneBefore(request, values, warnings);
  const from =
    askedFrom ?? (await values.greater(start, before === null ? null : await back(request, values, before)));
  const limit = askedTo ?? end;
  const reach = from === null ? undefined : { column: column.name, from };
  const home = await request.home(reach);
  const held = await request.held(reach);
  const { max, hasUnordered } = await survey({ ...request, home }, from, limit);
  if (hasUnordered && config.nulls === 'fail') await refuseUnordered({ ...request, home });

  const heldColumn = settledName(column.name, request.columns) ?? column.name;
  const compares = mode === 'append' && held != null;
  const heldTo = compares ? await greatest(session, held, heldColumn, column, null) : null;
  if (held === undefined && mode === 'append' && kept !== null)
    warnings.push(
      `the store cannot tell what it holds, so rows at the watermark itself arrive once more in each run`,
    );

  if (held === null && mode === 'append' && before !== null && askedFrom === null)
    warnings.push(
      `the store holds nothing, though its watermark is ${before}: rows below are not moved again; hygge watermark clear, or --full-drop, starts from the beginning`,
    );

  // A run that starts above the watermark leaves a gap, and one that starts anywhere may leave one below.
  const leavesGap =
    askedFrom !== null &&
    (before === null || (await values.isAbove(askedFrom, before))) &&
    askedFrom !== start;
  const after = leavesGap ? before : await values.greater(before, max);
  if (leavesGap)
    warnings.push(`--from starts above what was delivered, so the watermark stays ${before ?? 'unset'}`);
  const window: WatermarkWindow = {
    column: column.name,
    type: typeName(type),
    primary_key: config.primary_key,
    nulls: config.nulls,
    from,
    from_inclusive: true,
    to: max,
    held_to: heldTo,
    before: kept !== null && mode === 'replace' ? kept.value : before,
    after,
  };
  const conditions = await conditionsOf(window, {
    type,
    values,
    compares,
    hasUnordered,
    movesUnordered:
      hasUnordered &&
      config.nulls === 'include' &&
      (held !== undefined || before === null || mode !== 'append'),
    limited: from !== null || limit !== null || (hasUnordered && config.nulls === 'skip'),
  });
  return { window, conditions, home, held, warnings };
}

/** The column that a watermark names, once everything that the configuration says of it is known to be right. */
export function checkWatermark(
  name: string,
  wanted: string,
  primaryKey: readonly string[],
  find: (column: string) => Column,
  mode: WriteMode,
  columns: readonly ColumnChoice[] | null,
): Column {
  const column = find(wanted);
  if (!isOrdered(column.type))
    throw fail('WATERMARK_UNORDERED', { name, column: column.name, type: typeName(column.type) });
  if (mode !== 'replace' && settledName(column.name, columns) === undefined)
    throw fail('WATERMARK_NOT_MOVED', { name, column: column.name, what: 'the watermark column' });
  checkKey(name, primaryKey, find, mode, columns);
  return column;
}

/** The columns that name a row are there, and are moved where rows are compared by them. */
export function checkKey(
  name: string,
  key: readonly string[],
  find: (column: string) => Column,
  mode: WriteMode,
  columns: readonly ColumnChoice[] | null,
): void {
  for (const column of key) {
    find(column);
    if (mode !== 'replace' && settledName(column, columns) === undefined)
      throw fail('WATERMARK_NOT_MOVED', { name, column, what: 'of the primary key' });
  }
}

/** A value that somebody wrote, as the engine writes it. WATERMARK_VALUE where the column cannot have it. */
export async function readValue(
  { name, column, session }: Pick<WindowRequest, 'name' | 'column' | 'session'>,
  key: string,
  text: string,
): Promise<string> {
  const values = new Values(session, column.type);
  const value = await values.read(text);
  const canBeInfinite = finite(column.name, column.type) !== null;
  if (
    value !== null &&
    (!canBeInfinite || (await values.one(`isfinite(${typed(value, column.type)})`)) === 'true')
  )
    return value;
  throw fail('WATERMARK_VALUE', {
    name,
    key,
    value: text,
    column: column.name,
    type: typeName(column.type),
  });
}

/** The watermark of earlier runs as a value of the column as it is now. */
async function goneBefore(
  { kept, column, tellsHeld }: WindowRequest,
  values: Values,
  warnings: string[],
): Promise<string | null> {
  if (kept === null) return null;
  const left = !tellsHeld ? '' : '; rows that the store holds are left out';
  if (kept.column !== column.name) {
    warnings.push(
      `the store's watermark is that of "${kept.column}", so this run starts from the beginning${left}`,
    );
    return null;
  }
  const value = goesOn(kept.type, column.type) ? await values.read(kept.value) : null;
  if (value === null)
    warnings.push(
      `the store's watermark ${kept.value} (${kept.type}) is no ${typeName(column.type)}, so this run starts from the beginning${left}`,
    );
  return value;
}

async function back(
  { name, config, column }: WindowRequest,
  values: Values,
  value: string,
): Promise<string | null> {
  if (config.lag === null) return value;
  const lower = await values.less(value, config.lag);
  if (lower !== undefined) return lower;
  throw fail('WATERMARK_LAG', {
    name,
    lag: String(config.lag),
    column: column.name,
    type: typeName(column.type),
  });
}

type Surveyed = Omit<WindowRequest, 'home'> & { readonly home: Relation };

/** The greatest value that is moved, and whether there are rows without one. Reads as little as it can. */
async function survey(
  request: Surveyed,
  from: string | null,
  limit: string | null,
): Promise<{ max: string | null; hasUnordered: boolean }> {
  const { bounds, column, session, home, where } = request;
  const filter = where === null ? '' : `(${where}\n)`;
  const without = async (): Promise<boolean> => {
    if (bounds !== null) return bounds.unordered;
    const conditions = [filter, unordered(column.name, column.type)].filter((text) => text !== '');
    const rows = await session.rows(`SELECT 1 FROM (${home.sql}) WHERE ${conditions.join(' AND ')} LIMIT 1`);
    return rows.length > 0;
  };
  const hasUnordered = await without();
  if (bounds !== null && where === null && limit === null) return { max: bounds.max, hasUnordered };
  const name = identifier(column.name);
  const conditions = [
    filter,
    from === null ? '' : `${name} >= ${typed(from, column.type)}`,
    limit === null ? '' : `${name} <= ${typed(limit, column.type)}`,
  ].filter((text) => text !== '');
  const max = await greatest(session, home, column.name, column, conditions.join(' AND '));
  return { max, hasUnordered };
}

async function greatest(
  session: Asking,
  relation: Relation,
  name: string,
  { type }: Column,
  where: string | null,
): Promise<string | null> {
  const conditions = [finite(name, type), where].filter((text) => text !== null && text !== '');
  const filter = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const cast = `CAST(max(${identifier(name)}) AS ${typeName(type)})`;
  const [row] = await session.rows(`SELECT ${cast} FROM (${relation.sql})${filter}`);
  return row?.[0] ?? null;
}

async function refuseUnordered({ name, column, session, home, where }: Surveyed): Promise<void> {
  const filter = where === null ? '' : `(${where}\n) AND `;
  const without = unordered(column.name, column.type);
  const [row] = await session.rows(`SELECT count(*) FROM (${home.sql}) WHERE ${filter}${without}`);
  const rows = row?.[0] ?? '0';
  if (rows !== '0') throw fail('WATERMARK_NULLS', { name, column: column.name, rows });
}
