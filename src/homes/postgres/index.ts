import { z } from 'zod';
import { postgresConnection } from '../../connections/postgres/definition.js';
import { tableForm } from '../../connections/postgres/names.js';
import { defineHome, type SeveralTables } from '../../core/home.js';
import type { HomeTypeEntry } from '../../core/type-map.js';

declare module '../../core/type-map.js' {
  interface HomeTypes {
    readonly postgres: HomeTypeEntry<typeof postgresHome>;
  }
}

/** The schema of `schema.*`; null where one table is meant. */
export function allOfSchema(table: string | undefined): string | null {
  const [, quoted, plain] = /^(?:"((?:[^"]|"")+)"|([^".]+))\.\*$/.exec(table ?? '') ?? [];
  return quoted?.replaceAll('""', '"') ?? plain ?? null;
}

function severalTables({ table = '', include, exclude = [] }: PostgresHomeConfig): SeveralTables | null {
  const schema = allOfSchema(table);
  if (schema === null) return null;
  return {
    shown: table,
    keys: ['table', 'include', 'exclude'],
    takes: (one) =>
      one.schema === schema && (include ?? ['*']).some(like(one.name)) && !exclude.some(like(one.name)),
  };
}

/** Whether a pattern matches a name; `*` is any text, and letters are as the server has them. */
const like =
  (name: string) =>
  (pattern: string): boolean =>
    new RegExp(
      `^${pattern
        .split('*')
        .map((part) => part.replaceAll(/[.+?^$()|[\]{}\\/]/g, '\\$&'))
        .join('[\\s\\S]*')}$`,
      'u',
    ).test(name);

const config = z
  .strictObject({
    connection: z.string().min(1).describe('The name of a connection of type postgres'),
    table: z
      .string()
      .min(1)
      .optional()
      .describe(
        `A table or view: ${tableForm}. schema.*: all of a schema, each an entity. Default: the name of the entity`,
      ),
    include: z
      .array(z.string().min(1))
      .optional()
      .describe('With schema.*: only tables with these names; * is any text'),
    exclude: z
      .array(z.string().min(1))
      .optional()
      .describe('With schema.*: no tables with these names, though they are included'),
    query: z.string().min(1).optional().describe('A SELECT, in the words of the server, instead of a table'),
    readers: z
      .int()
      .min(1)
      .default(4)
      .describe(
        'Connections that read one large table side by side, at most, as far as the pool has them to spare',
      ),
    batch_size: z.int().min(1).default(10_000).describe('Rows read at a time on the batches route'),
  })
  .refine(({ table, query }) => table === undefined || query === undefined, {
    message: 'table and query exclude one another',
  })
  .superRefine(({ table, include, exclude }, context) => {
    if ((include ?? exclude) === undefined || allOfSchema(table) !== null) return;
    const path = [include === undefined ? 'exclude' : 'include'];
    context.addIssue({
      code: 'custom',
      path,
      message: 'chooses among the tables of a schema: table: schema.*',
    });
  });

export type PostgresHomeConfig = z.output<typeof config>;

/** A table or a query of Postgres as a home. */
export const postgresHome = defineHome({
  type: 'postgres',
  summary: 'A table, a view or a query of a Postgres database, read in one snapshot',
  config,
  capabilities: { gives: ['relation'], ordered: false },
  connection: postgresConnection,
  forEntity: (settings, part) =>
    settings.table === undefined && settings.query === undefined ? { ...settings, table: part } : settings,
  several: severalTables,
  discover: async (settings, context) => (await import('./discover.js')).discoverPostgres(settings, context),
  open: async (settings, context) => (await import('./session.js')).openPostgresHome(settings, context),
});
