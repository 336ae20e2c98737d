import type { Batch, Row } from '../core/batch.js';
import type { WriteMode } from '../core/capabilities.js';
import type { EntityConfig } from '../core/entity-config.js';
import type { HomeSession } from '../core/home.js';
import type { Estimate, Plan, StoreContents } from '../core/plan.js';
import type { EarlierRun } from '../core/run-record.js';
import type { FilesPlan, FilesShape, StageRequest, StoreSession } from '../core/store.js';
import type { Column, Schema } from '../core/types.js';
import type { KeptWatermark } from '../core/watermark.js';
import { checkCheckable, FlowChecks } from './checks/flow-checks.js';
import { checkable } from './checks/held-back.js';
import { knownAside, withAside } from './checks/known-aside.js';
import type { FlowContext, LazySession } from './context.js';
import { type EndTypes, endTypes, OpenEnds, type OpenHome } from './open-ends.js';
import { checkApart } from './overlap.js';
import { filesShapeOf, planCopy } from './plan-copy.js';
import { chooseRoute, noCopy } from './route.js';
import { type Compared, type CompareRequest, compareSchema, declaredColumns } from './schema/compare.js';
import { settledTarget } from './schema/settle.js';
import { checkComparable, checkFilter, compileShape, placedInFlow, type Shape } from './shape/index.js';
import type { PrepareOptions } from './trust.js';
import { checkVerifiable } from './verify.js';
import type { Watchdog } from './watchdog.js';
import { type Moving, movesAll } from './window/moving.js';
import { type Opened, openWindow, watermarkColumn } from './window/open.js';
import { settledName } from './window/window.js';

/** A flow whose home and store are open and whose plan is made; nothing has been written yet. Used once. */
export interface Prepared {
  readonly plan: Plan;
  readonly home: HomeSession;
  readonly store: StoreSession;
  /** How files would be copied, where they can be. */
  readonly copy: FilesPlan | null;
  readonly filesShape: FilesShape;
  /** What is done to the rows on their way. */
  readonly shape: Shape;
  /** Which rows the watermark lets through. */
  readonly moving: Moving;
  /** What the store is to keep with its data. */
  readonly keep: KeptWatermark | null;
  /** Whether the store is taken already: what is planned from what it holds must stay true. */
  readonly begun: boolean;
  /** Whether a table that is there may be changed for the columns. */
  readonly alter: boolean;
  readonly homeSession: LazySession;
  readonly storeSession: LazySession;
  /** What was read already to learn the types of a home that declares none. */
  readonly read: AsyncIterator<Batch | readonly Row[]> | null;
  readonly first: Batch | readonly Row[] | null;
  readonly watchdog: Watchdog;
  /** What the rows are held against before they are published; null: nothing. */
  readonly checks: FlowChecks | null;
  /** What the store tells of earlier runs, once it has been begun. */
  readonly earlier: readonly EarlierRun[];
  /** Closes both ends and the engine's sessions; whatever fails here is passed over. */
  close(): Promise<void>;
}

/** Opens both ends of an entity and makes its plan. Every problem of its configuration is known afterwards. */
export async function prepare(
  config: EntityConfig,
  context: FlowContext,
  notice: (message: string) => void,
  { carryOut = false, trust, onHome }: PrepareOptions = {},
): Promise<Prepared> {
  const types = endTypes(config, context);
  checkApart(config, types.home.definition, types.store.definition);
  const ends = new OpenEnds(config, types, context);
  const opening: Work = { config, types, context, ends };
  try {
    const source = await ends.openHome(trust, onHome, carryOut ? notice : undefined);
    const given = await shapeOf(opening, source.schema);
    if (config.where !== null) source.home.narrow?.(config.where);
    const work = { ...opening, config: { ...config, columns: given.shape.columns } };
    const declared = declaredColumns(source.home, given.shape.columns);
    const asked = { ...given, asked: config, declared, home: source.schema };
    const taken = await takeStore(work, asked, notice, carryOut);
    const target = settledTarget(given, taken.drift);
    const { shape } = target;
    const checks = await FlowChecks.open(config, target.output, context, ends.homeSession);
    const isCollected =
      target.isWatched && source.home.relation === undefined && source.home.read !== undefined;
    const opened = isCollected ? await ends.collect(source) : source;
    const window = await fixWindow(work, opened, target, taken.store);
    const { plan, copy, filesShape } = await planOf(work, opened, target, taken, window);
    const { homeSession, storeSession, watchdog, earlier } = ends;
    const { home, read, first } = opened;
    const { store, begun, drift } = taken;
    const { moving, keep } = window;
    return {
      plan,
      home,
      store,
      copy,
      filesShape,
      shape,
      moving,
      keep,
      begun,
      alter: drift.isKnown,
      homeSession,
      storeSession,
      read,
      first,
      watchdog,
      checks,
      earlier,
      close: () => ends.close(),
    };
  } catch (error) {
    await ends.close();
    throw placedInFlow(error, config);
  }
}

/** What every step of a preparation needs. */
interface Work {
  readonly config: EntityConfig;
  readonly types: EndTypes;
  readonly context: FlowContext;
  readonly ends: OpenEnds;
}

/** What is going to settle, as far as the columns tell. */
interface Target {
  readonly shape: Shape;
  /** The columns as they settle. */
  readonly output: Schema;
  /** The column of the watermark. */
  readonly column: Column | null;
  /** Whether what is moved depends on what the store holds. */
  readonly isWatched: boolean;
}

/** Holds the configuration against the columns of the home. */
async function shapeOf({ config, types, context, ends }: Work, schema: Schema): Promise<Target> {
  const { shape, output } = await compileShape(config, schema, () => ends.homeSession.get());
  checkComparable(config, types.mode, shape, schema);
  const moved = { ...config, columns: shape.columns };
  const column = watermarkColumn(moved, types.mode, schema, context.backfill ?? {});
  await checkFilter(config, schema, () => ends.homeSession.get());
  return { shape, output, column, isWatched: column !== null || types.mode === 'merge' };
}

/** A store that has said what it holds. */
interface TakenStore {
  readonly store: StoreSession;
  /** What is different since the last run, and the columns that settle. */
  readonly drift: Compared;
  readonly contents: StoreContents;
  readonly begun: boolean;
}

/** Opens the store; takes it already where what it holds decides about what is moved. */
async function takeStore(
  { config, types, context, ends }: Work,
  {
    output: given,
    isWatched,
    asked,
    ...columns
  }: Target & Pick<CompareRequest, 'declared' | 'home'> & { asked: EntityConfig },
  notice: (message: string) => void,
  carryOut: boolean,
): Promise<TakenStore> {
  const { verify } = config.settings;
  const { mode } = types;
  const store = checkable(await ends.openStore(context.runId, notice), config, ends);
  const { schemas } = context;
  const request = { ...columns, config: asked, mode, given, schemas, store };
  const drift = await ends.atStore(compareSchema(request));
  const { output, isKnown: alter } = drift;
  const { type } = types.store.definition;
  checkVerifiable({ name: config.name, level: verify, type, schema: output }, store);
  checkCheckable(config, type, output, store);
  if (store.checkSchema !== undefined) await ends.atStore(store.checkSchema(output, { mode, alter }));
  const begun = carryOut && isWatched;
  if (begun) {
    const merge = mergeBy(config, mode);
    await ends.atStore(store.begin({ mode, schema: output, rows: null, verify, alter, ...merge }));
    await context.recorder?.earlier(config, ends.earlier);
  }
  return { store, drift, begun, contents: await ends.atStore(store.inspect()) };
}

/** Fixes which rows are moved. */
function fixWindow(
  { config, types, context, ends }: Work,
  { home, schema }: OpenHome,
  { shape, output, column }: Target,
  store: StoreSession,
): Promise<Opened> {
  const { watchdog, homeSession } = ends;
  const opening = openWindow(column, {
    config,
    mode: types.mode,
    schema,
    shape,
    output,
    home,
    store: withAside(store, (there) => knownAside(config, context, there, () => homeSession.get())),
    backfill: context.backfill ?? {},
    fallback: async () => (await context.lastWatermark?.(config, store.record !== undefined)) ?? null,
    engine: async () => {
      const session = await homeSession.get();
      const options = { signal: watchdog.signal, onProgress: () => watchdog.progress() };
      return { rows: (sql) => session.rows(sql, options) };
    },
  });
  return watchdog.race(opening);
}

/** Chooses the route, and writes down all that is known. */
async function planOf(
  { config, types, context, ends }: Work,
  { home, schema }: OpenHome,
  { shape, output }: Target,
  { store, drift, contents }: TakenStore,
  { moving, window, warnings }: Opened,
): Promise<Pick<Prepared, 'plan' | 'copy' | 'filesShape'>> {
  const { watchdog } = ends;
  const { name, flow, entity, run_type, columns, where, settings } = config;
  const { mode } = types;
  const filesShape = filesShapeOf(schema, shape, moving);
  const files = noCopy(shape) ?? (await watchdog.race(planCopy(home, store, filesShape, moving)));
  const copy = 'impossible' in files ? null : files;
  const choice = chooseRoute(name, types.home.definition, types.store.definition, files, context.route);
  const copied = choice.route === 'splice' ? copy : null;
  const plan: Plan = {
    version: 1,
    name,
    flow,
    entity,
    home: config.home,
    store: config.store,
    run_type,
    mode,
    ...choice,
    schema,
    inferred: (await watchdog.race(home.inferred?.() ?? Promise.resolve(null))) ?? null,
    columns,
    added: shape.added,
    where,
    limit: shape.limit,
    output,
    schema_changes: drift.changes,
    settling: drift.settling,
    estimate: atMost(shape.limit, estimateOf(await watchdog.race(home.estimate()), moving, copied)),
    contents,
    watermark: window,
    contract: config.contract ?? null,
    settings,
    warnings: [
      ...(home.warnings?.() ?? []),
      ...warnings,
      ...(copied?.notes ?? []),
      ...(store.warnings?.() ?? []),
      ...foreignWarning(mode, contents.foreign),
    ],
  };
  return { plan, copy, filesShape };
}

/** How much is moved: less than the home has where a watermark leaves rows out, and then only the data can tell. */
function estimateOf(home: Estimate, moving: Moving, copy: FilesPlan | null): Estimate {
  if (movesAll(moving)) return home;
  const rows = copy !== null && moving.late === null ? copy.rows : null;
  return { ...home, rows, bytes: copy?.bytes ?? home.bytes, exact: rows !== null };
}

/** Of a sample it is only known that it has no more rows. */
function atMost(limit: number | null, estimate: Estimate): Estimate {
  if (limit === null) return estimate;
  const rows = estimate.rows === null ? null : Math.min(limit, estimate.rows);
  return { ...estimate, rows, bytes: null, exact: false };
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

function foreignWarning(mode: WriteMode, foreign: readonly string[]): string[] {
  if (mode !== 'replace' || foreign.length === 0) return [];
  const names = foreign.slice(0, 3).join(', ') + (foreign.length > 3 ? ', …' : '');
  return [
    `${foreign.length} file(s) in the store are not hygge's and stay beside the new ones: ${names}; replace_foreign: true removes them`,
  ];
}
