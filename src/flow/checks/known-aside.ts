import { existsSync } from 'node:fs';
import type { EngineSession, Relation } from '../../core/engine.js';
import type { EntityConfig } from '../../core/entity-config.js';
import type { StoreSession } from '../../core/store.js';
import { type Schema, typeName } from '../../core/types.js';
import { identifier } from '../../engine/index.js';
import { quarantineFolders } from '../../files/index.js';
import { readParquet } from '../../formats/parquet/index.js';
import type { FlowContext } from '../context.js';
import { putsAside } from './evaluate.js';

/**
 * The rows that earlier runs of an entity put aside, and that nobody has moved since; null where there are none. Rows of
 * a run that did not publish are not among them: they are still where they come from, and come again.
 */
export async function knownAside(
  config: EntityConfig,
  { state, runsAside }: FlowContext,
  schema: Schema,
  session: () => Promise<EngineSession>,
): Promise<Relation | null> {
  const { contract = null, name } = config;
  if (contract === null || state === undefined || !contract.checks.some(putsAside)) return null;
  const folders = (await quarantineFolders(state, name)).filter(({ rows }) => existsSync(rows));
  if (folders.length === 0) return null;
  const standing = new Set((await runsAside?.(config)) ?? []);
  // What is being moved again is not passed over.
  for (const runId of config.retries ?? []) standing.delete(runId);
  const paths = folders.filter(({ runId }) => standing.has(runId)).map(({ rows }) => rows);
  if (paths.length === 0) return null;
  const all = readParquet(paths, { unionByName: true, hive: false });
  const there = new Set((await (await session()).describe(all)).map((column) => column.name));
  const values = schema.map(({ name: column, type }) => {
    const value = there.has(column) ? identifier(column) : 'NULL';
    return `TRY_CAST(${value} AS ${typeName(type)}) AS ${identifier(column)}`;
  });
  return { sql: `SELECT ${values.join(', ')} FROM (${all})`, schema };
}

/** What a store holds, and what was put aside on the way to it: neither is to be moved again. */
export function withAside(
  store: StoreSession,
  aside: (schema: Schema) => Promise<Relation | null>,
): Pick<StoreSession, 'record' | 'held'> {
  const held = store.held?.bind(store);
  const record = store.record?.bind(store);
  if (held === undefined) return store;
  return {
    ...(record === undefined ? {} : { record }),
    held: async (schema, reach) => {
      const there = await held(schema, reach);
      const put = await aside(there?.schema ?? schema);
      if (put === null || there === null) return there ?? put;
      return { sql: `(SELECT * FROM (${there.sql})) UNION ALL (${put.sql})`, schema: there.schema };
    },
  };
}
