import { z } from 'zod';
import { defineHome } from '../../core/home.js';
import type { HomeTypeEntry } from '../../core/type-map.js';

declare module '../../core/type-map.js' {
  interface HomeTypes {
    readonly sqlite: HomeTypeEntry<typeof sqliteHome>;
  }
}

const config = z
  .strictObject({
    path: z.string().min(1).describe('The database file'),
    table: z.string().min(1).optional().describe('The table or view'),
    query: z.string().min(1).optional().describe('A SELECT over the tables of the file, instead of a table'),
    columns: z
      .record(z.string(), z.string())
      .default({})
      .describe('Types of columns, as the engine spells them, instead of those that are declared'),
    batch_size: z.int().min(1).default(10_000).describe('Rows read at a time'),
  })
  .superRefine(({ table, query }, context) => {
    if (table !== undefined && query !== undefined)
      context.addIssue({ code: 'custom', message: 'has table: and query:; one of them is enough' });
  });

export type SQLiteHomeConfig = z.output<typeof config>;

const isFile = (part: string): boolean => /[/\\]|\.(sqlite3?|db3?)$/i.test(part);

/** A table, view or query of a SQLite file as a home. */
export const sqliteHome = defineHome({
  type: 'sqlite',
  summary: 'A table, a view or a query of a SQLite file, which is only read',
  config,
  // A query need not keep an order.
  capabilities: { gives: ['relation', 'batches'], ordered: false },
  paths: ['path'],
  forEntity: (config, part) => {
    if (isFile(part)) return { ...config, path: part };
    return config.table === undefined && config.query === undefined ? { ...config, table: part } : config;
  },
  discover: async (config, context) => (await import('./discover.js')).discoverSQLite(config, context),
  open: async (config, context) => (await import('./session.js')).openSQLiteHome(config, context),
});
