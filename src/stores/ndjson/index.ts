import { z } from 'zod';
import { defineStore } from '../../core/store.js';
import type { StoreTypeEntry } from '../../core/type-map.js';
import { textStoreKeys, textStoreTraits } from '../../formats/text/keys.js';

declare module '../../core/type-map.js' {
  interface StoreTypes {
    readonly ndjson: StoreTypeEntry<typeof ndjsonStore>;
  }
}

const config = z.strictObject({ ...textStoreKeys });

/** A folder of files of one JSON object a line as a store. */
export const ndjsonStore = defineStore({
  type: 'ndjson',
  summary: 'A folder of files of one JSON object a line that appear whole, or not at all',
  config,
  ...textStoreTraits,
  audit: async (settings, context) => {
    const { NdjsonWriter } = await import('../../formats/ndjson/writer.js');
    const { auditTextStore } = await import('../../formats/text/audit.js');
    return auditTextStore(settings, new NdjsonWriter(settings), context);
  },
  open: async (settings, context) => {
    const { NdjsonWriter } = await import('../../formats/ndjson/writer.js');
    const { openTextStore } = await import('../../formats/text/store.js');
    return openTextStore(settings, new NdjsonWriter(settings), context);
  },
});
