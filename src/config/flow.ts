import type { RunType } from '../core/capabilities.js';
import type { EntityConfig } from '../core/entity-config.js';
import { runTypeFrom } from '../core/if-exists.js';
import { defaultRetry } from '../core/plan.js';
import type { Registry } from '../core/registry.js';
import { fail, type Position } from '../errors/index.js';
import { check } from './check.js';
import { columnsOf } from './columns.js';
import { entityContract, type ReadFile, withContractFile } from './contract-file.js';
import { entityPlace } from './entity-place.js';
import { mergeLayers, normalizeLayer } from './layer.js';
import { child, type MapNode, map, type Node, scalar, textOf, withKeys } from './node.js';
import type { Problems } from './problems.js';
import { schemaSettings } from './schema-settings.js';
import { entitySchema, flowSchema, settingsSchema } from './schemas.js';
import { shapePlaces } from './shape-places.js';
import { given } from './wording.js';

/** A flow as it was found: nothing of it has been validated. */
export interface RawFlow {
  readonly name: string;
  readonly node: MapNode;
  /** Where its name is written; null where a folder's name is the flow's. */
  readonly at: Position | null;
  /** The entities that have files of their own, with the name of the file. */
  readonly entityFiles: readonly { readonly node: MapNode; readonly stem: string }[];
}

export interface FlowContext {
  readonly registry: Registry;
  readonly root: string;
  /** Settings of the project that all flows begin with. */
  readonly project: MapNode;
  readonly problems: Problems;
  /** Takes the place of every run_type. */
  readonly runType: RunType | undefined;
  /** The map in a file that a flow names. */
  readonly readFile: ReadFile;
}

/** An entity that was read without errors, and where what it writes lies. */
export interface ReadEntity {
  readonly config: EntityConfig;
  readonly destination: string;
  readonly storeAt: Position | null;
}

interface RawEntity {
  readonly name: string;
  readonly node: MapNode;
}

const flowKeys = Object.keys(flowSchema.shape);
const entityKeys = Object.keys(entitySchema.shape);
/** Keys of a store that the earlier tool also read from an entity or its defaults. */
const looseStoreKeys = ['batch_size', 'if_exists', 'parallel_workers'];

/** All entities of a flow, merged and validated; those with errors are left out, and the errors reported. */
export function readFlow(raw: RawFlow, context: FlowContext): ReadEntity[] {
  const { problems } = context;
  const where = `flow ${raw.name}`;
  checkName(raw.name, `the name of ${where}`, raw.at ?? raw.node.at, problems);
  const node = normalizeLayer(raw.node, flowKeys, where, problems);
  checkOwnName(raw, node, problems);
  const core = withKeys(node, { name: undefined, entities: undefined, defaults: undefined });
  const entities = entitiesOf(raw, node, problems);
  if (entities === undefined) return [];
  const defaults = defaultsOf(node, where, entities.length > 0, problems);
  if (entities.length === 0) {
    const entity = readEntity(raw, null, [core], context);
    return entity === undefined ? [] : [entity];
  }
  return entities.flatMap(({ name, node: own }) => {
    const named = `entity ${name} of ${where}`;
    const layer = withKeys(normalizeEntity(own, entityKeys, named, problems), { name: undefined });
    const entity = readEntity(raw, name, [core, defaults, layer], context);
    return entity === undefined ? [] : [entity];
  });
}

function checkOwnName(raw: RawFlow, node: MapNode, problems: Problems): void {
  const own = child(node, 'name');
  if (own === undefined || textOf(own) === raw.name) return;
  const hint = 'Remove the key, or rename the folder (or the key under flows:).';
  const reason = `the flow is named ${raw.name}, so it cannot also be ${given(own).text}`;
  problems.add(fail('INVALID_VALUE', { key: 'name', reason, hint }, { at: own.at }));
}

function defaultsOf(node: MapNode, where: string, hasEntities: boolean, problems: Problems): MapNode {
  const defaults = child(node, 'defaults');
  if (defaults === undefined) return map([]);
  if (!hasEntities) {
    const reason = `they are for entities, and ${where} has none`;
    const hint = 'Add entities: to the flow, or move the keys of defaults into the flow itself.';
    problems.add(fail('INVALID_VALUE', { key: 'defaults', reason, hint }, { at: defaults.at }));
    return map([]);
  }
  if (defaults.kind === 'map')
    return normalizeEntity(
      defaults,
      entityKeys.filter((key) => key !== 'name'),
      `defaults of ${where}`,
      problems,
    );
  const reason = `must be a map of keys and values, but is ${given(defaults).text}`;
  problems.add(fail('INVALID_VALUE', { key: 'defaults', reason }, { at: defaults.at }));
  return map([]);
}

/** As {@link normalizeLayer}, with the store's keys that the earlier tool let stand beside it. */
function normalizeEntity(
  node: MapNode,
  known: readonly string[],
  where: string,
  problems: Problems,
): MapNode {
  const loose = looseStoreKeys.filter((key) => node.entries.has(key));
  const layer = normalizeLayer(node, [...known, ...loose], where, problems);
  if (loose.length === 0) return layer;
  const entries = loose.flatMap((key) => {
    const entry = layer.entries.get(key);
    return entry === undefined ? [] : [[key, entry] as const];
  });
  const store = layer.entries.get('store');
  const path = textOf(store?.value);
  const inner: MapNode =
    store?.value.kind === 'map'
      ? store.value
      : map(
          store !== undefined && path !== undefined
            ? [['path', { keyAt: store.keyAt, value: store.value }]]
            : [],
          store?.keyAt ?? node.at,
        );
  const merged = { ...inner, entries: new Map([...inner.entries, ...entries]) };
  const removed = Object.fromEntries(loose.map((key) => [key, undefined]));
  return withKeys(layer, { ...removed, store: { keyAt: store?.keyAt ?? null, value: merged } });
}

/** The entities of a flow, from its list and its files; undefined where they cannot be told. */
function entitiesOf(raw: RawFlow, node: MapNode, problems: Problems): RawEntity[] | undefined {
  const found: (RawEntity & { at: Position | null })[] = [];
  const take = (one: Node, name: Node | undefined, own: MapNode): void => {
    const text = textOf(name);
    if (name?.kind === 'scalar' && name.env === 'unset') return;
    if (text === undefined) {
      const hint = name === undefined ? undefined : 'Write it in quotes if it is a number.';
      const at = name?.at ?? one.at;
      if (name === undefined)
        problems.add(fail('MISSING_KEY', { key: 'name', where: `an entity of flow ${raw.name}` }, { at }));
      else
        problems.add(
          fail(
            'INVALID_VALUE',
            { key: 'name', reason: `must be text, but is ${given(name).text}`, hint },
            { at },
          ),
        );
      return;
    }
    const at = name?.at ?? one.at;
    if (!checkName(text, `the name of an entity of flow ${raw.name}`, at, problems)) return;
    const other = found.find((entity) => entity.name === text);
    if (other !== undefined) {
      const place = other.at === null ? 'in the same flow' : `${other.at.file}, line ${other.at.line}`;
      problems.add(
        fail('NAME_TAKEN', { what: `in flow ${raw.name} an entity`, name: text, other: place }, { at }),
      );
    } else found.push({ name: text, node: own, at });
  };

  const list = child(node, 'entities');
  if (list !== undefined && list.kind !== 'list') {
    const reason = `must be a list of names, or of maps with name, but is ${given(list).text}`;
    problems.add(fail('INVALID_VALUE', { key: 'entities', reason }, { at: list.at }));
    return undefined;
  }
  if (list !== undefined && list.items.length === 0 && raw.entityFiles.length === 0) {
    const hint = 'Name at least one, or remove the key to run the flow as a whole.';
    problems.add(
      fail('INVALID_VALUE', { key: 'entities', reason: 'the list is empty', hint }, { at: list.at }),
    );
    return undefined;
  }
  for (const item of list?.items ?? []) {
    if (item.kind === 'map') take(item, child(item, 'name'), item);
    else take(item, item, map([], item.at));
  }
  for (const { node: own, stem } of raw.entityFiles)
    take(own, child(own, 'name') ?? scalar(stem, own.at), own);
  return found.length === 0 && (list !== undefined || raw.entityFiles.length > 0) ? undefined : found;
}

/** Names become parts of paths and of run names. */
export function checkName(name: string, key: string, at: Position | null, problems: Problems): boolean {
  const reason =
    name.trim() === ''
      ? 'must not be empty'
      : /[/\\\0]/.test(name)
        ? `must not hold / or \\, but is ${JSON.stringify(name)}`
        : name === '.' || name === '..'
          ? `must be a name, but is ${JSON.stringify(name)}`
          : undefined;
  if (reason !== undefined) problems.add(fail('INVALID_VALUE', { key, reason }, { at }));
  return reason === undefined;
}

function readEntity(
  raw: RawFlow,
  entity: string | null,
  layers: readonly MapNode[],
  { registry, root, project, problems, runType, readFile }: FlowContext,
): ReadEntity | undefined {
  const parts = layers.map((layer) =>
    withContractFile(withKeys(layer, { home: undefined, store: undefined }), { root, entity, readFile }),
  );
  const context = { where: `flow ${raw.name}`, problems };
  // By itself too, for what is wrong in it may be hidden by the next.
  if (parts.length > 1) for (const part of parts) check(settingsSchema, part, { ...context, isPart: true });
  const merged = mergeLayers([project, ...parts]);
  const settings = check(settingsSchema, merged, context);
  checkMaskKey(merged, context);
  const [flow = map([]), ...own] = layers;
  const request = { flow, own, flowName: raw.name, entity, registry, root, problems };
  const home = entityPlace({ ...request, role: 'home' });
  const store = entityPlace({ ...request, role: 'store' });
  if (settings === undefined || home === undefined || store === undefined) return undefined;
  const { watermark } = settings;
  const mode = runTypeFrom({
    ifExists: registry.findStore(store.config.type).ifExists?.(store.config) ?? null,
    runType: runType ?? (child(merged, 'run_type') === undefined ? null : settings.run_type),
    append: store.keys?.incremental ?? null,
  });
  if (typeof mode === 'object') {
    const hint = 'Leave one of them out, or let both say the same.';
    problems.add(
      fail('INVALID_VALUE', { key: 'store.if_exists', reason: mode.reason, hint }, { at: store.at }),
    );
    return undefined;
  }
  if (watermark != null && watermark.watermark_column === undefined && mode !== 'merge') {
    const at = child(merged, 'watermark')?.at ?? null;
    problems.add(
      fail('MISSING_KEY', { key: 'watermark_column', where: `watermark of flow ${raw.name}` }, { at }),
    );
    return undefined;
  }
  const config: EntityConfig = {
    name: entity === null ? raw.name : `${raw.name}_${entity}`,
    flow: raw.name,
    entity,
    home: home.config,
    store: store.config,
    run_type: mode,
    append: store.keys?.incremental ?? null,
    columns: columnsOf(child(merged, 'columns')),
    mask: settings.mask ?? null,
    polish: store.keys?.polish ?? null,
    where: settings.where ?? null,
    limit: null,
    watermark:
      watermark == null
        ? null
        : {
            watermark_column: watermark.watermark_column ?? null,
            primary_key: [watermark.primary_key].flat(),
            lag: watermark.lag,
            nulls: watermark.nulls,
            start: watermark.start === null ? null : String(watermark.start),
            end: watermark.end === null ? null : String(watermark.end),
          },
    settings: {
      queue_size: settings.queue_size,
      timeout: settings.timeout,
      verify: settings.verify,
      retry: settings.retry ?? defaultRetry,
    },
    schema: schemaSettings(settings.schema, root),
    ...entityContract(settings.contract, settings.watermark?.primary_key, merged),
    shape_places: shapePlaces(merged, home.node, store.node),
    at: home.at,
    store_at: store.at,
  };
  const destination = registry.findStore(store.config.type).destination(store.config);
  return { config, destination, storeAt: store.at };
}

/** The key of masks is a secret, which has no place in a file. */
function checkMaskKey(merged: MapNode, { problems }: { readonly problems: Problems }): void {
  const key = child(child(merged, 'mask'), 'key');
  if (textOf(key) === undefined || key?.kind !== 'scalar' || key.env === 'unset') return;
  if (key.env !== 'none' && key.isWritten !== true) return;
  const reason = 'must come from the environment, not stand in a file';
  const hint = `Write key: \${HYGGE_MASK_KEY} without a default or anything beside it, and set that variable.`;
  problems.add(fail('INVALID_VALUE', { key: 'mask.key', reason, hint }, { at: key.at }));
}
