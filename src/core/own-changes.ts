import type { SchemaChange } from './drift.js';
import { type Column, typeName } from './types.js';

/** A column that the configuration does not let settle any more, or only under another name. */
export function ownMissing({ name, type }: Column, to: string | null): SchemaChange {
  const from = typeName(type);
  const now =
    to === null
      ? 'does not settle any more, as the configuration says: its values go with the rows that are replaced'
      : `settles as "${to}" now, as the configuration says`;
  const message = `column "${name}" (${from}) ${now}`;
  return {
    what: 'missing',
    column: name,
    from,
    to: null,
    renamed: to,
    action: 'dropped',
    settles: null,
    message,
  };
}

/** A column that the configuration has settle, though it did not under this name. */
export function ownAdded({ name, type }: Column, from: string | null): SchemaChange {
  const to = typeName(type);
  const was = from === null ? 'is new' : `is what was "${from}"`;
  const message = `column "${name}" (${to}) ${was}, as the configuration says`;
  return {
    what: 'added',
    column: name,
    from: null,
    to,
    renamed: from,
    action: 'added',
    settles: to,
    message,
  };
}
