import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Engine, EngineSession } from '../core/engine.js';
import type { EntityConfig } from '../core/entity-config.js';
import type { KeptWatermark } from '../core/watermark.js';
import { literal, pathList } from '../engine/index.js';
import { fail } from '../errors/index.js';
import { type JournalEntry, standing } from '../journal/index.js';

/** The types that the earlier tool knew, as the engine spells those that they can go on as. */
const types: Readonly<Record<string, string>> = { datetime: 'TIMESTAMP', int: 'BIGINT', string: 'VARCHAR' };

/** The watermark that the journal has of an entity; null where it has none. */
function watermarkOfJournal(entries: readonly JournalEntry[], config: EntityConfig): KeptWatermark | null {
  const told = entries.filter(({ name, action }) => name === config.name && action === 'watermark');
  const runs = standing(entries).filter(({ name }) => name === config.name);
  const last = entries.findLast(
    (entry) =>
      told.includes(entry) ||
      (runs.includes(entry) && (entry.watermark !== null || entry.run_type === 'full_drop')),
  );
  if (last === undefined || last.watermark === null || last.watermark_column === null) return null;
  const { watermark_column: column, watermark_type: type, watermark: value, finish_time: since } = last;
  return { column, type: type ?? 'VARCHAR', value, since };
}

/**
 * The watermark in the journal that the earlier tool kept beside the data, in `.hygge_journal` of the store's folder
 * or of the one above; null where there is none. The latest success of the entity counts.
 */
async function watermarkOfEarlierJournal(
  config: EntityConfig,
  engine: () => Promise<EngineSession>,
): Promise<KeptWatermark | null> {
  const { path } = config.store;
  if (typeof path !== 'string') return null;
  const folders = config.entity === null ? [path] : [path, dirname(path)];
  for (const folder of folders) {
    const journal = join(folder, '.hygge_journal', 'journal.parquet');
    if ((await stat(journal).catch(() => null))?.isFile() !== true) continue;
    const found = await latest(journal, config, await engine());
    if (found !== null) return found;
  }
  return null;
}

async function latest(
  journal: string,
  { flow, entity, name }: EntityConfig,
  engine: EngineSession,
): Promise<KeptWatermark | null> {
  // A flow without entities was written with its own name for one.
  const entities = entity === null ? [flow, name] : [entity, name];
  const names = [flow, name].map(literal).join(', ');
  const sql = `SELECT watermark_column, watermark_type, watermark, finish_time FROM read_parquet(${pathList([journal])}, hive_partitioning = false)
    WHERE flow IN (${names}) AND (entity IN (${entities.map(literal).join(', ')})${entity === null ? ' OR entity IS NULL' : ''})
      AND status = 'success' AND watermark IS NOT NULL AND watermark_column IS NOT NULL
    ORDER BY finish_time DESC NULLS LAST LIMIT 1`;
  const [row] = await engine.rows(sql).catch((cause) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw fail('PATH_NOT_READABLE', { what: "the earlier tool's journal", path: journal, reason }, { cause });
  });
  const [column, type, value, since] = row ?? [];
  if (column == null || value == null) return null;
  return { column, type: types[type ?? 'string'] ?? 'VARCHAR', value, since: since ?? '' };
}

/** The watermark to go on from where a store has none of its own: that of the journal, else that of the earlier tool's. */
export async function lastWatermark(
  entries: readonly JournalEntry[],
  config: EntityConfig,
  open: () => Promise<Engine>,
): Promise<KeptWatermark | null> {
  const own = watermarkOfJournal(entries, config);
  if (own !== null) return own;
  let session: EngineSession | null = null;
  try {
    return await watermarkOfEarlierJournal(config, async () => {
      session ??= await (await open()).session({ name: config.name });
      return session;
    });
  } finally {
    await (session as EngineSession | null)?.close();
  }
}
