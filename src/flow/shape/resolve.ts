import type { EntityConfig } from '../../core/entity-config.js';
import { nearest } from '../../core/nearest.js';
import { type AddedColumn, allOthers, type ColumnChoice, type MaskRule } from '../../core/shaping.js';
import type { Schema } from '../../core/types.js';
import { fail, type Position } from '../../errors/index.js';
import { polishedName } from './names.js';

/** A column as it settles: one of the home's, or one that is made. */
export type SettledColumn =
  | { readonly choice: ColumnChoice; readonly added: null }
  | { readonly choice: null; readonly added: AddedColumn };

export interface Settled {
  readonly columns: readonly SettledColumn[];
  /** How columns of the home are hidden, by their names there; complete. */
  readonly masks: ReadonlyMap<string, MaskRule>;
}

export type ShapeConfig = Pick<
  EntityConfig,
  'name' | 'columns' | 'mask' | 'polish' | 'watermark' | 'shape_places'
>;

/**
 * What settles of a home with these columns, in order and under its last name. A column that is not there, a clash of
 * names, or none left is an error.
 */
export function settledColumns(config: ShapeConfig, schema: Schema): Settled {
  const { name, polish } = config;
  const known = schema.map((column) => column.name);
  const places = config.shape_places;
  const check: Check = (column, at, key) => {
    if (known.includes(column)) return column;
    throw fail('COLUMN_NOT_FOUND', { name, column, known, nearest: nearest(column, known), key }, { at });
  };
  const masks = new Map(
    Object.entries(config.mask?.columns ?? {}).map(([column, rule]) => [
      check(column, places?.mask.get(column), 'mask'),
      completed(config, column, rule, check),
    ]),
  );
  const named = (column: string): string => (polish === null ? column : polishedName(column, polish.columns));
  const carried = chosen(config.columns, known).map((choice): SettledColumn => {
    const mask = masks.get(check(choice.from, places?.columns.get(choice.from)));
    const masked = mask === undefined ? choice : { ...choice, mask };
    return { choice: { ...masked, name: named(choice.name) }, added: null };
  });
  if (carried.length === 0) throw fail('NO_COLUMNS', { name });
  const made = (added: AddedColumn): SettledColumn => ({ choice: null, added });
  // As the earlier tool: their columns may also be named as polish makes their names.
  const found = (column: string, id: string): string => {
    const alike = known.filter((one) => named(one) === named(column));
    return known.includes(column) || alike.length !== 1
      ? check(column, places?.hash_ids.get(id), 'polish: hash_ids')
      : (alike[0] ?? column);
  };
  const hashIds = (polish?.hash_ids ?? []).map((id) => {
    const from_columns = id.from_columns.map((column) => found(column, id.name));
    return made({ made: 'hash_id', ...id, from_columns, name: named(id.name) });
  });
  const settled = [
    // As the earlier tool: each goes to the front.
    ...hashIds.reverse(),
    ...carried,
    ...(polish?.constants ?? []).map((constant) => made({ made: 'constant', ...constant })),
    ...(polish?.timestamps ?? []).map((timestamp) => made({ made: 'timestamp', ...timestamp })),
  ];
  checkNames(config, settled);
  return { columns: settled, masks };
}

/** Gives a column that the home has; `at`: where it is named, `key`: under what, unless that is `columns`. */
type Check = (column: string, at: Position | null | undefined, key?: string) => string;

/** The choices, with those that a list leaves to `*`. A column that is called so is that column. */
function chosen(columns: readonly ColumnChoice[] | null, known: readonly string[]): readonly ColumnChoice[] {
  const all = (names: readonly string[]): ColumnChoice[] => names.map((name) => ({ from: name, name }));
  if (columns === null) return all(known);
  if (known.includes(allOthers)) return columns;
  const taken = new Set(columns.map(({ from }) => from));
  return columns.flatMap((choice) =>
    choice.from === allOthers && choice.name === allOthers
      ? all(known.filter((name) => !taken.has(name)))
      : [choice],
  );
}

/** Dates are shifted by the columns that name a row, where nothing else is said. */
function completed(
  { name, watermark, shape_places }: ShapeConfig,
  column: string,
  rule: MaskRule,
  check: Check,
): MaskRule {
  if (rule.rule !== 'date_shift') return rule;
  const at = shape_places?.mask.get(column);
  const by = rule.by.length > 0 ? rule.by : (watermark?.primary_key ?? []);
  if (by.length === 0) throw fail('MASK_NEEDS_ROW', { name, column }, { at });
  return { ...rule, by: by.map((one) => check(one, at, `mask: by of ${column}`)) };
}

function checkNames({ name, shape_places: places }: ShapeConfig, columns: readonly SettledColumn[]): void {
  const placeOf = ({ choice, added }: SettledColumn): Position | null | undefined => {
    if (choice !== null) return places?.columns.get(choice.from);
    const made = { hash_id: places?.hash_ids, constant: places?.constants, timestamp: places?.timestamps };
    return made[added.made]?.get(added.name);
  };
  const taken = new Set<string>();
  for (const one of columns) {
    const column = (one.choice ?? one.added).name;
    const folded = column.toLowerCase();
    if (taken.has(folded)) throw fail('COLUMN_CLASH', { name, column }, { at: placeOf(one) });
    taken.add(folded);
  }
}
