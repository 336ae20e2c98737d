import { z } from 'zod';
import { Secret } from '../core/secret.js';
import {
  type Constant,
  hashAlgorithms,
  type MaskRule,
  maskRules,
  nameCases,
  type Polish,
  timeUnits,
} from '../core/shaping.js';

/* What may be written to shape rows: columns and mask of a flow, polish of a store. Parts of schemas.ts. */

const text = z.string().min(1);

const cast = {
  as: text.optional().describe('The type to cast to, such as bigint, date or "decimal(18,2)"'),
  zone: text
    .optional()
    .describe(
      'For a cast between times with and without a zone: where those without are, such as Europe/Oslo',
    ),
};
const from = text.optional().describe('As the home names it');

const listedColumn = z
  .strictObject({
    from,
    name: text.optional().describe('As it settles. Default: as the home names it'),
    ...cast,
  })
  .superRefine((column, context) => {
    if (column.from === undefined && column.name === undefined)
      context.addIssue({ code: 'custom', message: 'names no column: write from:' });
  });

export const columnsSchema = z.union([
  z.array(z.union([text, listedColumn])),
  z.record(z.string(), z.union([text, z.strictObject({ from, ...cast })])),
]);

const hash = z.strictObject({ rule: z.literal('hash') });
const redact = z.strictObject({
  rule: z.literal('redact'),
  with: z.string().default('***').describe('What stands for every value'),
});
const characters = z.int().min(0).max(1000);
const partial = z
  .strictObject({
    rule: z.literal('partial'),
    first: characters.optional().describe('Characters that stay at the beginning. Default: 0'),
    last: characters.optional().describe('Characters that stay at the end. Default: 4, or 0 with first'),
    with: text.default('*').describe('What stands for each of the others'),
  })
  .transform(({ first, last, ...rest }) => ({
    ...rest,
    first: first ?? 0,
    last: last ?? (first === undefined ? 4 : 0),
  }));
const empty = z.strictObject({ rule: z.literal('null') });
const dateShift = z.strictObject({
  rule: z.literal('date_shift'),
  days: z.int().min(1).max(36_500).default(30).describe('How far, at most'),
  by: z
    .union([text, z.array(text).min(1)])
    .default([])
    .transform((by) => [by].flat())
    .describe('Columns: rows that are alike in them are shifted alike. Default: the primary_key'),
});
const round = z.strictObject({
  rule: z.literal('round'),
  to: z
    .union([z.number().positive(), z.enum(timeUnits)])
    .describe('Numbers: to the nearest multiple of this; times: down to minute, hour, day, week, month, …'),
});

const rule = z.discriminatedUnion('rule', [hash, redact, partial, empty, dateShift, round]);

/** A rule by its name alone, with its defaults; `null` is also YAML's own word for nothing. */
const ruleName = z
  .enum(maskRules)
  .nullable()
  .transform((name, context): MaskRule => {
    const parsed = rule.safeParse({ rule: name ?? 'null' });
    if (parsed.success) return parsed.data;
    context.addIssue({ code: 'custom', message: `needs to be told more: { rule: ${name}, to: … }` });
    return z.NEVER;
  });

/** Shorter keys could be tried out. */
const shortestKey = 16;

export const maskSchema = z
  .strictObject({
    key: z
      .string()
      .superRefine((key, context) => {
        if (key.length < shortestKey)
          context.addIssue({ code: 'custom', message: `must have at least ${shortestKey} characters` });
      })
      .transform((key) => new Secret(key))
      .optional()
      .describe(`For hash and date_shift: a reference to the environment, such as \${HYGGE_MASK_KEY}`),
    columns: z
      .record(z.string(), z.union([ruleName, rule]))
      .describe(
        'Column, as the home names it: hash, redact, partial, null, date_shift, round, or a map with rule',
      ),
  })
  .superRefine(({ key, columns }, context) => {
    const keyed = Object.entries(columns).find(([, { rule }]) => rule === 'hash' || rule === 'date_shift');
    if (keyed === undefined || key !== undefined) return;
    const [column, { rule: name }] = keyed;
    const message = `has no key, which ${name} of ${column} needs: write key: \${HYGGE_MASK_KEY}, and set that variable`;
    context.addIssue({ code: 'custom', message });
  })
  .transform(({ key, columns }) => ({ key: key ?? null, columns }));

const on = (what: string) => z.boolean().default(false).describe(what);

const nameRules = z.strictObject({
  remove_special: on('Letters, digits, spaces, _ and - stay; words in parentheses go to the end'),
  remove_spaces: on('Spaces go'),
  case: z.enum(nameCases).nullable().default(null).describe('pascal, camel or snake'),
});

const rowMarker = '__rowMarker__';

export const polishSchema = z
  .strictObject({
    columns: nameRules.nullish().describe('What is done to the names of columns'),
    hash_ids: z
      .array(
        z.strictObject({
          name: text,
          from_columns: z.array(text).min(1).describe('As the home names them'),
          algo: z.enum(hashAlgorithms).default('sha256'),
          hex: z.boolean().default(true).describe('Text of hexadecimal digits; else bytes'),
        }),
      )
      .nullish()
      .describe('Columns with a hash over others: their values as text, joined by |'),
    constants: z
      .array(z.strictObject({ name: text, value: z.union([z.string(), z.number(), z.boolean(), z.null()]) }))
      .nullish()
      .describe('Columns with one value in all rows'),
    timestamps: z
      .array(
        z.strictObject({
          name: text,
          source: z.enum(['now_utc', 'now_local']).default('now_utc'),
          type: z.enum(['datetime', 'string']).default('datetime'),
          format: text.nullable().default(null).describe('With string: such as %Y-%m-%d; default: ISO 8601'),
        }),
      )
      .nullish()
      .describe('Columns with the time of the run'),
    add_row_marker: z
      .strictObject({ enabled: z.boolean().default(false), value: z.int().default(4) })
      .nullish()
      .describe(`A column ${rowMarker}: 0 insert, 1 update, 2 delete, 4 upsert`),
  })
  .transform(({ columns, hash_ids, constants, timestamps, add_row_marker: marker }): Polish => {
    const all: readonly Constant[] = constants ?? [];
    const isMarked = marker?.enabled === true && !all.some(({ name }) => name === rowMarker);
    return {
      columns: columns ?? { remove_special: false, remove_spaces: false, case: null },
      hash_ids: hash_ids ?? [],
      constants: isMarked ? [...all, { name: rowMarker, value: marker.value }] : all,
      timestamps: timestamps ?? [],
    };
  });
