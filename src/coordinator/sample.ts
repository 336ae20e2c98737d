import { join } from 'node:path';
import { parseStore } from '../config/index.js';
import type { EntityConfig } from '../core/entity-config.js';
import type { Registry } from '../core/registry.js';
import type { MaskSettings } from '../core/shaping.js';
import type { WorkspaceConfig } from '../core/workspace.js';

/** Where samples settle, within the folder that hygge keeps for itself. */
const scratch = 'scratch';

/** The folder of the samples of a workspace. */
export const scratchOf = (workspace: WorkspaceConfig): string => join(workspace.state, scratch);

/** What hygge keeps for itself of samples: their journal, and what does not fit into memory. */
export const sampleState = (workspace: WorkspaceConfig): string => join(scratchOf(workspace), '.state');

/**
 * The same workspace for a sample: the first rows of each entity, whatever its watermark is, settle in a folder of
 * their own, and so does all that is recorded of them. Neither the stores nor their watermarks are touched.
 */
export function sampleOf(workspace: WorkspaceConfig, registry: Registry, limit: number): WorkspaceConfig {
  const folder = scratchOf(workspace);
  const entities = workspace.entities.map((config) => sampleOfEntity(config, registry, folder, limit));
  return { ...workspace, state: sampleState(workspace), memory: workspace.state, entities };
}

/** The first rows of one entity, into a folder below `folder`. */
export function sampleOfEntity(
  config: EntityConfig,
  registry: Registry,
  folder: string,
  limit: number,
): EntityConfig {
  return {
    ...config,
    store: parseStore(registry, join(folder, config.name)),
    run_type: 'full_drop',
    append: null,
    mask: withRows(config),
    watermark: null,
    // What must hold for all rows need not hold for some.
    contract: null,
    limit,
    settings: { ...config.settings, verify: 'counts' },
  };
}

/** Masks that know which rows belong together, without the watermark that says it. */
function withRows({ mask, watermark }: EntityConfig): MaskSettings | null {
  if (mask === null) return null;
  const by = watermark?.primary_key ?? [];
  const columns = Object.entries(mask.columns).map(([column, rule]) =>
    rule.rule === 'date_shift' && rule.by.length === 0 ? [column, { ...rule, by }] : [column, rule],
  );
  return { ...mask, columns: Object.fromEntries(columns) };
}
