import type { Batch, Row } from '../core/batch.js';
import type { Schema, Value } from '../core/types.js';
import { fail } from '../errors/index.js';
import { bytesOf } from './bytes.js';
import { own } from './fields.js';
import { showValue } from './unfit.js';
import { coerce, type ValuePlace } from './values-in.js';

export { inferSchema } from './infer.js';

/**
 * Rows as a batch: values are read leniently (see `coerce`), a key that a row leaves out is null. A value that does not
 * fit, and a key that the schema does not have, is an error with its column and row.
 */
export function rowsToBatch(
  rows: readonly Row[],
  schema: Schema,
  { name = 'rows', firstRow = 0 }: Partial<ValuePlace> = {},
): Batch {
  const place = { name, firstRow };
  checkKeys(rows, schema, place);
  const columns: Value[][] = schema.map((column) =>
    coerce(
      rows.map((row) => own(row, column.name)),
      column,
      place,
    ),
  );
  const bytes = columns.reduce((sum, values, i) => {
    const column = schema[i];
    return column === undefined ? sum : sum + bytesOf(values, column.type);
  }, 0);
  return { schema, rows: rows.length, columns, bytes };
}

function checkKeys(rows: readonly Row[], schema: Schema, { name, firstRow }: ValuePlace): void {
  const known = new Set(schema.map((column) => column.name));
  rows.forEach((row, i) => {
    for (const key of Object.keys(row)) {
      if (known.has(key) || row[key] === undefined) continue;
      throw fail('KEY_UNEXPECTED', {
        name,
        column: key,
        row: firstRow + i + 1,
        value: showValue(row[key]),
        known: [...known],
      });
    }
  });
}
