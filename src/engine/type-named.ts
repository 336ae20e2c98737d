import type { EngineSession } from '../core/engine.js';
import type { LogicalType } from '../core/types.js';
import { fail, HyggeError } from '../errors/index.js';

/** The type that a configuration declares a column as, in the words of the engine. TYPE_UNKNOWN where it is none. */
export async function typeNamed(
  session: EngineSession,
  { name, column, text }: { readonly name: string; readonly column: string; readonly text: string },
): Promise<LogicalType> {
  try {
    const [found] = await session.describe(`SELECT CAST(NULL AS ${text}) AS value`);
    // A name that ends the cast and begins something else is no type.
    if (found?.name !== 'value' || /[;]|--/.test(text)) throw new Error('it is not the name of a type');
    return found.type;
  } catch (cause) {
    const reason = cause instanceof HyggeError ? String(cause.facts.reason ?? cause.message) : String(cause);
    throw fail('TYPE_UNKNOWN', { name, column, type: text, reason }, { cause });
  }
}
