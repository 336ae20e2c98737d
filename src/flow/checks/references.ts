import type { EngineSession, StatementOptions } from '../../core/engine.js';
import type { EntityConfig } from '../../core/entity-config.js';
import { nearest } from '../../core/nearest.js';
import type { Schema } from '../../core/types.js';
import { identifier } from '../../engine/index.js';
import { fail, HyggeError } from '../../errors/index.js';
import type { FlowContext } from '../context.js';
import type { CompiledRows } from './compile.js';
import { reasonOf } from './validate.js';

type Referring = CompiledRows & { readonly beside: { readonly kind: 'reference' } };

/** The entity that a check refers to, by its run name or as flow.entity. CHECK_INVALID where there is none. */
export function referredEntity(
  name: string,
  { check, at, beside }: CompiledRows,
  { entities = [] }: FlowContext,
): EntityConfig {
  const wanted = beside?.kind === 'reference' ? beside.entity : '';
  const found = entities.find(
    (one) => one.name === wanted || (one.entity !== null && `${one.flow}.${one.entity}` === wanted),
  );
  if (found !== undefined) return found;
  const names = entities.map((one) => one.name);
  const close = nearest(wanted, names);
  const reason = names.length === 0 ? 'there are no other entities here' : `there is no entity "${wanted}"`;
  const hint =
    close !== undefined
      ? `Did you mean "${close}"?`
      : `There are: ${names.slice(0, 12).join(', ') || 'none'}.`;
  throw fail('CHECK_INVALID', { name, check: check.name, reason, hint }, { at });
}

/** Makes the table of the values that a check refers to, out of the store of another entity. Nothing is written there. */
export async function makeReference(
  name: string,
  one: CompiledRows,
  schema: Schema,
  session: EngineSession,
  context: FlowContext,
  options: StatementOptions & { readonly signal: AbortSignal },
): Promise<void> {
  const { check, at, beside } = one as Referring;
  const entity = referredEntity(name, one, context);
  const { type, ...settings } = entity.store;
  const definition = context.registry.findStore(type);
  const store = await definition.open(settings, {
    name: entity.name,
    flow: entity.flow,
    runId: context.runId,
    signal: options.signal,
    connections: context.connections,
    engine: async () => session,
    notice: () => {},
  });
  const invalid = (reason: string, cause?: unknown): HyggeError =>
    fail('CHECK_INVALID', { name, check: check.name, reason }, { at, cause });
  try {
    if (store.held === undefined) throw invalid(`a ${type} store does not show what it holds`);
    const own = schema.find((column) => column.name === one.columns[0]);
    const asked = own === undefined ? [] : [{ ...own, name: beside.column }];
    const held = await store.held(asked);
    const select =
      held === null
        ? `SELECT ${identifier(one.columns[0] ?? '')} AS hygge_value FROM (SELECT NULL AS ${identifier(one.columns[0] ?? '')}) WHERE false`
        : `SELECT DISTINCT ${identifier(beside.column)} AS hygge_value FROM (${held.sql}) WHERE ${identifier(beside.column)} IS NOT NULL`;
    if (held !== null && !held.schema.some((column) => column.name === beside.column)) {
      const names = held.schema.map((column) => column.name);
      const close = nearest(beside.column, names);
      const more =
        close === undefined ? `it has ${names.slice(0, 12).join(', ')}` : `did you mean "${close}"?`;
      throw invalid(`the store of ${entity.name} has no column "${beside.column}"; ${more}`);
    }
    await session.run(`CREATE OR REPLACE TABLE ${beside.table} AS ${select}`, options);
  } catch (cause) {
    if (options.signal.aborted || (cause instanceof HyggeError && cause.code !== 'ENGINE_FAILED'))
      throw cause;
    throw invalid(reasonOf(cause), cause);
  } finally {
    await store.close().catch(() => {});
  }
}
