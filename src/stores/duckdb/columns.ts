import { folded, shownTable } from '../../connections/duckdb/index.js';
import type { Destination } from '../../connections/runs-table.js';
import type { EngineSession } from '../../core/engine.js';
import { type LogicalType, type Schema, sameType, typeName } from '../../core/types.js';
import { hasUnnamed } from '../../core/unnamed.js';
import { hasText, holds } from '../../core/widen.js';
import { identifier } from '../../engine/index.js';
import { fail } from '../../errors/index.js';

/** Fails where no table of the engine could have these columns. */
export function checkColumns(name: string, destination: Destination, schema: Schema): void {
  const table = shownTable(destination);
  const seen = new Map<string, string>();
  for (const column of schema) {
    if (column.name === '') throw fail('TABLE_UNFIT', { name, table, reason: 'a column has no name' });
    const other = seen.get(folded(column.name));
    if (other !== undefined) {
      const reason = `"${other}" and "${column.name}" are one name, since small and large letters are the same there`;
      throw fail('TABLE_UNFIT', { name, table, reason });
    }
    seen.set(folded(column.name), column.name);
    if (!hasUnnamed(column.type)) continue;
    const why = 'a table cannot hold a struct whose fields have no names';
    throw fail('TYPE_UNSUPPORTED', { name, column: column.name, type: typeName(column.type), why });
  }
}

/** Columns of rows that a table has: its own name of each, and its type. */
export interface Match {
  /** As the rows name it. */
  readonly from: string;
  /** As the table names it. */
  readonly to: string;
  readonly given: LogicalType;
  /** The type of the table's column, once it has been changed. */
  readonly held: LogicalType;
  /** What is done to the table for it when the rows are published; null: nothing. */
  readonly change: 'add' | 'widen' | null;
  /** Whether it may be NULL from then on, and never was. */
  readonly isFreed: boolean;
}

/**
 * How rows get into a table that is there; TABLE_UNFIT where it lacks one of their columns. `alter`: whether it may be
 * changed to have them.
 */
export function matchColumns(
  name: string,
  destination: Destination,
  schema: Schema,
  there: Schema,
  alter: boolean,
): readonly Match[] {
  const known = new Map(there.map((column) => [folded(column.name), column]));
  return schema.map((column) => {
    const own = known.get(folded(column.name));
    const isFreed = alter && own?.nullable === false && column.nullable;
    const names = { from: column.name, to: own?.name ?? column.name, given: column.type, isFreed };
    if (own !== undefined && (!alter || holds(own.type, column.type)))
      return { ...names, held: own.type, change: null };
    if (own !== undefined && growsInto(own.type, column.type))
      return { ...names, held: column.type, change: 'widen' };
    if (own !== undefined) return { ...names, held: own.type, change: null };
    if (alter) return { ...names, held: column.type, change: 'add' };
    const columns = there.map((one) => one.name).join(', ');
    throw fail('TABLE_UNFIT', {
      name,
      table: shownTable(destination),
      reason: `it has no column "${column.name}"; it has ${columns}`,
    });
  });
}

/** Whether a column of the table may become one of another type: every value of it has one there. */
const growsInto = (own: LogicalType, wanted: LogicalType): boolean =>
  holds(wanted, own) || (wanted.kind === 'varchar' && hasText(own));

/** The statements that make a table have the columns of some rows. */
export function alterSql(table: string, matches: readonly Match[]): readonly string[] {
  return matches.flatMap(({ to, held, change, isFreed }) => {
    const column = `COLUMN ${identifier(to)}`;
    const type = typeName(held);
    return [
      ...(change === 'add' ? [`ALTER TABLE ${table} ADD ${column} ${type}`] : []),
      ...(change === 'widen' ? [`ALTER TABLE ${table} ALTER ${column} SET DATA TYPE ${type}`] : []),
      ...(isFreed ? [`ALTER TABLE ${table} ALTER ${column} DROP NOT NULL`] : []),
    ];
  });
}

/** A column of the table `t`, before it is changed, as a value of what it is going to be. */
export const asThere = ({ to, held, change }: Match): string => {
  const type = typeName(held);
  if (change === 'add') return `CAST(NULL AS ${type})`;
  return change === 'widen' ? `CAST(t.${identifier(to)} AS ${type})` : `t.${identifier(to)}`;
};

/** A column of the rows as a value of the table's column. */
export const asHeld = ({ from, given, held }: Match, of = ''): string => {
  const column = `${of}${identifier(from)}`;
  return sameType(given, held) ? column : `CAST(${column} AS ${typeName(held)})`;
};

/** The SELECT of a table's columns, called as the rows call them: letters may be large there and small here. */
export function namedAs(there: Schema, schema: Schema, table: string): string {
  const names = new Map(schema.map(({ name }) => [folded(name), name]));
  const columns = there.map(({ name }) => {
    const wanted = names.get(folded(name)) ?? name;
    return `${identifier(name)} AS ${identifier(wanted)}`;
  });
  return `SELECT ${columns.join(', ')} FROM ${table}`;
}

/** VALUE_UNFIT where a value would not come out of the table's column as it went in. */
export async function checkValues(
  name: string,
  engine: EngineSession,
  staged: string,
  matches: readonly Match[],
): Promise<void> {
  for (const { from, given, held } of matches) {
    if (sameType(given, held)) continue;
    const column = identifier(from);
    const back = `TRY_CAST(TRY_CAST(${column} AS ${typeName(held)}) AS ${typeName(given)})`;
    const [row] = await engine.rows(
      `SELECT CAST(rowid + 1 AS VARCHAR), left(CAST(${column} AS VARCHAR), 100) FROM ${staged} WHERE ${back} IS DISTINCT FROM ${column} ORDER BY rowid LIMIT 1`,
    );
    if (row === undefined) continue;
    const [at, value] = row;
    throw fail('VALUE_UNFIT', {
      name,
      column: from,
      row: Number(at),
      value: value ?? 'NULL',
      type: typeName(held),
    });
  }
}
