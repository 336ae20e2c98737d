import { resolve } from 'node:path';
import { z } from 'zod';
import { defineStore, type StoreDefinition } from '../../core/store.js';
import type { StoreTypeEntry } from '../../core/type-map.js';
import { fail } from '../../errors/index.js';
import { delegate, formatOptions } from '../../formats/folder/delegate.js';

declare module '../../core/type-map.js' {
  interface StoreTypes {
    readonly local: StoreTypeEntry<ReturnType<typeof localStore>>;
  }
}

/** Files of one of several formats as a store: each is the store of that name, with its options. */
export function localStore(formats: readonly [StoreDefinition, ...StoreDefinition[]]) {
  const [first, ...others] = formats.map(({ type }) => type);
  const config = z
    .strictObject({
      path: z.string().min(1).describe('The folder that the files settle in'),
      format: z
        .enum([first ?? '', ...others])
        .default(first ?? '')
        .describe('What the files are'),
      format_options: formatOptions,
      batch_size: z.int().min(1).default(100_000).describe('Rows in a file'),
      file_pattern: z
        .string()
        .optional()
        .describe(
          'Names of the files, with the ending of the format; by default {sequence:020d} and the ending',
        ),
      options: formatOptions.describe('The same as format_options'),
    })
    .check(delegate(formats).check);
  return defineStore({
    type: 'local',
    summary:
      'A folder of files of a format that is named: the store of that name, with its keys under format_options',
    config,
    capabilities: {
      takes: ['files', 'relation', 'batches'],
      modes: ['replace', 'append'],
      atomic: false,
      ordered: true,
    },
    paths: ['path'],
    destination: ({ path }) => resolve(path),
    audit: async (settings, context) => {
      const { definition, config: own } = delegate(formats).resolve(settings);
      const { audit } = definition;
      if (audit === undefined) throw fail('AUDIT_UNSUPPORTED', { name: context.name, type: definition.type });
      return audit.call(definition, own, context);
    },
    open: async (settings, context) => {
      const { definition, config: own } = delegate(formats).resolve(settings);
      const session = await definition.open(own, context);
      // Text takes no files as they are.
      if (session.writeFiles === undefined) {
        session.planFiles = async () => ({ impossible: 'the store writes text' });
        session.writeFiles = async () => {};
      }
      return session;
    },
  });
}
