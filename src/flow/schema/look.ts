import type { Drift } from '../../core/drift.js';
import type { EntityConfig } from '../../core/entity-config.js';
import { type KeptSchema, withOrigins } from '../../core/kept-schema.js';
import type { FlowContext } from '../context.js';
import { endTypes, OpenEnds } from '../open-ends.js';
import { compileShape } from '../shape/index.js';
import { declaredColumns, driftBetween, lastSchema } from './compare.js';

/** The columns of an entity, now and the last time. */
export interface SchemaLook {
  /** As they would settle if there were no last time. */
  readonly given: KeptSchema;
  /** null where nothing is kept. */
  readonly kept: KeptSchema | null;
  readonly changes: Drift['changes'];
}

/** The columns that an entity settled with the last time; null where nothing is kept. Its home is not asked. */
export function keptColumnsOf(config: EntityConfig, context: FlowContext): Promise<KeptSchema | null> {
  return atEnds(config, context, (ends) => last(ends, config, context));
}

/** Compares the columns of an entity's home with those of the last run. Writes nothing. */
export function lookAtSchema(config: EntityConfig, context: FlowContext): Promise<SchemaLook> {
  return atEnds(config, context, async (ends, mode) => {
    // What the last run found out is just what may have changed.
    const { home, schema } = await ends.openHome('nothing');
    const { output: given, shape } = await compileShape(config, schema, () => ends.homeSession.get());
    const declared = declaredColumns(home, shape.columns);
    const kept = await last(ends, config, context);
    const request = { config, mode, home: schema, shape, given, declared };
    const drift = kept === null ? null : driftBetween(request, kept, false);
    const made = withOrigins(given, { ...shape, schema, settling: null });
    return { given: made, kept, changes: drift?.changes ?? [] };
  });
}

async function last(ends: OpenEnds, config: EntityConfig, { schemas, runId }: FlowContext) {
  const store = await ends.openStore(runId, () => {});
  return ends.atStore(lastSchema({ config, schemas, store }));
}

async function atEnds<T>(
  config: EntityConfig,
  context: FlowContext,
  work: (ends: OpenEnds, mode: ReturnType<typeof endTypes>['mode']) => Promise<T>,
): Promise<T> {
  const types = endTypes(config, context);
  const ends = new OpenEnds(config, types, context);
  try {
    return await work(ends, types.mode);
  } finally {
    await ends.close();
  }
}
