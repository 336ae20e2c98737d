import type { ColumnChoice } from './shaping.js';
import { parseType } from './type-text.js';
import { type Column, type LogicalType, type Schema, typeName } from './types.js';

/** A column as it is kept from run to run. */
export interface KeptColumn {
  readonly name: string;
  /** As the engine spells it. */
  readonly type: string;
  readonly nullable: boolean;
  /** The home's column that it was made of, where that has another name. */
  readonly from?: string | undefined;
  /** The type that the home's column had, where that is another. */
  readonly home_type?: string | undefined;
  /** true: it was made of no single column of the home. */
  readonly made?: boolean | undefined;
}

/** A column as it settled, and what it was made of. */
export interface OriginColumn extends Column {
  /** null: of no single column of the home; left out: of the one with its name and type. */
  readonly origin?: Origin | null;
}

/** A column of the home, and the type that it had there. */
export interface Origin {
  readonly column: string;
  readonly type: LogicalType;
}

export type KeptSchema = readonly OriginColumn[];

/** How the columns of a home become those that settle; as in a plan. */
interface Making {
  /** The columns of the home. */
  readonly schema: Schema;
  readonly columns: readonly ColumnChoice[] | null;
  readonly added: readonly { readonly name: string }[];
  readonly settling: readonly { readonly name: string; readonly how: string }[] | null;
}

/** Columns that settle, each with what it is made of. */
export function withOrigins(output: Schema, { schema, columns, added, settling }: Making): KeptSchema {
  const types = new Map(schema.map(({ name, type }) => [name, type]));
  const sources = new Map(columns?.map(({ name, from }) => [name, from]));
  const made = new Set(added.map(({ name }) => name));
  // What was brought to the type of the last run is compared with that again, and not with the type of the home.
  const brought = new Set(settling?.flatMap(({ name, how }) => (how === 'given' ? [] : [name])));
  return output.map((column) => {
    if (made.has(column.name)) return { ...column, origin: null };
    const source = columns === null ? column.name : sources.get(column.name);
    const type = source === undefined ? undefined : types.get(source);
    if (source === undefined || type === undefined) return column;
    return { ...column, origin: { column: source, type: brought.has(column.name) ? column.type : type } };
  });
}

export const originOf = ({ name, type, origin }: OriginColumn): Origin | null =>
  origin === undefined ? { column: name, type } : origin;

export const keptColumns = (schema: KeptSchema): readonly KeptColumn[] =>
  schema.map((column) => {
    const { name, type, nullable } = column;
    const kept = { name, type: typeName(type), nullable };
    const origin = originOf(column);
    if (origin === null) return { ...kept, made: true };
    const home = typeName(origin.type);
    return {
      ...kept,
      ...(origin.column === name ? {} : { from: origin.column }),
      ...(home === kept.type ? {} : { home_type: home }),
    };
  });

/** The columns, or the first of them that has a type that is none, and under which key. */
export function schemaOf(
  columns: readonly KeptColumn[],
): KeptSchema | { readonly unknown: KeptColumn; readonly key: 'type' | 'home_type' } {
  const schema: OriginColumn[] = [];
  for (const column of columns) {
    const { name, nullable, from, home_type } = column;
    const type = parseType(column.type);
    if (type === null) return { unknown: column, key: 'type' };
    const home = home_type === undefined ? type : parseType(home_type);
    if (home === null) return { unknown: column, key: 'home_type' };
    const isPlain = from === undefined && home_type === undefined && column.made !== true;
    const origin = column.made === true ? null : { column: from ?? name, type: home };
    schema.push({ name, type, nullable, ...(isPlain ? {} : { origin }) });
  }
  return schema;
}
