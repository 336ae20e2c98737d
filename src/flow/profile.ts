import type { EngineSession, Relation } from '../core/engine.js';
import type { EntityConfig } from '../core/entity-config.js';
import { type Column, type LogicalType, typeName, wholeKinds } from '../core/types.js';
import { identifier } from '../engine/index.js';
import type { FlowContext } from './context.js';
import { batchesOf, relationOf } from './move.js';
import { type Prepared, prepare } from './prepare.js';
import { placedInFlow } from './shape/index.js';
import { movedRelation } from './window/moving.js';

/** What the values of a column are like. Values are text as the engine writes it. */
export interface ColumnProfile {
  readonly name: string;
  readonly type: string;
  readonly nulls: number;
  /** Different values that are not NULL. */
  readonly distinct: number;
  readonly min: string | null;
  readonly max: string | null;
  /** Of numbers, dates and timestamps: the values that a quarter, a half and three quarters of all lie at or below. */
  readonly quartiles: readonly (string | null)[] | null;
  /** The values that come most often, the first of all first. */
  readonly top: readonly { readonly value: string; readonly rows: number }[];
  /** Of numbers: how many lie in each of ten parts of equal width between the least and the greatest. */
  readonly histogram: readonly number[] | null;
}

export interface Profile {
  readonly name: string;
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
}

const topValues = 12;
const parts = 10;
const numbers: ReadonlySet<string> = new Set([...wholeKinds, 'decimal', 'float', 'double']);
const isNumber = ({ kind }: LogicalType): boolean => numbers.has(kind);
const isOrdered = ({ kind }: LogicalType): boolean =>
  numbers.has(kind) || kind === 'date' || kind.startsWith('timestamp');
/** Types whose values have no order that anybody would ask for, or are as large as may be. */
const isPlain = ({ kind }: LogicalType): boolean =>
  !['list', 'array', 'struct', 'map', 'union', 'variant', 'geometry', 'blob', 'json', 'null'].includes(kind);

/** What the rows of an entity are like, as they would settle. Nothing is written. */
export async function profile(config: EntityConfig, context: FlowContext): Promise<Profile> {
  const prepared = await prepare(config, context, () => {});
  try {
    return await prepared.watchdog.race(profileOf(prepared));
  } catch (error) {
    throw placedInFlow(error, config);
  } finally {
    await prepared.close();
  }
}

async function profileOf(prepared: Prepared): Promise<Profile> {
  const { plan, watchdog } = prepared;
  const session = await prepared.homeSession.get();
  const options = { signal: watchdog.signal, onProgress: () => watchdog.progress() };
  const { sql } = await rowsOf(prepared, session);
  const ask = (question: string) => session.rows(question, options);
  const each = plan.output.flatMap(({ name, type }) => {
    const column = identifier(name);
    const [least, greatest] = isPlain(type) ? [`min(${column})`, `max(${column})`] : ['NULL', 'NULL'];
    const at = (share: number): string =>
      isOrdered(type) ? `quantile_disc(${column}, ${share}) FILTER (WHERE ${finite(column, type)})` : 'NULL';
    return [`count(${column})`, `count(DISTINCT ${column})`, least, greatest, at(0.25), at(0.5), at(0.75)];
  });
  const [all = []] = await ask(`SELECT ${['count(*)', ...each].join(', ')} FROM (${sql})`);
  const rows = Number(all[0]);
  const columns: ColumnProfile[] = [];
  for (const [i, column] of plan.output.entries()) {
    const [there = '0', distinct = '0', min = null, max = null, ...quartiles] = all.slice(
      1 + 7 * i,
      8 + 7 * i,
    );
    const name = identifier(column.name);
    const top = isPlain(column.type)
      ? await ask(
          `SELECT ${name}, count(*) AS n FROM (${sql}) WHERE ${name} IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT ${topValues}`,
        )
      : [];
    columns.push({
      name: column.name,
      type: typeName(column.type),
      nulls: rows - Number(there),
      distinct: Number(distinct),
      min,
      max,
      quartiles: isOrdered(column.type) ? quartiles : null,
      top: top.map(([value, n]) => ({ value: value ?? '', rows: Number(n) })),
      histogram: isNumber(column.type) ? await histogramOf(column, sql, ask) : null,
    });
  }
  return { name: plan.name, rows, columns };
}

const finite = (column: string, { kind }: LogicalType): string =>
  kind === 'float' || kind === 'double' || isMoment(kind) ? `isfinite(${column})` : 'true';
const isMoment = (kind: string): boolean => kind === 'date' || kind.startsWith('timestamp');

async function histogramOf(
  { name, type }: Column,
  sql: string,
  ask: (question: string) => Promise<readonly (readonly (string | null)[])[]>,
): Promise<readonly number[]> {
  const value = `CAST(${identifier(name)} AS DOUBLE)`;
  const part = `least(${parts - 1}, floor((v - low) / nullif(high - low, 0) * ${parts}))`;
  const counted = await ask(
    `SELECT coalesce(${part}, 0)::INTEGER AS part, count(*) FROM (SELECT v, min(v) OVER () AS low, max(v) OVER () AS high FROM (SELECT ${value} AS v FROM (${sql}) WHERE ${identifier(name)} IS NOT NULL AND ${finite(identifier(name), type)})) GROUP BY 1`,
  );
  const found = new Map(counted.map(([at, n]) => [Number(at), Number(n)]));
  return Array.from({ length: parts }, (_, at) => found.get(at) ?? 0);
}

async function rowsOf(prepared: Prepared, session: EngineSession): Promise<Relation> {
  const { plan, home, shape, moving } = prepared;
  if (home.read === undefined)
    return movedRelation(await relationOf(home, prepared), shape, moving, plan.output);
  const table = await session.table(plan.output);
  for await (const batch of batchesOf(prepared)) await table.append(batch);
  return table.relation();
}
