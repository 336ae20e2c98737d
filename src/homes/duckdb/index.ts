import { z } from 'zod';
import { duckdbEntity, duckdbKeys, tableForm } from '../../connections/duckdb/index.js';
import { defineHome } from '../../core/home.js';
import type { HomeTypeEntry } from '../../core/type-map.js';

declare module '../../core/type-map.js' {
  interface HomeTypes {
    readonly duckdb: HomeTypeEntry<typeof duckdbHome>;
  }
}

const config = z
  .strictObject({
    ...duckdbKeys,
    table: z.string().min(1).optional().describe(`The table or view: ${tableForm}`),
    query: z.string().min(1).optional().describe('A SELECT over the tables of the file, instead of a table'),
    batch_size: z.int().min(1).default(10_000).describe('Rows read at a time on the batches route'),
  })
  .superRefine(({ table, query }, context) => {
    if (table !== undefined && query !== undefined)
      context.addIssue({ code: 'custom', message: 'has table: and query:; one of them is enough' });
  });

export type DuckDBHomeConfig = z.output<typeof config>;

/** A table, view or query of a DuckDB file as a home. */
export const duckdbHome = defineHome({
  type: 'duckdb',
  summary: 'A table, a view or a query of a DuckDB file, which is only read',
  config,
  // A table keeps its order, a query need not.
  capabilities: { gives: ['relation'], ordered: false },
  paths: ['path'],
  forEntity: duckdbEntity,
  discover: async (config, context) => (await import('./discover.js')).discoverDuckDB(config, context),
  open: async (config, context) => (await import('./session.js')).openDuckDBHome(config, context),
});
