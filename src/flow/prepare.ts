import type { Batch, Row } from '../core/batch.js';
import type { RunType, WriteMode } from '../core/capabilities.js';
import { type EntityConfig, placedAt } from '../core/entity-config.js';
import type { HomeDefinition, HomeSession, Impossible } from '../core/home.js';
import type { Estimate, Plan, TypedConfig } from '../core/plan.js';
import type { EarlierRun } from '../core/run-record.js';
import type { FilesPlan, FilesShape, StageRequest, StoreDefinition, StoreSession } from '../core/store.js';
import type { Schema } from '../core/types.js';
import type { KeptWatermark } from '../core/watermark.js';
import { inferSchema } from '../engine/index.js';
import { fail } from '../errors/index.js';
import { type FlowContext, LazySession } from './context.js';
import { checkApart } from './overlap.js';
import { batchesOfHome, isBatch, typeError } from './read.js';
import { chooseRoute, noFiles } from './route.js';
import { checkFilter, shapeSchema } from './shape.js';
import { checkVerifiable } from './verify.js';
import { atMost, leaveAfter, Watchdog } from './watchdog.js';
import { collected } from './window/collect.js';
import { freshSelect, type Moving, movesAll } from './window/moving.js';
import { openWindow, watermarkColumn } from './window/open.js';
import { settledName } from './window/window.js';

/** A flow whose home and store are open and whose plan is made; nothing has been written yet. Used once. */
export interface Prepared {
  readonly plan: Plan;
  readonly home: HomeSession;
  readonly store: StoreSession;
  /** How files would be copied, where they can be. */
  readonly copy: FilesPlan | null;
  readonly shape: FilesShape;
  /** Which rows the watermark lets through. */
  readonly moving: Moving;
  /** What the store is to keep with its data. */
  readonly keep: KeptWatermark | null;
  /** Whether the store is taken already: what is planned from what it holds must stay true. */
  readonly begun: boolean;
  readonly homeSession: LazySession;
  readonly storeSession: LazySession;
  /** What was read already to learn the types of a home that declares none. */
  readonly read: AsyncIterator<Batch | readonly Row[]> | null;
  readonly first: Batch | readonly Row[] | null;
  readonly watchdog: Watchdog;
  /** What the store tells of earlier runs, once it has been begun. */
  readonly earlier: readonly EarlierRun[];
  /** Closes both ends and the engine's sessions; whatever fails here is passed over. */
  close(): Promise<void>;
}

const modes: Record<RunType, WriteMode> = { full_drop: 'replace', incremental: 'append', merge: 'merge' };

export interface PrepareOptions {
  /** Whether the plan is going to be carried out. Otherwise nothing is written, and no store is taken. Default: false. */
  readonly carryOut?: boolean;
}

/** Opens both ends of an entity and makes its plan. Every problem of its configuration is known afterwards. */
export async function prepare(
  config: EntityConfig,
  context: FlowContext,
  notice: (message: string) => void,
  { carryOut = false }: PrepareOptions = {},
): Promise<Prepared> {
  const { name } = config;
  const { definition: homeType, settings: homeSettings } = typed(config.home, (type) =>
    context.registry.findHome(type),
  );
  const { definition: storeType, settings: storeSettings } = typed(config.store, (type) =>
    context.registry.findStore(type),
  );
  const mode = config.append === null ? modes[config.run_type] : config.append ? 'append' : 'replace';
  if (!storeType.capabilities.modes.includes(mode)) {
    throw fail('MODE_UNSUPPORTED', { name, type: storeType.type, mode, modes: storeType.capabilities.modes });
  }

  checkApart(config, homeType, storeType);
  const watchdog = new Watchdog(name, config.settings.timeout, context.signal);
  // Two sessions, because a statement of the store may run while the home's is still being read.
  const homeSession = new LazySession(context.engine, name);
  const storeSession = new LazySession(context.engine, name);
  const open: { home: HomeSession | null; store: StoreSession | null } = { home: null, store: null };
  const earlier: EarlierRun[] = [];
  let read: AsyncIterator<Batch | readonly Row[]> | null = null;
  const close = async (): Promise<void> => {
    watchdog.end();
    const ends = [open.home?.close(), open.store?.close(), homeSession.close(), storeSession.close()];
    // A home that has been left in the middle of a read may never answer.
    void read?.return?.().catch(() => {});
    await atMost(leaveAfter(config.settings.timeout), Promise.allSettled(ends));
  };

  try {
    let home = await watchdog.race(
      homeType
        .open(homeSettings, { name, signal: watchdog.signal, engine: () => homeSession.get() })
        .catch((cause) => Promise.reject(typeError(name, 'home', homeType.type, cause))),
    );
    open.home = home;
    let first: Batch | readonly Row[] | null = null;
    const declared = await watchdog.race(home.schema());
    if (declared === null) {
      read = home.read?.({ signal: watchdog.signal })[Symbol.asyncIterator]() ?? null;
      first = (await watchdog.race(firstPiece(read))) ?? [];
    }
    const schema =
      declared ?? (first === null || isBatch(first) ? (first?.schema ?? []) : inferSchema(first));
    const output = shapeSchema(name, schema, config);
    const backfill = context.backfill ?? {};
    const column = watermarkColumn(config, mode, schema, backfill);
    if (config.where !== null) await checkFilter(name, await homeSession.get(), schema, config.where);

    const atStore = <T>(work: Promise<T>): Promise<T> =>
      watchdog.race(work.catch((error) => Promise.reject(placedAt(error, config.store_at))));
    const store = await atStore(
      storeType.open(storeSettings, {
        name,
        flow: config.flow,
        runId: context.runId,
        signal: watchdog.signal,
        engine: () => storeSession.get(),
        notice,
        earlier: (run) => earlier.push(run),
      }),
    );
    open.store = store;
    const isWatched = column !== null || mode === 'merge';
    const { verify } = config.settings;
    checkVerifiable(name, verify, mode, storeType.type, store);
    const begun = carryOut && isWatched;
    if (begun) {
      await atStore(store.begin({ mode, schema: output, rows: null, verify, ...mergeBy(config, mode) }));
      await context.recorder?.earlier(config, earlier);
    }
    const contents = await atStore(store.inspect());
    if (isWatched && home.relation === undefined && home.read !== undefined) {
      const reading = { name, type: homeType.type, schema, read, first, signal: watchdog.signal };
      const batches = batchesOfHome(home, reading, () => watchdog.progress());
      home = await watchdog.race(collected(home, batches, await homeSession.get(), schema));
      open.home = home;
      read = null;
      first = null;
    }
    const opened = await watchdog.race(
      openWindow(column, {
        config,
        mode,
        schema,
        output,
        home,
        store,
        backfill,
        fallback: async () => (await context.lastWatermark?.(config, store.record !== undefined)) ?? null,
        engine: async () => {
          const session = await homeSession.get();
          const options = { signal: watchdog.signal, onProgress: () => watchdog.progress() };
          return { rows: (sql) => session.rows(sql, options) };
        },
      }),
    );
    const { moving } = opened;
    const shape = filesShape(schema, config, moving);
    const files = await watchdog.race(planCopy(home, store, shape, moving));
    const copy = 'impossible' in files ? null : files;
    const choice = chooseRoute(name, homeType, storeType, files, context.route);
    const plan: Plan = {
      version: 1,
      name,
      flow: config.flow,
      entity: config.entity,
      home: config.home,
      store: config.store,
      run_type: config.run_type,
      mode,
      ...choice,
      schema,
      columns: config.columns,
      where: config.where,
      output,
      estimate: estimateOf(
        await watchdog.race(home.estimate()),
        moving,
        choice.route === 'splice' ? copy : null,
      ),
      contents,
      watermark: opened.window,
      settings: config.settings,
      warnings: [
        ...(home.warnings?.() ?? []),
        ...opened.warnings,
        ...(choice.route === 'splice' ? (copy?.notes ?? []) : []),
        ...foreignWarning(mode, contents.foreign),
      ],
    };
    const { keep } = opened;
    const sessions = { homeSession, storeSession };
    return {
      plan,
      home,
      store,
      copy,
      shape,
      moving,
      keep,
      begun,
      ...sessions,
      read,
      first,
      watchdog,
      earlier,
      close,
    };
  } catch (error) {
    await close();
    throw placedAt(error, config.at);
  }
}

function filesShape(schema: Schema, { columns, where }: EntityConfig, moving: Moving): FilesShape {
  const window = typeof moving.fresh === 'string' ? moving.fresh : null;
  return { schema, columns, where, window, select: (sql) => freshSelect(sql, { columns, where }, window) };
}

/** How much is moved: less than the home has where a watermark leaves rows out, and then only the data can tell. */
function estimateOf(home: Estimate, moving: Moving, copy: FilesPlan | null): Estimate {
  if (movesAll(moving)) return home;
  const rows = copy !== null && moving.late === null ? copy.rows : null;
  return { ...home, rows, bytes: copy?.bytes ?? home.bytes, exact: rows !== null };
}

/** By which columns a merge knows rows, as they settle. */
function mergeBy({ watermark, columns }: EntityConfig, mode: WriteMode): Pick<StageRequest, 'key' | 'order'> {
  if (mode !== 'merge' || watermark === null) return {};
  const { primary_key: key, watermark_column: order } = watermark;
  return {
    key: key.map((column) => settledName(column, columns) ?? column),
    order: order === null ? null : (settledName(order, columns) ?? null),
  };
}

/** How the home's files would be copied into the store; or why they cannot be. */
async function planCopy(
  home: HomeSession,
  store: StoreSession,
  shape: FilesShape,
  { merge, fresh }: Moving,
): Promise<FilesPlan | Impossible> {
  if (merge !== null) return { impossible: 'rows are merged by their key, so every one is looked at' };
  if (fresh === false) return { impossible: 'no row is above what the store holds' };
  if (home.files === undefined || store.planFiles === undefined) return noFiles;
  const files = await home.files();
  return 'impossible' in files ? files : store.planFiles(files, shape);
}

/** A definition with the settings that are its own: the configuration without `type`. */
function typed<D extends HomeDefinition | StoreDefinition>(
  config: TypedConfig,
  find: (type: string) => D,
): { definition: D; settings: Record<string, unknown> } {
  const { type, ...settings } = config;
  return { definition: find(type), settings };
}

async function firstPiece(
  read: AsyncIterator<Batch | readonly Row[]> | null,
): Promise<Batch | readonly Row[] | null> {
  for (;;) {
    const next = await read?.next();
    if (next === undefined || next.done === true) return null;
    if (isBatch(next.value) || next.value.length > 0) return next.value;
  }
}

function foreignWarning(mode: WriteMode, foreign: readonly string[]): string[] {
  if (mode !== 'replace' || foreign.length === 0) return [];
  const names = foreign.slice(0, 3).join(', ') + (foreign.length > 3 ? ', …' : '');
  return [
    `${foreign.length} file(s) in the store are not hygge's and stay beside the new ones: ${names}; replace_foreign: true removes them`,
  ];
}
