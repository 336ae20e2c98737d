import { z } from 'zod';
import { defineHome, type HomeDefinition } from '../../core/home.js';
import type { HomeTypeEntry } from '../../core/type-map.js';
import { delegate, formatOptions } from '../../formats/folder/delegate.js';

declare module '../../core/type-map.js' {
  interface HomeTypes {
    readonly local: HomeTypeEntry<ReturnType<typeof localHome>>;
  }
}

/** Files of one of several formats as a home: each is the home of that name, with its options. */
export function localHome(formats: readonly [HomeDefinition, ...HomeDefinition[]]) {
  const [first, ...others] = formats.map(({ type }) => type);
  const config = z
    .strictObject({
      path: z.string().min(1).describe('A file, a folder, or a pattern'),
      format: z
        .enum([first ?? '', ...others])
        .default(first ?? '')
        .describe('What the files are'),
      format_options: formatOptions,
      batch_size: z.int().min(1).default(50_000).describe('Rows read at a time on the batches route'),
      options: formatOptions.describe('The same as format_options'),
    })
    .check(delegate(formats).check);
  return defineHome({
    type: 'local',
    summary: 'Files of a format that is named: the home of that name, with its keys under format_options',
    config,
    capabilities: { gives: ['files', 'relation'], ordered: true },
    paths: ['path'],
    open: async (settings, context) => {
      const { definition, config: own } = delegate(formats).resolve(settings);
      const session = await definition.open(own, context);
      // Every format gives a relation; what some give as files too, others say that they do not.
      session.files ??= async () => ({ impossible: 'the files are text, whose values must be read' });
      return session;
    },
  });
}
