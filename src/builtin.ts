import { postgresConnection } from './connections/postgres/definition.js';
import { Registry } from './core/registry.js';
import { csvHome } from './homes/csv/index.js';
import { duckdbHome } from './homes/duckdb/index.js';
import { localHome } from './homes/local/index.js';
import { ndjsonHome } from './homes/ndjson/index.js';
import { parquetHome } from './homes/parquet/index.js';
import { postgresHome } from './homes/postgres/index.js';
import { sqliteHome } from './homes/sqlite/index.js';
import { csvStore } from './stores/csv/index.js';
import { duckdbStore } from './stores/duckdb/index.js';
import { localStore } from './stores/local/index.js';
import { ndjsonStore } from './stores/ndjson/index.js';
import { parquetStore } from './stores/parquet/index.js';
import { postgresStore } from './stores/postgres/index.js';
import { sqliteStore } from './stores/sqlite/index.js';

const local = {
  home: localHome([parquetHome, csvHome, ndjsonHome]),
  store: localStore([parquetStore, csvStore, ndjsonStore]),
};

/** A new registry with every type that comes with hygge: the one list of them. */
export function builtinRegistry(): Registry {
  return new Registry(parquetHome.type)
    .home(parquetHome)
    .home(csvHome)
    .home(ndjsonHome)
    .home(local.home)
    .home(duckdbHome)
    .home(postgresHome)
    .home(sqliteHome)
    .store(parquetStore)
    .store(csvStore)
    .store(ndjsonStore)
    .store(local.store)
    .store(duckdbStore)
    .store(postgresStore)
    .store(sqliteStore)
    .connection(postgresConnection);
}

/** Every type that comes with hygge. Naming them here keeps what they add to HomeTypes and StoreTypes in the declarations. */
export type BuiltinType =
  | typeof parquetHome
  | typeof csvHome
  | typeof ndjsonHome
  | typeof local.home
  | typeof duckdbHome
  | typeof postgresHome
  | typeof sqliteHome
  | typeof parquetStore
  | typeof csvStore
  | typeof ndjsonStore
  | typeof local.store
  | typeof duckdbStore
  | typeof postgresStore
  | typeof sqliteStore;
