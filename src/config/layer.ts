import { fail } from '../errors/index.js';
import { dropUnknownKeys } from './check.js';
import { child, type MapNode, overlay, scalar, textOf, withKeys } from './node.js';
import type { Problems } from './problems.js';
import { settingsSchema } from './schemas.js';

const settings = Object.keys(settingsSchema.shape);

/** Which place to mend in a flow that was written for the earlier tool. */
const replaced: Readonly<Record<string, string>> = {
  key_column: 'Write watermark: { primary_key: NAME } instead.',
};

/**
 * One layer (a flow, its defaults, an entity) with its own form made plain before it is merged with others: keys
 * that mean nothing here are reported and removed, and older spellings become the present ones.
 */
export function normalizeLayer(
  layer: MapNode,
  known: readonly string[],
  where: string,
  problems: Problems,
): MapNode {
  let node = layer;
  for (const [key, instead] of Object.entries(replaced)) {
    const entry = node.entries.get(key);
    if (entry === undefined) continue;
    problems.add(fail('KEY_REPLACED', { key, where, instead }, { at: entry.keyAt }));
    node = withKeys(node, { [key]: undefined });
  }
  node = dropUnknownKeys(node, known, where, problems);
  node = mergeSettings(node, where, problems);
  node = renameFullDrop(node, where, problems);
  return liftWhere(node, where, problems);
}

/** `options:` of a flow: settings of the flow in an older place. */
function mergeSettings(node: MapNode, where: string, problems: Problems): MapNode {
  const options = node.entries.get('options')?.value;
  if (options?.kind !== 'map') return node;
  const own = settings.filter((key) => key !== 'options');
  return withKeys(overlay(node, dropUnknownKeys(options, own, `options of ${where}`, problems)), {
    options: undefined,
  });
}

function renameFullDrop(node: MapNode, where: string, problems: Problems): MapNode {
  const entry = node.entries.get('full_drop');
  if (entry === undefined || entry.value.kind !== 'scalar') return node;
  if (child(node, 'run_type') !== undefined) return excluded(node, 'full_drop', 'run_type', where, problems);
  const { value, env } = entry.value;
  const full = env === 'whole' ? ({ true: true, false: false }[String(value)] ?? value) : value;
  if (value === null) return withKeys(node, { full_drop: undefined });
  if (typeof full !== 'boolean') return node;
  const runType = scalar(full ? 'full_drop' : 'incremental', entry.value.at);
  return withKeys(node, { full_drop: undefined, run_type: { ...entry, value: runType } });
}

function liftWhere(node: MapNode, where: string, problems: Problems): MapNode {
  const source = node.entries.get('source_config')?.value;
  const inner = source?.kind === 'map' ? source.entries.get('where') : undefined;
  if (source?.kind !== 'map' || inner === undefined) return node;
  if (textOf(child(node, 'where')) !== undefined)
    return excluded(node, 'source_config', 'where', where, problems);
  const rest = withKeys(source, { where: undefined });
  const at = node.entries.get('source_config')?.keyAt ?? null;
  return withKeys(node, {
    where: inner,
    source_config: rest.entries.size === 0 ? undefined : { keyAt: at, value: rest },
  });
}

function excluded(node: MapNode, key: string, other: string, where: string, problems: Problems): MapNode {
  const at = node.entries.get(key)?.keyAt ?? null;
  problems.add(
    fail(
      'KEYS_EXCLUDE',
      { key: key === 'source_config' ? 'source_config.where' : key, other, where },
      { at },
    ),
  );
  return withKeys(node, { [key]: undefined });
}

const mergedKeyByKey = new Set(['watermark', 'journal', 'source_config', 'retry', 'mask', 'schema']);

/** Settings of the layers, from the first to the last; what a later one says counts. */
export function mergeLayers(layers: readonly MapNode[]): MapNode {
  return layers.reduce((base, over) => {
    let result = overlay(base, over);
    for (const key of mergedKeyByKey) {
      const below = base.entries.get(key)?.value;
      const above = over.entries.get(key);
      if (below?.kind !== 'map' || above?.value.kind !== 'map') continue;
      const value = key === 'mask' ? overlayMasks(below, above.value) : overlay(below, above.value);
      result = withKeys(result, { [key]: { ...above, value } });
    }
    return result;
  });
}

/** An entity that hides one more column does not lay bare those that the flow hides. */
function overlayMasks(base: MapNode, over: MapNode): MapNode {
  const merged = overlay(base, over);
  const below = base.entries.get('columns')?.value;
  const above = over.entries.get('columns');
  if (below?.kind !== 'map' || above?.value.kind !== 'map') return merged;
  return withKeys(merged, { columns: { ...above, value: overlay(below, above.value) } });
}
