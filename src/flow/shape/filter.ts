import type { EngineSession } from '../../core/engine.js';
import type { Schema } from '../../core/types.js';
import { fail, HyggeError } from '../../errors/index.js';
import { shapeSelect, unshaped } from './select.js';

/** Asks the engine whether it understands the condition, before anything is moved. */
export async function checkFilter(
  name: string,
  session: EngineSession,
  schema: Schema,
  where: string,
): Promise<void> {
  const stray = strayIn(where);
  if (stray !== null)
    throw fail('FILTER_INVALID', { name, where, reason: `there is ${stray} that belongs to nothing` });
  const table = await session.table(schema);
  try {
    const relation = await table.relation();
    await session.describe(shapeSelect(relation.sql, { ...unshaped, where }));
  } catch (cause) {
    const reason = cause instanceof HyggeError ? String(cause.facts.reason ?? cause.message) : String(cause);
    throw fail('FILTER_INVALID', { name, where, reason }, { cause });
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
