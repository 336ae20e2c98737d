import { z } from 'zod';
import { defineHome } from '../../core/home.js';
import type { HomeTypeEntry } from '../../core/type-map.js';
import { textHomeKeys } from '../../formats/text/keys.js';

declare module '../../core/type-map.js' {
  interface HomeTypes {
    readonly ndjson: HomeTypeEntry<typeof ndjsonHome>;
  }
}

const config = z.strictObject({ ...textHomeKeys });

/** The names of files that are read, in a folder or named alone. */
export const ndjsonFiles = /\.(?:ndjson|jsonl|json)(?:\.gz|\.zst)?$/i;

export type NdjsonHomeConfig = z.output<typeof config>;

/** Files of one JSON object a line as a home. */
export const ndjsonHome = defineHome({
  type: 'ndjson',
  summary: 'Files of one JSON object a line, plain or packed: one, a folder of them, or a pattern',
  config,
  capabilities: { gives: ['relation'], ordered: true },
  paths: ['path'],
  fileNames: ndjsonFiles,
  open: async (settings, context) => (await import('./session.js')).openNdjsonHome(settings, context),
});
