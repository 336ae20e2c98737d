import { Registry } from './core/registry.js';
import { parquetHome } from './homes/parquet/index.js';
import { parquetStore } from './stores/parquet/index.js';

/** A new registry with every type that comes with hygge: the one list of them. */
export function builtinRegistry(): Registry {
  return new Registry(parquetHome.type).home(parquetHome).store(parquetStore);
}

/** Every type that comes with hygge. Naming them here keeps what they add to HomeTypes and StoreTypes in the declarations. */
export type BuiltinType = typeof parquetHome | typeof parquetStore;
