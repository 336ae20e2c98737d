import type { EntityConfig } from '../core/entity-config.js';
import type { StoreSession } from '../core/store.js';
import { type KeptWatermark, watermarkOf } from '../core/watermark.js';
import { asHyggeError, fail, type HyggeError } from '../errors/index.js';
import { checkedWatermark, type FlowContext, LazySession } from '../flow/index.js';
import { openStore } from './open-store.js';
import type { JournalRecorder } from './recorder.js';

/** The watermark of one entity, or what went wrong. */
export interface WatermarkOutcome {
  /** The entity's run name. */
  readonly name: string;
  /** null where the entity has none yet. */
  readonly watermark: KeptWatermark | null;
  /** The column that the configuration names; null where it names none. */
  readonly column: string | null;
  readonly error: HyggeError | null;
}

/** Reads the watermark that an entity would go on from. */
export function readWatermark(config: EntityConfig, context: FlowContext): Promise<WatermarkOutcome> {
  return outcome(config, async () => {
    const { store, close } = await openStore(config, context);
    try {
      return await current(config, store, context);
    } finally {
      await close();
    }
  });
}

async function current(
  config: EntityConfig,
  store: StoreSession,
  context: FlowContext,
): Promise<KeptWatermark | null> {
  const record = await store.record?.();
  if (record != null) return watermarkOf(record);
  return (await context.lastWatermark?.(config, store.record !== undefined)) ?? null;
}

/**
 * Changes the watermark where the store keeps it, under the store's lock, and records that. A value that the column
 * cannot have is an error, and nothing is changed.
 * @param value null clears it
 */
export function changeWatermark(
  config: EntityConfig,
  value: string | null,
  context: FlowContext,
  recorder: JournalRecorder,
): Promise<WatermarkOutcome> {
  return outcome(config, async () => {
    const { name, watermark } = config;
    const column = watermark?.watermark_column ?? null;
    if (value !== null && column === null) throw fail('WATERMARK_NEEDED', { name, flag: 'a new watermark' });
    const next = value === null ? null : await checked(config, value, context);
    const { store, close } = await openStore(config, context);
    try {
      if (next === null && (await current(config, store, context)) === null) return null;
      // A store that keeps no record has its watermark in the journal, which is written in any case.
      if (store.record !== undefined) {
        await store.begin({ mode: 'append', schema: [], rows: 0 });
        const record = (await store.record()) ?? {};
        await store.publish({ runId: context.runId, rows: 0, record: { ...record, watermark: next } });
      }
      await recorder.watermark(config, next);
      return next;
    } finally {
      await close();
    }
  });
}

async function checked(config: EntityConfig, value: string, context: FlowContext): Promise<KeptWatermark> {
  const session = new LazySession(context.engine, config.name);
  const { type, ...settings } = config.home;
  const signal = context.signal ?? new AbortController().signal;
  const engine = () => session.get();
  const { connections } = context;
  try {
    const home = await context.registry
      .findHome(type)
      .open(settings, { name: config.name, signal, engine, connections });
    try {
      return await checkedWatermark(config, (await home.schema()) ?? [], value, await engine());
    } finally {
      await home.close();
    }
  } finally {
    await session.close();
  }
}

async function outcome(
  config: EntityConfig,
  work: () => Promise<KeptWatermark | null>,
): Promise<WatermarkOutcome> {
  const { name } = config;
  const column = config.watermark?.watermark_column ?? null;
  try {
    return { name, column, watermark: await work(), error: null };
  } catch (thrown) {
    const caught = asHyggeError(thrown);
    const error = caught.at === null && config.at !== null ? caught.placedAt(config.at) : caught;
    return { name, column, watermark: null, error };
  }
}
