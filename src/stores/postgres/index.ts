import { z } from 'zod';
import { ifExistsKey } from '../../connections/if-exists.js';
import { postgresConnection } from '../../connections/postgres/definition.js';
import { parseTable, tableForm } from '../../connections/postgres/names.js';
import { defineStore } from '../../core/store.js';
import type { StoreTypeEntry } from '../../core/type-map.js';

declare module '../../core/type-map.js' {
  interface StoreTypes {
    readonly postgres: StoreTypeEntry<typeof postgresStore>;
  }
}

const config = z.strictObject({
  connection: z.string().min(1).describe('The name of a connection of type postgres'),
  table: z
    .string()
    .min(1)
    .optional()
    .describe(`The table, made where it is missing: ${tableForm}. Default: the name of the entity`),
  ...ifExistsKey,
});

export type PostgresStoreConfig = z.output<typeof config>;

/** A table of Postgres as a store. */
export const postgresStore = defineStore({
  type: 'postgres',
  summary: 'A table of a Postgres database, changed in one transaction',
  config,
  capabilities: {
    takes: ['relation'],
    modes: ['replace', 'append', 'merge'],
    atomic: true,
    ordered: false,
  },
  connection: postgresConnection,
  forEntity: (settings, part) => (settings.table === undefined ? { ...settings, table: part } : settings),
  ifExists: ({ if_exists }) => if_exists,
  destination: ({ connection, table }) => {
    if (table === undefined) return `${connection} `;
    return `${connection} ${JSON.stringify(Object.values(parseTable(table)))}`;
  },
  audit: async (config, context) => (await import('./audit.js')).auditPostgresTable(config, context),
  open: async (settings, context) => (await import('./open.js')).openPostgresStore(settings, context),
});
