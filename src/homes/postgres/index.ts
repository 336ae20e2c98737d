import { z } from 'zod';
import { postgresConnection } from '../../connections/postgres/definition.js';
import { tableForm } from '../../connections/postgres/names.js';
import { defineHome } from '../../core/home.js';
import type { HomeTypeEntry } from '../../core/type-map.js';

declare module '../../core/type-map.js' {
  interface HomeTypes {
    readonly postgres: HomeTypeEntry<typeof postgresHome>;
  }
}

const config = z
  .strictObject({
    connection: z.string().min(1).describe('The name of a connection of type postgres'),
    table: z
      .string()
      .min(1)
      .optional()
      .describe(`A table or view: ${tableForm}. Default: the name of the entity`),
    query: z.string().min(1).optional().describe('A SELECT, in the words of the server, instead of a table'),
    readers: z
      .int()
      .min(1)
      .default(4)
      .describe(
        'Connections that read one large table side by side, at most, as far as the pool has them to spare',
      ),
    batch_size: z.int().min(1).default(10_000).describe('Rows read at a time on the batches route'),
  })
  .refine(({ table, query }) => table === undefined || query === undefined, {
    message: 'table and query exclude one another',
  });

export type PostgresHomeConfig = z.output<typeof config>;

/** A table or a query of Postgres as a home. */
export const postgresHome = defineHome({
  type: 'postgres',
  summary: 'A table, a view or a query of a Postgres database, read in one snapshot',
  config,
  capabilities: { gives: ['relation'], ordered: false },
  connection: postgresConnection,
  forEntity: (settings, part) =>
    settings.table === undefined && settings.query === undefined ? { ...settings, table: part } : settings,
  discover: async (settings, context) => (await import('./discover.js')).discoverPostgres(settings, context),
  open: async (settings, context) => (await import('./session.js')).openPostgresHome(settings, context),
});
