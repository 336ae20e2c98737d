import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LogicalType, Schema } from '../../core/types.js';
import { fail } from '../../errors/index.js';

/** The version of the engine whose files can hold every type. */
const newStorage = 'v1.5.0';

/**
 * What a file that is made for these columns must be able to hold: null means that every version of DuckDB since 1.0
 * can read it.
 */
export function storageFor(schema: Schema): string | null {
  return schema.some(({ type }) => hasVariant(type)) ? newStorage : null;
}

function hasVariant(type: LogicalType): boolean {
  switch (type.kind) {
    case 'variant':
      return true;
    case 'list':
    case 'array':
      return hasVariant(type.element);
    case 'struct':
      return type.fields.some((field) => hasVariant(field.type));
    case 'map':
      return hasVariant(type.key) || hasVariant(type.value);
    case 'union':
      return type.members.some((member) => hasVariant(member.type));
    default:
      return false;
  }
}

/** Makes the folder that a file lies in. */
export async function makeFolder(path: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw fail('PATH_NOT_WRITABLE', { what: 'the folder', path: folder, reason: cause.message }, { cause });
  });
}
