import type { Batch } from '../../core/batch.js';
import type { EngineSession } from '../../core/engine.js';
import type { HomeSession } from '../../core/home.js';
import type { Schema } from '../../core/types.js';

/**
 * A home whose rows come through JavaScript, read into a table of the engine: its watermark is only known once every
 * row was seen. The engine spills to disk what does not fit its memory.
 */
export async function collected(
  home: HomeSession,
  batches: AsyncIterable<Batch>,
  session: EngineSession,
  schema: Schema,
): Promise<HomeSession> {
  const table = await session.table(schema);
  for await (const batch of batches) await table.append(batch);
  const relation = await table.relation();
  return {
    schema: async () => schema,
    estimate: async () => ({ ...(await home.estimate()), rows: table.rows, exact: true }),
    warnings: () => home.warnings?.() ?? [],
    relation: async () => relation,
    close: () => home.close(),
  };
}
