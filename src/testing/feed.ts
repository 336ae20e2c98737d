import { z } from 'zod';
import { defineHome } from '../core/home.js';
import type { Home } from '../flow/index.js';
import { type TextTable, textOf } from './text-table.js';
import { homeOf, type Workbench } from './workbench.js';

/** Rows for a store: a SELECT of the engine, and how it ends. */
export interface Feed {
  readonly sql: string;
  /** Throws in place of the row of this number (from 0), whatever the route. */
  readonly failsAt?: number;
}

/** What a home throws that fails on demand. */
export const feedFailure = 'the home broke on demand';

const rowsPerBatch = 1_000;

/** A home that gives a feed as a relation and as batches, so that every route can be taken with it. */
export function feedHome({ sql, failsAt }: Feed): Home {
  const broken =
    failsAt === undefined
      ? sql
      : `SELECT * FROM (${sql}) QUALIFY CASE WHEN row_number() OVER () = ${failsAt + 1} THEN error('${feedFailure}') ELSE true END`;
  const definition = defineHome({
    type: 'contract_feed',
    summary: 'Rows that a contract feeds to a store',
    config: z.strictObject({}),
    capabilities: { gives: ['relation', 'batches'], ordered: true },
    open: async (_, context) => {
      const session = await context.engine();
      const schema = await session.describe(sql);
      return {
        schema: async () => schema,
        estimate: async () => ({ rows: null, bytes: null, files: null, exact: false }),
        relation: async () => ({ sql: broken, schema }),
        async *read({ signal }) {
          let row = 0;
          for await (const batch of session.batches({ sql, schema }, { signal, rowsPerBatch })) {
            row += batch.rows;
            if (failsAt !== undefined && row > failsAt) throw new Error(feedFailure);
            yield batch;
          }
        },
        close: async () => {},
      };
    },
  });
  return homeOf(definition, {});
}

/** What a feed's rows are, as text. */
export async function feedText({ session }: Workbench, { sql }: Feed): Promise<TextTable> {
  return textOf(session, { sql, schema: await session.describe(sql) });
}
