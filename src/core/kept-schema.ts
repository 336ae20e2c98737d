import { parseType } from './type-text.js';
import { type Schema, typeName } from './types.js';

/** A column as it is kept from run to run. */
export interface KeptColumn {
  readonly name: string;
  /** As the engine spells it. */
  readonly type: string;
  readonly nullable: boolean;
}

export const keptColumns = (schema: Schema): readonly KeptColumn[] =>
  schema.map(({ name, type, nullable }) => ({ name, type: typeName(type), nullable }));

/** The columns, or the first of them whose type is none. */
export function schemaOf(columns: readonly KeptColumn[]): Schema | { readonly unknown: KeptColumn } {
  const schema = [];
  for (const column of columns) {
    const type = parseType(column.type);
    if (type === null) return { unknown: column };
    schema.push({ name: column.name, type, nullable: column.nullable });
  }
  return schema;
}
