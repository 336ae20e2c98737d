import { z } from 'zod';
import { defineStore } from '../../core/store.js';
import type { StoreTypeEntry } from '../../core/type-map.js';
import { checkDialect, dialectKeys } from '../../formats/csv/dialect.js';
import { textStoreKeys, textStoreTraits } from '../../formats/text/keys.js';

declare module '../../core/type-map.js' {
  interface StoreTypes {
    readonly csv: StoreTypeEntry<typeof csvStore>;
  }
}

const char = z.string().length(1);

const config = z
  .strictObject({
    ...textStoreKeys,
    ...dialectKeys,
    delimiter: char.default(',').describe('What stands between values'),
    quote: char.default('"').describe('What values are quoted with that need it'),
    escape: char.default('"').describe('What stands before a quote inside a quoted value'),
    null_value: z
      .string()
      .default('')
      .describe('What NULL is written as; a text that is the same is written in quotes'),
  })
  .check(checkDialect);

/** A folder of csv files as a store. */
export const csvStore = defineStore({
  type: 'csv',
  summary: 'A folder of csv files, in UTF-8, that appear whole, or not at all',
  config,
  ...textStoreTraits,
  audit: async (settings, context) => {
    const { CsvWriter } = await import('../../formats/csv/writer.js');
    const { auditTextStore } = await import('../../formats/text/audit.js');
    return auditTextStore(settings, new CsvWriter(settings, context.engine), context);
  },
  open: async (settings, context) => {
    const { CsvWriter } = await import('../../formats/csv/writer.js');
    const { openTextStore } = await import('../../formats/text/store.js');
    return openTextStore(settings, new CsvWriter(settings, context.engine), context);
  },
});
