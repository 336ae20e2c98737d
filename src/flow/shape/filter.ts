import type { EngineSession } from '../../core/engine.js';
import type { EntityConfig } from '../../core/entity-config.js';
import type { Schema } from '../../core/types.js';
import { fail, HyggeError } from '../../errors/index.js';
import { shapeSelect, unshaped } from './select.js';

/** Asks the engine whether it understands the condition, if there is one, before anything is moved. */
export async function checkFilter(
  { name, where, shape_places }: Pick<EntityConfig, 'name' | 'where' | 'shape_places'>,
  schema: Schema,
  engine: () => Promise<EngineSession>,
): Promise<void> {
  if (where === null) return;
  const at = shape_places?.where;
  const stray = strayIn(where);
  if (stray !== null)
    throw fail(
      'FILTER_INVALID',
      { name, where, reason: `there is ${stray} that belongs to nothing` },
      { at },
    );
  const session = await engine();
  const table = await session.table(schema);
  try {
    const relation = await table.relation();
    await session.describe(shapeSelect(relation.sql, { ...unshaped, where }));
  } catch (cause) {
    const reason = cause instanceof HyggeError ? String(cause.facts.reason ?? cause.message) : String(cause);
    throw fail('FILTER_INVALID', { name, where, reason }, { cause, at });
  } finally {
    await table.drop();
  }
}

/** What would end the condition early, so that the rest of it became another statement; null where nothing does. */
export function strayIn(where: string): string | null {
  const plain = where.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, '').replace(/--.*$/gm, '');
  let depth = 0;
  for (const char of plain) {
    if (char === ';') return 'a semicolon';
    if (char === '(') depth++;
    if (char === ')' && --depth < 0) return 'a closing parenthesis';
  }
  return null;
}
