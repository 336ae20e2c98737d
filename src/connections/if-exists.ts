import { z } from 'zod';
import { type IfExists, ifExistsChoices } from '../core/if-exists.js';
import { fail } from '../errors/index.js';

/** The key of every store that is a table. */
export const ifExistsKey = {
  if_exists: z
    .enum(ifExistsChoices)
    .nullable()
    .default(null)
    .describe(
      'What becomes of a table that is there: append, replace and merge are another way to say run_type; fail leaves it alone, and is an error. Default: run_type decides',
    ),
};

/** A table that is there. */
export interface ExistingTable {
  /** The entity's name. */
  readonly name: string;
  readonly table: string;
  readonly ifExists: IfExists | null;
  readonly runId: string;
  /** The run that published last; null where none has. */
  readonly last: { readonly runId: string } | null;
}

/** TABLE_EXISTS where it must not be, unless a try of this very run has made it. */
export function refuseExisting({ name, table, ifExists, runId, last }: ExistingTable): void {
  if (ifExists !== 'fail' || last?.runId === runId) return;
  throw fail('TABLE_EXISTS', { name, table });
}
