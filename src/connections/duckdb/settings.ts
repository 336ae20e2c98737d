import { z } from 'zod';

/** Keys that a home and a store of DuckDB files share. */
export const duckdbKeys = {
  path: z.string().min(1).describe('The database file'),
  extensions: z
    .array(z.string().regex(/^[A-Za-z0-9_]+$/, 'must be the name of an extension'))
    .default([])
    .describe('Extensions of DuckDB to load, which must be installed already; none is ever downloaded'),
} as const;

/** What the table key of both says of its form. */
export const tableForm = 'orders, or with its schema sales.orders; "quoted" where a name holds a dot';

/** Whether the part that an entity brings is a file of its own, and not the name of a table. */
const isFile = (part: string): boolean => /[/\\]|\.(duckdb|ddb|db)$/i.test(part);

interface Placed {
  readonly path: string;
  readonly table?: string | undefined;
  readonly query?: string | undefined;
}

/** The configuration of one entity: its own file where it names one; else its name is the table, where none is given. */
export function duckdbEntity<C extends Placed>(config: C, part: string): C {
  if (isFile(part)) return { ...config, path: part };
  if (config.table !== undefined || config.query !== undefined) return config;
  return { ...config, table: `"${part.replaceAll('"', '""')}"` };
}
