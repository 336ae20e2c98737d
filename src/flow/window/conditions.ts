import type { WatermarkWindow } from '../../core/plan.js';
import type { LogicalType } from '../../core/types.js';
import { identifier } from '../../engine/index.js';
import { constant, finite, unordered } from './ordered.js';
import type { Values } from './values.js';

/** Which rows of the home a window lets through, as SQL conditions over the home's columns. */
export interface Conditions {
  /** Rows that the store cannot hold yet, of comparisons with constants alone; null: every row; false: none. */
  readonly fresh: string | null | false;
  /** Rows beside those, each condition for other rows. */
  readonly late: readonly string[];
  /** A comparison that holds for all of them; null: there is none. */
  readonly reach: string | null;
  /** Where rows of the store lie that may be the late ones, by the name of the column there; empty: none do. */
  held(column: string): readonly string[];
}

/** No window: every row, and nothing to compare it with. */
export const allRows: Conditions = { fresh: null, late: [], reach: null, held: () => [] };

export interface ConditionsRequest {
  readonly type: LogicalType;
  readonly values: Values;
  /** Whether rows are held against what the store holds. */
  readonly compares: boolean;
  /** Whether there are rows without a place in the order, and whether they are to be moved. */
  readonly hasUnordered: boolean;
  readonly movesUnordered: boolean;
  /** Whether there are rows that must not be moved. */
  readonly limited: boolean;
}

export async function conditionsOf(window: WatermarkWindow, request: ConditionsRequest): Promise<Conditions> {
  const { type, values, compares, hasUnordered, movesUnordered, limited } = request;
  const { column, from, to, held_to: heldTo } = window;
  const name = identifier(column);
  const at = (op: string, value: string): string => `${name} ${op} ${constant(value, type)}`;
  // The rows without a place in the order come by themselves or not at all: not with the others.
  const open = hasUnordered && finite(column, type) !== null ? [`${name} > '-infinity'`] : [];
  const low = from === null ? open : [at('>=', from)];
  const none: readonly string[] = [];
  // Nothing is held against the store, and nothing is left out: every row.
  if (!compares && !limited) return allRows;

  const others = movesUnordered ? [unordered(column, type)] : [];
  const reach = from === null || others.length > 0 ? null : at('>=', from);
  if (to === null)
    return { fresh: false, late: others, reach, held: (held) => (compares ? [unordered(held, type)] : none) };
  const overlaps = compares && heldTo !== null && !(from !== null && (await values.isAbove(from, heldTo)));
  const nothingAbove = overlaps && heldTo !== null && !(await values.isAbove(to, heldTo));
  const above = overlaps && heldTo !== null ? [at('>', heldTo)] : low;
  const upTo = overlaps && heldTo !== null ? ((await values.lesser(heldTo, to)) ?? heldTo) : null;
  const range = upTo === null ? [] : [[...low, at('<=', upTo)].join(' AND ')];
  return {
    fresh: nothingAbove ? false : [...above, at('<=', to)].join(' AND '),
    late: [...range, ...others],
    reach,
    held: (held) => {
      if (!compares) return none;
      const there = identifier(held);
      const bounded = [
        ...(from === null ? [] : [`${there} >= ${constant(from, type)}`]),
        ...(upTo === null ? [] : [`${there} <= ${constant(upTo, type)}`]),
        ...[finite(held, type)].filter((text) => text !== null),
      ];
      return [
        ...(upTo === null ? [] : [bounded.length === 0 ? 'true' : bounded.join(' AND ')]),
        ...(others.length === 0 ? [] : [unordered(held, type)]),
      ];
    },
  };
}
