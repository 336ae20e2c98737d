import type { EngineSession } from '../../core/engine.js';
import { type LogicalType, type Schema, sameType } from '../../core/types.js';
import { fail, HyggeError } from '../../errors/index.js';
import { strayIn } from '../shape/filter.js';
import type { CompiledContract, CompiledRows } from './compile.js';

/** Types that checks ask for, as the engine reads them, by the text of the contract. */
export type WantedTypes = ReadonlyMap<string, LogicalType>;

/**
 * Asks the engine whether it understands every check, on an empty table with the columns. Gives the types that the
 * contract asks for, and all problems.
 */
export async function validate(
  name: string,
  compiled: CompiledContract,
  schema: Schema,
  session: EngineSession,
): Promise<{ readonly types: WantedTypes; readonly problems: readonly HyggeError[] }> {
  const problems: HyggeError[] = [];
  const types = new Map<string, LogicalType>();
  const table = await session.table(schema);
  try {
    const { sql } = await table.relation();
    const rows = compiled.rows.filter(({ beside }) => beside === null);
    const whole = selectOf(rows, sql);
    // One question for all where all is well; where not, each is asked, to know whose fault it is.
    const good = await session.describe(whole).then(
      () => true,
      () => false,
    );
    for (const one of rows) {
      const { check, at, constants } = one;
      try {
        if (!good) await session.describe(selectOf([one], sql));
        if (constants.length > 0) await session.rows(`SELECT ${constants.join(', ')}`);
      } catch (cause) {
        problems.push(
          fail('CHECK_INVALID', { name, check: check.name, reason: reasonOf(cause) }, { at, cause }),
        );
      }
    }
    for (const { check, at } of compiled.table) {
      if (check.kind !== 'type') continue;
      try {
        if (strayIn(check.type) !== null) throw new Error('it is no type of the engine');
        const [column] = await session.describe(`SELECT CAST(NULL AS ${check.type}) AS v`);
        if (column !== undefined) types.set(check.type, column.type);
      } catch (cause) {
        problems.push(
          fail('CHECK_INVALID', { name, check: check.name, reason: reasonOf(cause) }, { at, cause }),
        );
      }
    }
  } finally {
    await table.drop();
  }
  return { types, problems };
}

const selectOf = (rows: readonly CompiledRows[], sql: string): string =>
  `SELECT ${['count(*)', ...rows.map(({ broken }) => `count(*) FILTER (WHERE ${broken})`)].join(', ')} FROM (${sql})`;

/** What the engine said, without what stands around it. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof HyggeError) return String(cause.facts.reason ?? cause.message);
  return cause instanceof Error ? cause.message : String(cause);
}

/** Whether a column has the type that a contract asks for, and which it has. */
export function sameAsWanted(
  schema: Schema,
  column: string,
  wanted: LogicalType | undefined,
): { readonly type: LogicalType; readonly same: boolean } | null {
  const found = schema.find(({ name }) => name === column);
  if (found === undefined) return null;
  return { type: found.type, same: wanted !== undefined && sameType(found.type, wanted) };
}
