import type { EntityConfig } from '../core/entity-config.js';
import type { EntityRef } from '../core/events.js';

/** What some work gives for each entity, so many at once, in their order. Rejects with the first error. */
export async function sideBySide<T>(
  entities: readonly EntityConfig[],
  concurrency: number,
  work: (config: EntityConfig, ref: EntityRef) => Promise<T>,
): Promise<T[]> {
  const results: T[] = new Array(entities.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < entities.length) {
      const index = next++;
      const config = entities[index] as EntityConfig;
      const { name, flow, entity } = config;
      results[index] = await work(config, { name, flow, entity, index: index + 1, total: entities.length });
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(concurrency, entities.length)) }, worker));
  return results;
}
