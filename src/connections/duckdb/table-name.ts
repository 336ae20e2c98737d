import { fail } from '../../errors/index.js';
import type { Destination } from '../runs-table.js';

/**
 * The parts of a table's name as it is configured: `orders`, `sales.orders`, `"sales.eu".orders`. A part in double
 * quotes may hold anything. Without a schema it is `main`.
 * @throws INVALID_VALUE
 */
export function parseTable(text: string): Destination {
  const parts = [...text.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^".]+?))\s*(\.|$)/gy)];
  const whole = parts.map(([match]) => match).join('');
  const names = parts.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
  const [first, second] = names;
  const ends = parts.at(-1)?.[3] === '';
  if (whole !== text || !ends || first === undefined || names.length > 2 || names.includes(''))
    throw fail('INVALID_VALUE', {
      key: 'table',
      reason: `"${text}" is no name of a table`,
      hint: 'Write orders, or sales.orders with the schema. A name that holds a dot is put in double quotes.',
    });
  return second === undefined ? { schema: 'main', table: first } : { schema: first, table: second };
}

/** A name as the engine compares it: small and large letters are the same, of the Latin alphabet alone. */
export const folded = (name: string): string => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** A table's name for people. */
export const shownTable = ({ schema, table }: Destination): string =>
  schema === 'main' ? table : `${schema}.${table}`;

/** A table's name as a configuration has it: {@link parseTable} reads it back. */
export const quotedTable = ({ schema, table }: Destination): string =>
  (schema === 'main' ? [table] : [schema, table])
    .map((part) => (/^[^".]+$/.test(part) && part === part.trim() ? part : `"${part.replaceAll('"', '""')}"`))
    .join('.');
