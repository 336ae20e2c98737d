import { type LogicalType, typeName } from '../core/types.js';
import { literal } from './quoting.js';

/** What the engine is made to say of a value that does not fit; the translation of its errors knows it again. */
const mark = 'a value does not fit: ';

/**
 * An expression that stops the statement with VALUE_UNFIT. `shown`: the value as text, as an expression; null: nobody
 * may see it.
 */
export function unfitValue(column: string, type: LogicalType, shown: string | null): string {
  // Packed, so that no name can be taken for what stands around it.
  const facts = Buffer.from(JSON.stringify([column, typeName(type)])).toString('base64url');
  const said = literal(`${mark}${facts} `);
  return shown === null ? `error(${said})` : `error(concat(${said}, '=', left(${shown}, 200)))`;
}

/** What an error of the engine says of a value that does not fit; null where it says nothing of the kind. */
export function readUnfit(
  message: string,
): { readonly column: string; readonly type: string; readonly value: string } | null {
  const start = message.indexOf(mark);
  const found = start < 0 ? null : /^([\w-]+) (?:=([\s\S]*))?$/.exec(message.slice(start + mark.length));
  if (found === null) return null;
  const [, facts = '', value] = found;
  const [column, type] = JSON.parse(Buffer.from(facts, 'base64url').toString()) as [string, string];
  if (value === undefined) return { column, type, value: 'a value (which is masked)' };
  return { column, type, value: JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value) };
}
