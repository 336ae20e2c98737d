import { z } from 'zod';
import { checkOutcomes } from '../core/contract.js';
import { parseLag } from '../core/lag.js';
import { parseShare } from '../core/share.js';

/*
 * What may stand under `contract:`, or in the file that it names: the single source for validation, "did you mean"
 * and the JSON Schema.
 */
const text = z.string().min(1);
const bound = z.union([z.number(), text]);
const onFail = z.enum(checkOutcomes).optional();

const share = z.union([z.number().min(0), text]).transform((value, context) => {
  const parsed = typeof value === 'number' ? value : parseShare(value);
  if (parsed === null) context.addIssue({ code: 'custom', message: 'must be a share such as 20% or 0.2' });
  return parsed ?? 0;
});
const part = share.refine((value) => value <= 1, {
  message: 'must be 100% at most; 20% and 0.2 are the same',
});

const age = text.transform((value, context) => {
  const micros = parseLag(value);
  if (micros === null)
    context.addIssue({ code: 'custom', message: 'must be a time such as 30m, 36h or "2 days"' });
  return Number(micros ?? 0n) / 1e6;
});

const lengthSchema = z
  .strictObject({ min: z.int().min(0).optional(), max: z.int().min(0).optional() })
  .refine(({ min, max }) => min !== undefined || max !== undefined, { message: 'needs min or max' });

export const columnRulesSchema = z.strictObject({
  type: text.optional().describe('The type as the engine spells it, such as BIGINT or DECIMAL(10,2)'),
  nullable: z.boolean().optional().describe('false: no value is NULL'),
  unique: z.boolean().optional().describe('true: no value comes twice; NULL may'),
  min: bound.optional().describe('No value is below'),
  max: bound.optional().describe('No value is above'),
  pattern: text.optional().describe('A regular expression (RE2) that every whole text matches'),
  in: z
    .array(z.union([z.string(), z.number(), z.boolean()]))
    .min(1)
    .optional()
    .describe('The values that there may be'),
  length: z
    .union([z.int().min(0), lengthSchema])
    .optional()
    .describe('Characters of a text, bytes of a blob, elements of a list: a number, or min and max'),
  references: text
    .regex(/^[^.].*\.[^.]+$/s, 'must name an entity and a column of its store, such as customers.id')
    .optional()
    .describe('Every value is in this column of the store of another entity: customers.id'),
  on_fail: onFail.describe('What becomes of these rules where they are broken'),
});

const rules = {
  expression: text.optional().describe('An SQL condition over the columns as they settle'),
  unique: z.array(text).min(1).optional().describe('Columns that together name one row'),
  min_rows: z.int().min(0).optional().describe('Rows, at least'),
  max_rows: z.int().min(0).optional().describe('Rows, at most'),
  max_drop: part.optional().describe('How much fewer rows than in the last run: 20%'),
  max_growth: share.optional().describe('How many more rows than in the last run: 50%'),
  freshness: z
    .strictObject({ column: text, max_age: age })
    .optional()
    .describe('The latest value of a column is no older than max_age, such as 36h'),
  completeness: z
    .strictObject({ column: text, at_least: part })
    .optional()
    .describe('The share of values that are not NULL'),
  uniqueness: z
    .strictObject({ columns: z.union([text, z.array(text).min(1)]), at_least: part })
    .optional()
    .describe('The share of different values'),
};
const kinds = Object.keys(rules);
const ofRows = new Set(['expression', 'unique']);

export const checkSchema = z
  .strictObject({
    ...rules,
    name: text.optional().describe('What it is called in messages'),
    on_fail: onFail.describe('What becomes of it where it is broken'),
  })
  .superRefine((check, context) => {
    const given = kinds.filter((kind) => check[kind as keyof typeof rules] !== undefined);
    if (given.length !== 1) {
      const message =
        given.length === 0
          ? `needs one of ${kinds.join(', ')}`
          : `is one check each, but has ${given.join(' and ')}`;
      context.addIssue({ code: 'custom', message });
    } else if (check.on_fail === 'quarantine' && !ofRows.has(given[0] ?? '')) {
      const message = `cannot be quarantine for ${given[0]}, which is not about single rows; write fail or warn`;
      context.addIssue({ code: 'custom', message, path: ['on_fail'] });
    }
  });

export const contractSchema = z.strictObject({
  columns: z
    .record(z.string(), z.union([columnRulesSchema, z.array(columnRulesSchema)]).nullable())
    .optional()
    .describe('Columns that have to be there, as they settle, each with its rules, or a list of rules'),
  checks: z
    .array(z.union([text, checkSchema]))
    .nullish()
    .describe('Checks of several columns, or of the whole: SQL conditions, or maps'),
  key: z
    .union([text, z.array(text)])
    .optional()
    .describe('The columns that name a row where rows are shown. Default: primary_key, or what is unique'),
  on_fail: onFail.describe('What becomes of checks that do not say so themselves. Default: fail'),
});
