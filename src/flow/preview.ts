import type { EntityConfig } from '../core/entity-config.js';
import type { Schema } from '../core/types.js';
import type { FlowContext } from './context.js';
import { batchesOf, relationOf } from './move.js';
import { type Prepared, prepare } from './prepare.js';
import { placedInFlow } from './shape/index.js';
import { movedRelation } from './window/moving.js';

/** Some rows as they would settle. */
export interface Preview {
  readonly columns: Schema;
  /** Each value as text, as the engine writes it; null: NULL. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/** The first rows of an entity as they would settle: `limit` of its configuration says how many. Nothing is written. */
export async function preview(config: EntityConfig, context: FlowContext): Promise<Preview> {
  const prepared = await prepare(config, context, () => {});
  try {
    const rows = await prepared.watchdog.race(firstRows(prepared));
    return { columns: prepared.plan.output, rows };
  } catch (error) {
    throw placedInFlow(error, config);
  } finally {
    await prepared.close();
  }
}

async function firstRows(prepared: Prepared): Promise<readonly (readonly (string | null)[])[]> {
  const { plan, home, shape, moving, watchdog } = prepared;
  const session = await prepared.homeSession.get();
  const options = { signal: watchdog.signal, onProgress: () => watchdog.progress() };
  if (home.read === undefined) {
    const { sql } = movedRelation(await relationOf(home, prepared), shape, moving, plan.output);
    return session.rows(sql, options);
  }
  const table = await session.table(plan.output);
  for await (const batch of batchesOf(prepared)) await table.append(batch);
  return session.rows((await table.relation()).sql, options);
}
