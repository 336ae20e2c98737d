import { fail } from '../../errors/index.js';
import type { Destination } from '../runs-table.js';

/** Bytes of UTF-8 in a name, at most. A longer one is cut by the server, so that two become one. */
export const maxNameBytes = 63;

/** A name as Postgres takes it in SQL, whatever characters it has. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text as Postgres takes it in SQL. */
export function quoteText(text: string): string {
  const inner = text.replaceAll("'", "''");
  return text.includes('\\') ? ` E'${inner.replaceAll('\\', '\\\\')}'` : `'${inner}'`;
}

export const qualified = ({ schema, table }: Destination): string =>
  `${quoteName(schema)}.${quoteName(table)}`;

/** A table for people. */
export const shownTable = ({ schema, table }: Destination): string =>
  [schema, table].map((part) => (/^[a-z_][a-z0-9_$]*$/i.test(part) ? part : quoteName(part))).join('.');

/** How a table is written in a configuration. */
export const tableForm =
  'name, or schema.name (default schema: public); letters as the server has them, a name with a dot in double quotes';

/**
 * A table as it is written: `orders`, `sales.orders`, `sales."with.dot"`. Nothing is folded to small letters.
 * INVALID_VALUE where it is something else.
 */
export function parseTable(text: string): Destination {
  const parts: string[] = [];
  const pattern = /\s*(?:"((?:[^"]|"")*)"|([^".]+))\s*(\.|$)/y;
  let ended = false;
  while (!ended) {
    const match = pattern.exec(text);
    if (match === null)
      throw invalid('must be a name, or schema.name; names with dots or quotes in double quotes');
    const [, quoted, plain = '', dot] = match;
    parts.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    ended = dot === '';
  }
  if (parts.length > 2) throw invalid(`has ${parts.length} parts; a name with a dot goes in double quotes`);
  for (const part of parts) checkName(part);
  const table = parts.pop() ?? '';
  return { schema: parts.pop() ?? 'public', table };
}

function checkName(name: string): void {
  const reason = unfitName(name);
  if (reason !== null) throw invalid(`"${name}" ${reason}`);
}

/** Why the server cannot have a name; null where it can. */
export function unfitName(name: string): string | null {
  if (name === '') return 'is an empty name';
  if (name.includes('\0')) return 'has a NUL character in it';
  const bytes = Buffer.byteLength(name);
  return bytes > maxNameBytes ? `has ${bytes} bytes, and Postgres cuts names after ${maxNameBytes}` : null;
}

const invalid = (reason: string) => fail('INVALID_VALUE', { key: 'table', reason });
