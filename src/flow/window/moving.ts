import type { Relation } from '../../core/engine.js';
import { type Schema, sameType, typeName } from '../../core/types.js';
import { identifier } from '../../engine/index.js';
import { type Shape, shapeSelect, unshaped } from '../shape/index.js';
import type { Conditions } from './conditions.js';
import { settledName } from './window.js';

/** What of a home is moved. Without a watermark: everything that the shape lets through. */
export interface Moving {
  /** The home's rows as they were given for the window, so that they are not asked for twice; null: not yet. */
  readonly home: Relation | null;
  /** A condition for rows that the store cannot hold yet; null: every row; false: no row. */
  readonly fresh: string | null | false;
  /** A SELECT of rows that the store may hold already, without those that it does; null: there are none. */
  readonly late: string | null;
  /** With a merge: the SELECT of all rows that are moved, one for each key. */
  readonly merge: string | null;
  /** A comparison with a constant that holds for every row that is looked at; null: every row may be. */
  readonly reach: string | null;
}

export const everything: Moving = { home: null, fresh: null, late: null, merge: null, reach: null };

/** Whether every row that the shape lets through is moved. */
export const movesAll = ({ fresh, late, merge }: Moving): boolean =>
  fresh === null && late === null && merge === null;

/** The rows that are moved out of those of a home, shaped: late ones before fresh ones, each in the home's order. */
export function movedRelation(home: Relation, shape: Shape, moving: Moving, output: Schema): Relation {
  const { fresh, late, merge } = moving;
  const parts = [
    ...(late === null ? [] : [late]),
    ...(fresh === false && late !== null ? [] : [freshSelect(home.sql, shape, fresh)]),
  ];
  const all = parts.length === 1 ? parts[0] : parts.map((part) => `(${part})`).join(' UNION ALL ');
  return { sql: merge ?? all ?? home.sql, schema: output };
}

/** The fresh rows alone, shaped. */
export function freshSelect(sql: string, shape: Shape, fresh: Moving['fresh']): string {
  return shapeSelect(sql, { ...shape, where: both(shape.where, fresh === false ? 'false' : fresh) });
}

export function both(where: string | null, other: string | null): string | null {
  if (where === null || other === null) return where ?? other;
  return `(${where}\n) AND (${other})`;
}

interface LateRequest {
  readonly home: Relation;
  readonly shape: Shape;
  readonly output: Schema;
  readonly conditions: Conditions;
  readonly held: Relation | null;
  readonly column: string;
  readonly primaryKey: readonly string[];
}

/** The late rows of a window, shaped, without those that the store holds; null where there are none. */
export function lateSelect(request: LateRequest): string | null {
  const { home, shape, output, conditions, held, column, primaryKey } = request;
  if (conditions.late.length === 0) return null;
  const late = conditions.late
    .map((condition) => `(${shapeSelect(home.sql, { ...shape, where: both(shape.where, condition) })})`)
    .join(' UNION ALL ');
  const name = settledName(column, shape.columns) ?? column;
  const places = conditions.held(name);
  if (held === null || places.length === 0) return late;
  const there = places.map((place) => `(${heldSelect(held, output, place)})`).join(' UNION ALL ');
  // Without a key every value counts, and how often: what is there three times and held twice comes once more.
  if (primaryKey.length === 0) return `(${late}) EXCEPT ALL (${there})`;
  const same = [...primaryKey.map((key) => settledName(key, shape.columns) ?? key), name]
    .map((key) => `held.${identifier(key)} IS NOT DISTINCT FROM late.${identifier(key)}`)
    .join(' AND ');
  return `SELECT late.* FROM (${late}) AS late WHERE NOT EXISTS (SELECT 1 FROM (${there}) AS held WHERE ${same})`;
}

/** One condition for all rows that a window lets through; null: every row. */
export function wanted({ fresh, late }: Conditions): string | null {
  if (fresh === null) return null;
  const either = [...(fresh === false ? [] : [fresh]), ...late];
  return either.map((condition) => `(${condition})`).join(' OR ') || 'false';
}

interface MergeRequest {
  readonly home: Relation;
  readonly shape: Shape;
  readonly conditions: Conditions;
  readonly primaryKey: readonly string[];
  /** The greatest value of this column is that of the latest row; null: the last row is the latest. */
  readonly order: string | null;
}

/** For each key the latest of the rows that a window lets through, shaped, in the order of the home. */
export function mergeSelect({ home, shape, conditions, primaryKey, order }: MergeRequest): string {
  const rows = shapeSelect(home.sql, { ...unshaped, where: both(shape.where, wanted(conditions)) });
  const key = primaryKey.map(identifier).join(', ');
  const latest = [...(order === null ? [] : [order]), 'hygge_place DESC'].join(', ');
  const one = `SELECT * FROM (SELECT *, row_number() OVER () AS hygge_place FROM (${rows})) QUALIFY row_number() OVER (PARTITION BY ${key} ORDER BY ${latest}) = 1 ORDER BY hygge_place`;
  return shapeSelect(`SELECT * EXCLUDE (hygge_place) FROM (${one})`, { ...shape, where: null });
}

/** Rows of the store with the columns of those that are moved; a column that the store lacks is NULL there. */
function heldSelect(held: Relation, output: Schema, where: string): string {
  const there = new Map(held.schema.map((column) => [column.name, column]));
  const columns = output.map(({ name, type }) => {
    const as = identifier(name);
    const found = there.get(name);
    if (found === undefined) return `CAST(NULL AS ${typeName(type)}) AS ${as}`;
    return sameType(found.type, type) ? as : `TRY_CAST(${as} AS ${typeName(type)}) AS ${as}`;
  });
  return `SELECT ${columns.join(', ')} FROM (${held.sql}) WHERE ${where}`;
}
