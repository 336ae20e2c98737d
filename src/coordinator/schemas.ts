import type { SchemaChange } from '../core/drift.js';
import type { EntityConfig } from '../core/entity-config.js';
import { type KeptColumn, keptColumns } from '../core/kept-schema.js';
import { asHyggeError, type HyggeError } from '../errors/index.js';
import { type FlowContext, keptColumnsOf, lookAtSchema } from '../flow/index.js';

/** The columns of one entity, kept and now. */
export interface SchemaOutcome {
  /** The entity's run name. */
  readonly name: string;
  readonly flow: string;
  readonly entity: string | null;
  /** Where they are kept, or would be. */
  readonly path: string;
  /** The columns of the last run; null where nothing is kept. */
  readonly kept: readonly KeptColumn[] | null;
  /** The columns that come now; null where the home was not asked. */
  readonly now: readonly KeptColumn[] | null;
  readonly changes: readonly SchemaChange[];
  /** Whether what is kept has been replaced by what comes now. */
  readonly accepted: boolean;
  readonly error: HyggeError | null;
}

/**
 * - `show`: what is kept.
 * - `diff`: what comes now, held against it.
 * - `accept`: what comes now is kept instead, and settles from the next run on.
 */
export type SchemaAsk = 'show' | 'diff' | 'accept';

/** Never rejects; only `accept` writes, and nothing into a store. */
export async function schemaOf(
  config: EntityConfig,
  context: FlowContext,
  ask: SchemaAsk,
): Promise<SchemaOutcome> {
  const { name, flow, entity } = config;
  const path = context.schemas?.path(config) ?? '';
  const none = { name, flow, entity, path, kept: null, now: null, changes: [], accepted: false, error: null };
  try {
    if (ask === 'show') {
      const kept = await keptColumnsOf(config, context);
      return { ...none, kept: kept === null ? null : keptColumns(kept) };
    }
    const forgiving = ask === 'accept' ? { ...context, schemas: readableOnly(context) } : context;
    const { given, kept, changes } = await lookAtSchema(config, forgiving);
    if (ask === 'accept') await context.schemas?.write(config, given);
    return {
      ...none,
      kept: kept === null ? null : keptColumns(kept),
      now: keptColumns(given),
      changes,
      accepted: ask === 'accept',
    };
  } catch (thrown) {
    return { ...none, error: asHyggeError(thrown) };
  }
}

/** What cannot be understood is replaced by what is accepted. */
function readableOnly({ schemas }: FlowContext): FlowContext['schemas'] {
  if (schemas === undefined) return undefined;
  return {
    path: (config) => schemas.path(config),
    write: (config, schema) => schemas.write(config, schema),
    read: async (config) => {
      try {
        return await schemas.read(config);
      } catch (error) {
        if (asHyggeError(error).code === 'SCHEMA_FILE_DAMAGED') return null;
        throw error;
      }
    },
  };
}
