import { resolve } from 'node:path';
import { z } from 'zod';
import { duckdbEntity, duckdbKeys, folded, tableForm } from '../../connections/duckdb/index.js';
import { ifExistsKey } from '../../connections/if-exists.js';
import { defineStore } from '../../core/store.js';
import type { StoreTypeEntry } from '../../core/type-map.js';

declare module '../../core/type-map.js' {
  interface StoreTypes {
    readonly duckdb: StoreTypeEntry<typeof duckdbStore>;
  }
}

const config = z.strictObject({
  ...duckdbKeys,
  table: z.string().min(1).optional().describe(`The table, made where it is missing: ${tableForm}`),
  ...ifExistsKey,
});

export type DuckDBStoreConfig = z.output<typeof config>;

/** A table of a DuckDB file as a store. */
export const duckdbStore = defineStore({
  type: 'duckdb',
  summary: 'A table of a DuckDB file, changed in one transaction',
  config,
  capabilities: {
    takes: ['relation', 'batches'],
    modes: ['replace', 'append', 'merge'],
    atomic: true,
    ordered: true,
  },
  paths: ['path'],
  inFile: true,
  forEntity: duckdbEntity,
  ifExists: ({ if_exists }) => if_exists,
  destination: ({ path, table = '' }) => `${resolve(path)} ${folded(table)}`,
  audit: async (config, context) => (await import('./audit.js')).auditDuckDBTable(config, context),
  open: async (config, context) => (await import('./open.js')).openDuckDBStore(config, context),
});
