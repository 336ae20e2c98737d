import type { WriteMode } from '../../core/capabilities.js';
import type { EntityConfig } from '../../core/entity-config.js';
import type { Schema } from '../../core/types.js';
import { fail } from '../../errors/index.js';
import type { Shape } from './select.js';

/**
 * Rows that are compared with those of the store, or told in the journal, are not made unlike themselves on the way:
 * WATERMARK_SHAPED, TIMESTAMPS_NEED_KEY. `schema`: the columns that the home has.
 */
export function checkComparable(config: EntityConfig, mode: WriteMode, shape: Shape, schema: Schema): void {
  const { name, watermark, shape_places: places } = config;
  if (watermark === null) return;
  const { watermark_column: column, primary_key: key } = watermark;
  const texts = new Set(schema.flatMap(({ name, type }) => (type.kind === 'varchar' ? [name] : [])));
  const refuse = (from: string, what: string, how: string, at = places?.columns.get(from)): Error =>
    fail('WATERMARK_SHAPED', { name, column: from, what, how }, { at });
  for (const { from, as, mask } of shape.columns ?? []) {
    // The journal and the store's own record hold the watermark as it is.
    if (from === column && mask !== undefined)
      throw refuse(from, 'the watermark column', `masked by ${mask.rule}`, places?.mask.get(from));
    if (mode === 'replace') continue;
    const isCast = as !== undefined && shape.values !== null;
    if (from === column && isCast) throw refuse(from, 'the watermark column', `cast to ${as}`);
    if (!key.includes(from)) continue;
    // Values of other types that differ still do once they are cast.
    if (isCast && texts.has(from))
      throw refuse(from, 'of the primary key', `cast to ${as}, in which several texts may be one value`);
    // Keys that are hashed stay as different as they were.
    if (mask !== undefined && mask.rule !== 'hash')
      throw refuse(from, 'of the primary key', `masked by ${mask.rule}`, places?.mask.get(from));
  }
  const timestamp = shape.added.find(({ made }) => made === 'timestamp');
  if (mode === 'append' && column !== null && key.length === 0 && timestamp !== undefined)
    throw fail(
      'TIMESTAMPS_NEED_KEY',
      { name, column: timestamp.name },
      { at: places?.timestamps.get(timestamp.name) },
    );
}
