import { resolve } from 'node:path';
import { z } from 'zod';
import {
  missingColumnRules,
  newColumnRules,
  nullableRules,
  type SchemaSettings,
  schemaModes,
  typeChangeRules,
} from '../core/schema-rules.js';

/** `schema` of hygge.yml, of a flow and of an entity: what becomes of columns that are not those of the last run. */
export const schemaSettingsSchema = z.strictObject({
  mode: z
    .enum(schemaModes)
    .default('adapt')
    .describe(
      'adapt: the store follows as far as nothing is lost; warn: the store keeps its columns; strict: any difference stops the run',
    ),
  on_new_column: z
    .enum(newColumnRules)
    .nullish()
    .describe('add it to the store, leave_out, or fail. Default: add; leave_out with warn, fail with strict'),
  on_missing_column: z
    .enum(missingColumnRules)
    .nullish()
    .describe(
      'keep it in the store, NULL in what is written; drop it; or fail. Default: keep where rows are added, fail where they are replaced or merged; keep with warn, fail with strict',
    ),
  on_type_change: z
    .enum(typeChangeRules)
    .nullish()
    .describe(
      'widen to a type that holds all values; text, where there is none; keep the type, and stop at a value that does not fit; or fail. Default: widen; keep with warn, fail with strict',
    ),
  on_nullable: z
    .enum(nullableRules)
    .nullish()
    .describe('allow a column to be NULL that never was, or fail. Default: allow; fail with strict'),
  path: z
    .string()
    .min(1)
    .nullish()
    .describe('The folder of the kept schemas; relative to the folder of hygge.yml. Default: .hygge/schemas'),
});

/** The settings of an entity, from what was written in all layers. */
export function schemaSettings(
  written: z.output<typeof schemaSettingsSchema> | null | undefined,
  root: string,
): SchemaSettings {
  const { mode, path = null, ...rules } = written ?? schemaSettingsSchema.parse({});
  return {
    mode,
    on_new_column: rules.on_new_column ?? null,
    on_missing_column: rules.on_missing_column ?? null,
    on_type_change: rules.on_type_change ?? null,
    on_nullable: rules.on_nullable ?? null,
    path: path === null ? null : resolve(root, path),
  };
}
