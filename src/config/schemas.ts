import { z } from 'zod';
import { runTypes } from '../core/capabilities.js';
import { nullsRules } from '../core/entity-config.js';
import { verifyLevels } from '../core/fingerprint.js';
import { parseLag } from '../core/lag.js';
import { contractSchema } from './contract-schema.js';
import { parseBytes } from './memory.js';
import { schemaSettingsSchema } from './schema-settings.js';
import { parseSeconds } from './seconds.js';
import { columnsSchema, maskSchema, polishSchema } from './shaping-schemas.js';

/*
 * What may stand in hygge.yml, in a flow, in an entity: the single source for validation, defaults, "did you mean"
 * and the JSON Schema. What a home or store may hold is said by its type; here they are slots.
 */
export const homeSlot = z.unknown();
export const storeSlot = z.unknown();
/** Of an entity: what differs from the flow's. */
export const homePartSlot = z.unknown();
export const storePartSlot = z.unknown();
export const flowSlot = z.unknown();
export const entitySlot = z.unknown();
export const defaultsSlot = z.unknown();
export const connectionSlot = z.looseObject({ type: z.string().min(1) });

const text = z.string().min(1);

export const journalSchema = z.strictObject({
  path: text
    .optional()
    .describe('The folder of the journal; relative to the folder of hygge.yml. Default: .hygge'),
  location: z
    .enum(['store', 'home'])
    .optional()
    .describe('Read from earlier projects; the journal is never kept in the data'),
});

export const watermarkSchema = z.strictObject({
  watermark_column: text
    .optional()
    .describe('The column that grows: what is above the last value is new. Only a merge can do without'),
  primary_key: z
    .union([text, z.array(text)])
    .default([])
    .describe('The column or columns that name a row'),
  lag: z
    .union([z.number().min(0), text])
    .nullable()
    .default(null)
    .superRefine((lag, context) => {
      if (typeof lag === 'string' && parseLag(lag) === null)
        context.addIssue({
          code: 'custom',
          message: 'must be a number, or a time such as 30m, 2h or "1 day"',
        });
    })
    .describe('How far below the last value to look again for rows that come late: 2h, "1 day", or a number'),
  nulls: z
    .enum(nullsRules)
    .default('include')
    .describe('Rows without a value (NULL, NaN, infinity): include moves them once, skip never, fail stops'),
  start: z.union([text, z.number()]).nullable().default(null).describe('Rows below are never moved'),
  end: z.union([text, z.number()]).nullable().default(null).describe('Rows above are never moved'),
});

export const retrySchema = z.strictObject({
  attempts: z.int().min(1).default(3).describe('Tries in all; 1 means that nothing is tried again'),
  delay: z
    .union([z.number().min(0), text])
    .default(2)
    .transform((value, context) => {
      if (typeof value !== 'string') return value;
      const seconds = parseSeconds(value);
      if (seconds === null)
        context.addIssue({ code: 'custom', message: 'must be seconds, or a time such as "2s" or "500ms"' });
      return seconds ?? 0;
    })
    .describe('Seconds before the second try, or "2s"; each pause is about twice the last, a minute at most'),
});

export const runOptionsSchema = z.strictObject({
  concurrency: z.int().min(1).default(8).describe('Entities side by side'),
  continue_on_error: z.boolean().default(false).describe('Whether the others go on when one fails'),
  log_level: z.enum(['debug', 'info', 'warning', 'error']).default('info').describe('How much is said'),
  memory_limit: z
    .union([z.int().min(1), text])
    .nullable()
    .default(null)
    .transform((value, context) => {
      if (typeof value !== 'string') return value;
      const bytes = parseBytes(value);
      if (bytes === null)
        context.addIssue({ code: 'custom', message: 'must be a size such as "4GB", "512 MB" or "50%"' });
      return bytes;
    })
    .describe('What the engine may use: bytes, "4GB", "50%". Default: half of what the machine has'),
  threads: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('Threads of the engine. Default: as many as the machine has'),
});

/** What a flow can say for all its entities, and each entity for itself. */
const shared = {
  run_type: z
    .enum(runTypes)
    .default('full_drop')
    .describe(
      'full_drop replaces what the store holds, incremental appends what is new, merge updates by key',
    ),
  full_drop: z
    .boolean()
    .optional()
    .describe('Older spelling of run_type: true = full_drop, false = incremental'),
  watermark: watermarkSchema.nullish().describe('How new rows are told from old ones'),
  columns: columnsSchema
    .nullish()
    .describe(
      'The columns to move: names, or a map of new name: old name, or of new name: { from, as }. Default: all',
    ),
  mask: maskSchema.nullish().describe('How values that nobody should read are hidden'),
  where: text
    .nullish()
    .describe('The rows to move: an SQL condition over the columns of the home. Default: all'),
  source_config: z.strictObject({ where: text.nullish() }).nullish().describe('Older place of where'),
  contract: z
    .union([text, contractSchema])
    .nullish()
    .describe('What the rows have to be before they are published: a YAML file, or its keys'),
  queue_size: z.int().min(1).default(10).describe('Batches between reader and writer'),
  timeout: z.number().positive().default(300).describe('Seconds without progress before the flow is stopped'),
  verify: z
    .enum(verifyLevels)
    .default('counts')
    .describe(
      'counts: rows read and rows staged are compared; fingerprint: the values of every column too; none: nothing is',
    ),
  retry: retrySchema
    .nullish()
    .describe('How often an error that may pass is tried again, from the beginning'),
  schema: schemaSettingsSchema
    .nullish()
    .describe('What becomes of columns that are not those of the last run'),
  journal: journalSchema.nullish().describe('As in hygge.yml'),
  options: z
    .record(z.string(), z.unknown())
    .nullish()
    .describe('Older place of queue_size, timeout and the like'),
};

/** A flow and its entity, merged. */
export const settingsSchema = z.strictObject(shared);

/** What every store can say, whatever its type. */
export const storeKeysSchema = z.strictObject({
  incremental: z
    .boolean()
    .nullable()
    .default(null)
    .describe('true forces append, false forces replace; by default run_type decides'),
  polish: polishSchema
    .nullable()
    .default(null)
    .describe('Names of columns made alike, and columns added: hash_ids, constants, timestamps'),
});

export const entitySchema = z.strictObject({
  name: text.describe('The name of the entity; in a file of its own, by default the name of the file'),
  home: homePartSlot
    .optional()
    .describe("What differs from the flow's home; its path is appended to the flow's"),
  store: storePartSlot
    .optional()
    .describe("What differs from the flow's store; its path is appended to the flow's"),
  ...shared,
});

export const flowSchema = z.strictObject({
  name: text.optional().describe('The name of the flow: that of its folder, or its key under flows'),
  home: homeSlot.optional().describe('Where the data lives: a path, or a map with type'),
  store: storeSlot.optional().describe('Where the data settles: a path, or a map with type'),
  entities: z
    .array(z.union([text, entitySlot]))
    .nullish()
    .describe('Names, or maps with name: each is a journey of its own'),
  defaults: defaultsSlot.optional().describe('Merged into each entity'),
  ...shared,
});

export const workspaceSchema = z.strictObject({
  name: text.optional().describe("The project's name. Default: the name of its folder"),
  flows_dir: text.optional().describe('The folder of the flows. Default: flows'),
  flows: z
    .record(z.string(), flowSlot)
    .nullish()
    .describe('Flows by name, here instead of in files of their own'),
  connections: z
    .record(z.string(), connectionSlot)
    .nullish()
    .describe('Systems that homes and stores share, by name'),
  options: runOptionsSchema.nullish().describe('Limits and habits of a run'),
  journal: journalSchema.nullish().describe('Where the record of all runs is kept'),
  schema: schemaSettingsSchema.nullish().describe('As in a flow: what all of them begin with'),
  plugins: z.array(text).nullish().describe('Packages or files that add types of homes and stores'),
});
