import type { EntityConfig } from '../core/entity-config.js';
import type { EntityRef } from '../core/events.js';

/** Does some work for each entity, so many at once, in their order. Rejects with the first error. */
export async function sideBySide(
  entities: readonly EntityConfig[],
  concurrency: number,
  work: (config: EntityConfig, ref: EntityRef) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < entities.length) {
      const index = next++;
      const config = entities[index] as EntityConfig;
      const { name, flow, entity } = config;
      await work(config, { name, flow, entity, index: index + 1, total: entities.length });
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(concurrency, entities.length)) }, worker));
}
