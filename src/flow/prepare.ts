import type { Batch, Row } from '../core/batch.js';
import type { RunType, WriteMode } from '../core/capabilities.js';
import type { EntityConfig } from '../core/entity-config.js';
import type { HomeDefinition, HomeSession, Impossible } from '../core/home.js';
import type { Plan, TypedConfig } from '../core/plan.js';
import type { FilesPlan, FilesShape, StoreDefinition, StoreSession } from '../core/store.js';
import type { Schema } from '../core/types.js';
import { inferSchema } from '../engine/index.js';
import { fail, HyggeError } from '../errors/index.js';
import { type FlowContext, LazySession } from './context.js';
import { chooseRoute, noFiles } from './route.js';
import { checkFilter, shapeSchema, shapeSelect } from './shape.js';
import { Watchdog } from './watchdog.js';

/** A flow whose home and store are open and whose plan is made; nothing has been written yet. Used once. */
export interface Prepared {
  readonly plan: Plan;
  readonly home: HomeSession;
  readonly store: StoreSession;
  /** How files would be copied, where they can be. */
  readonly copy: FilesPlan | null;
  readonly shape: FilesShape;
  readonly homeSession: LazySession;
  readonly storeSession: LazySession;
  /** What was read already to learn the types of a home that declares none. */
  readonly read: AsyncIterator<Batch | readonly Row[]> | null;
  readonly first: Batch | readonly Row[] | null;
  readonly watchdog: Watchdog;
  /** Closes both ends and the engine's sessions; whatever fails here is passed over. */
  close(): Promise<void>;
}

const modes: Record<RunType, WriteMode> = { full_drop: 'replace', incremental: 'append', merge: 'merge' };

/** Opens both ends of an entity and makes its plan. Every problem of its configuration is known afterwards. */
export async function prepare(
  config: EntityConfig,
  context: FlowContext,
  notice: (message: string) => void,
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

  const watchdog = new Watchdog(name, config.settings.timeout, context.signal);
  // Two sessions, because a statement of the store may run while the home's is still being read.
  const homeSession = new LazySession(context.engine, name);
  const storeSession = new LazySession(context.engine, name);
  const open: { home: HomeSession | null; store: StoreSession | null } = { home: null, store: null };
  let read: AsyncIterator<Batch | readonly Row[]> | null = null;
  const close = async (): Promise<void> => {
    watchdog.end();
    const ends = [open.home?.close(), open.store?.close(), homeSession.close(), storeSession.close()];
    // A home that has been left in the middle of a read may never answer.
    void read?.return?.().catch(() => {});
    await Promise.allSettled(ends);
  };

  try {
    const home = await watchdog.race(
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
    if (config.where !== null) await checkFilter(name, await homeSession.get(), schema, config.where);

    const store = await watchdog.race(
      storeType.open(storeSettings, {
        name,
        flow: config.flow,
        runId: context.runId,
        signal: watchdog.signal,
        engine: () => storeSession.get(),
        notice,
      }),
    );
    open.store = store;
    const contents = await watchdog.race(store.inspect());
    const shape = filesShape(schema, config);
    const files = await watchdog.race(planCopy(home, store, shape));
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
      estimate: await watchdog.race(home.estimate()),
      contents,
      watermark:
        config.watermark === null
          ? null
          : {
              column: config.watermark.watermark_column,
              primary_key: config.watermark.primary_key,
              from: null,
              to: null,
            },
      settings: config.settings,
      warnings: [
        ...(home.warnings?.() ?? []),
        ...(choice.route === 'splice' ? (copy?.notes ?? []) : []),
        ...foreignWarning(mode, contents.foreign),
      ],
    };
    return { plan, home, store, copy, shape, homeSession, storeSession, read, first, watchdog, close };
  } catch (error) {
    await close();
    throw placed(error, config);
  }
}

function filesShape(schema: Schema, { columns, where }: EntityConfig): FilesShape {
  return { schema, columns, where, select: (sql) => shapeSelect(sql, { columns, where }) };
}

/** How the home's files would be copied into the store; or why they cannot be. */
async function planCopy(
  home: HomeSession,
  store: StoreSession,
  shape: FilesShape,
): Promise<FilesPlan | Impossible> {
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

export function isBatch(piece: Batch | readonly Row[]): piece is Batch {
  return !Array.isArray(piece);
}

/** What the code of a type threw, as an error that says whose it is. */
export function typeError(name: string, role: 'home' | 'store', type: string, thrown: unknown): HyggeError {
  if (thrown instanceof HyggeError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return fail('TYPE_FAILED', { name, role, type, reason }, { cause: thrown });
}

/** The error with the place of the home in the YAML, where it has no place of its own. */
function placed(error: unknown, config: EntityConfig): unknown {
  return error instanceof HyggeError && error.at === null && config.at !== null
    ? error.placedAt(config.at)
    : error;
}

function foreignWarning(mode: WriteMode, foreign: readonly string[]): string[] {
  if (mode !== 'replace' || foreign.length === 0) return [];
  const names = foreign.slice(0, 3).join(', ') + (foreign.length > 3 ? ', …' : '');
  return [
    `${foreign.length} file(s) in the store are not hygge's and stay beside the new ones: ${names}; replace_foreign: true removes them`,
  ];
}
