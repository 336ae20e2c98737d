import type { z } from 'zod';
import type { ColumnChoice, MaskSettings, Polish } from '../core/shaping.js';
import { check } from './check.js';
import { type ColumnsInput, columnsOf } from './columns.js';
import { fromPlain } from './node.js';
import { Problems } from './problems.js';
import { columnsSchema, maskSchema, polishSchema } from './shaping-schemas.js';

/** What a program gives is not changed. */
type Given<T> = T extends readonly (infer Each)[]
  ? readonly Given<Each>[]
  : T extends object
    ? { readonly [Key in keyof T]: Given<T[Key]> }
    : T;

/** As `mask` of `flow.yml`. The key is a secret: take it from the environment. */
export type MaskInput = Given<z.input<typeof maskSchema>>;
/** As `polish` of a store. */
export type PolishInput = Given<z.input<typeof polishSchema>>;

interface ShapingInput {
  readonly columns?: ColumnsInput;
  readonly mask?: MaskInput;
  readonly polish?: PolishInput;
}

/**
 * How a program says what is done to its rows, with the defaults filled in.
 * @throws HyggeErrors everything that is wrong, together
 */
export function parseShaping({ columns, mask, polish }: ShapingInput): {
  readonly columns: readonly ColumnChoice[] | null;
  readonly mask: MaskSettings | null;
  readonly polish: Polish | null;
} {
  const problems = new Problems();
  const read = <S extends z.ZodType>(key: string, schema: S, value: unknown): z.output<S> | null =>
    value === undefined
      ? null
      : (check(schema, fromPlain(value), { where: key, prefix: key, problems }) ?? null);
  read('columns', columnsSchema, columns);
  const settings = { mask: read('mask', maskSchema, mask), polish: read('polish', polishSchema, polish) };
  problems.throwIfAny();
  return { columns: columns === undefined ? null : columnsOf(fromPlain(columns)), ...settings };
}
