import { resolve } from 'node:path';
import { z } from 'zod';
import { ifExistsKey } from '../../connections/if-exists.js';
import { defineStore } from '../../core/store.js';
import type { StoreTypeEntry } from '../../core/type-map.js';

declare module '../../core/type-map.js' {
  interface StoreTypes {
    readonly sqlite: StoreTypeEntry<typeof sqliteStore>;
  }
}

const config = z.strictObject({
  path: z.string().min(1).describe('The database file'),
  table: z.string().min(1).optional().describe('The table, made where it is missing'),
  batch_size: z.int().min(1).default(100_000).describe('Rows written at a time'),
  ...ifExistsKey,
});

export type SQLiteStoreConfig = z.output<typeof config>;

const isFile = (part: string): boolean => /[/\\]|\.(sqlite3?|db3?)$/i.test(part);

/** A table of a SQLite file as a store. */
export const sqliteStore = defineStore({
  type: 'sqlite',
  summary: 'A table of a SQLite file, changed in one transaction',
  config,
  capabilities: { takes: ['relation'], modes: ['replace', 'append', 'merge'], atomic: true, ordered: true },
  paths: ['path'],
  inFile: true,
  forEntity: (config, part) => {
    if (isFile(part)) return { ...config, path: part };
    return config.table === undefined ? { ...config, table: part } : config;
  },
  ifExists: ({ if_exists }) => if_exists,
  destination: ({ path, table = '' }) => `${resolve(path)} ${table.toLowerCase()}`,
  audit: async (config, context) => (await import('./audit.js')).auditSQLiteTable(config, context),
  open: async (config, context) => (await import('./open.js')).openSQLiteStore(config, context),
});
