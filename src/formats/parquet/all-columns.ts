import { type Schema, typeName } from '../../core/types.js';
import { identifier } from '../../engine/index.js';
import { columnNames, type Footer } from '../../parquet/index.js';

/** A SELECT of rows of one file, with the columns of all files in their order; those that the file lacks are NULL. */
export function withAllColumns(select: string, footer: Footer, schema: Schema): string {
  const own = columnNames(footer);
  if (own.length === schema.length && schema.every(({ name }, i) => own[i] === name)) return select;
  const there = new Set(own);
  const columns = schema.map(({ name, type }) =>
    there.has(name) ? identifier(name) : `CAST(NULL AS ${typeName(type)}) AS ${identifier(name)}`,
  );
  return `SELECT ${columns.join(', ')} FROM (${select}\n)`;
}
