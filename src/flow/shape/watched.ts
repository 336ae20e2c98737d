import type { WriteMode } from '../../core/capabilities.js';
import type { EntityConfig } from '../../core/entity-config.js';
import { fail } from '../../errors/index.js';
import type { Shape } from './select.js';

/**
 * Rows that are compared with those of the store, or told in the journal, are not made unlike themselves on the way:
 * WATERMARK_SHAPED, TIMESTAMPS_NEED_KEY.
 */
export function checkComparable(config: EntityConfig, mode: WriteMode, shape: Shape): void {
  const { name, watermark } = config;
  if (watermark === null) return;
  const { watermark_column: column, primary_key: key } = watermark;
  const choices = shape.columns ?? [];
  for (const { from, as, mask } of choices) {
    // The journal and the store's own record hold the watermark as it is.
    if (from === column && mask !== undefined)
      throw fail('WATERMARK_SHAPED', {
        name,
        column: from,
        what: 'the watermark column',
        how: `masked by ${mask.rule}`,
      });
    if (mode === 'replace') continue;
    if (from === column && as !== undefined && shape.values !== null)
      throw fail('WATERMARK_SHAPED', {
        name,
        column: from,
        what: 'the watermark column',
        how: `cast to ${as}`,
      });
    // Keys that are hashed stay as different as they were.
    if (key.includes(from) && mask !== undefined && mask.rule !== 'hash')
      throw fail('WATERMARK_SHAPED', {
        name,
        column: from,
        what: 'of the primary key',
        how: `masked by ${mask.rule}`,
      });
  }
  const timestamp = shape.added.find(({ made }) => made === 'timestamp');
  if (mode === 'append' && column !== null && key.length === 0 && timestamp !== undefined)
    throw fail('TIMESTAMPS_NEED_KEY', { name, column: timestamp.name });
}
