import type * as api from '@duckdb/node-api';
import type bindings from '@duckdb/node-bindings';

/** The engine's two modules: the comfortable one, and the bindings below it for whole columns at a time. */
export interface Native {
  readonly api: typeof api;
  readonly bindings: typeof bindings;
}

export type NativeVector = ReturnType<(typeof bindings)['data_chunk_get_vector']>;
export type NativeLogicalType = Parameters<(typeof bindings)['create_data_chunk']>[0][number];

let loaded: Promise<Native> | undefined;

/** Loads the native library when it is first needed: it takes tens of milliseconds that `--version` need not pay. */
export function loadNative(): Promise<Native> {
  loaded ??= Promise.all([import('@duckdb/node-api'), import('@duckdb/node-bindings')]).then(
    ([comfortable, low]) => ({ api: comfortable, bindings: low.default }),
  );
  return loaded;
}
