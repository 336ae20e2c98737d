/** A watermark as a store keeps it with its data: every row up to here has been delivered. */
export interface KeptWatermark {
  /** As the home names it. */
  readonly column: string;
  /** As the engine spells it. */
  readonly type: string;
  /** Text that the engine reads back exactly as `type`. */
  readonly value: string;
  /** When it came to this value: ISO 8601, UTC. */
  readonly since: string;
}

/** The watermark in what a store keeps with its data; null where there is none. */
export function watermarkOf(record: unknown): KeptWatermark | null {
  if (typeof record !== 'object' || record === null || !('watermark' in record)) return null;
  const { watermark } = record;
  if (typeof watermark !== 'object' || watermark === null) return null;
  const { column, type, value, since } = watermark as Partial<Record<keyof KeptWatermark, unknown>>;
  if (typeof column !== 'string' || typeof type !== 'string' || typeof value !== 'string') return null;
  return { column, type, value, since: typeof since === 'string' ? since : '' };
}
