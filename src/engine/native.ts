import { createRequire } from 'node:module';
import type * as api from '@duckdb/node-api';
import type bindings from '@duckdb/node-bindings';

/** The engine's two modules: the comfortable one, and the bindings below it for whole columns at a time. */
export interface Native {
  readonly api: typeof api;
  readonly bindings: typeof bindings;
}

export type NativeVector = ReturnType<(typeof bindings)['data_chunk_get_vector']>;
export type NativeLogicalType = Parameters<(typeof bindings)['create_data_chunk']>[0][number];

let loaded: Native | undefined;

/**
 * Loads the native library when it is first needed: it takes tens of milliseconds that `--version` need not pay.
 * Both modules are CommonJS and are loaded as such: imported, Node would read all of their files for names first, which
 * takes longer than the loading itself.
 */
export function loadNative(): Native {
  const require = createRequire(import.meta.url);
  loaded ??= { api: require('@duckdb/node-api'), bindings: require('@duckdb/node-bindings') } as Native;
  return loaded;
}
