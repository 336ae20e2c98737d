import { dirname, parse, resolve } from 'node:path';
import type { RunType } from '../core/capabilities.js';
import type { TypedConfig } from '../core/plan.js';
import type { Registry } from '../core/registry.js';
import type { WorkspaceConfig } from '../core/workspace.js';
import { fail } from '../errors/index.js';
import { check } from './check.js';
import { checkConnection, readConnections } from './connections.js';
import { discoverFlows, refuseSingleFlow } from './discover.js';
import type { Environment } from './environment.js';
import { displayPath, findStart, Reader } from './files.js';
import { type ReadEntity, readFlow } from './flow.js';
import { child, type MapNode, map, overlay, scalar, textOf, withKeys } from './node.js';
import { addPlugin } from './plugins.js';
import { Problems } from './problems.js';
import { runOptionsSchema, workspaceSchema } from './schemas.js';
import { type TablesOf, withTables } from './several-tables.js';
import { applyVars } from './vars.js';

/** What a command line says over the files. */
export interface Overrides {
  /** Takes the place of every run_type. */
  readonly runType?: RunType;
  /** `flow.<name>.<path>=value`, each; the value is read as YAML. */
  readonly vars?: readonly string[];
  /** Entities side by side. */
  readonly concurrency?: number;
}

export interface LoadOptions {
  /** A YAML file with `flows:`, a hygge.yml, or a folder with one. Default: the nearest hygge.yml from `cwd` up. */
  readonly path?: string | undefined;
  /** Where to look from, and what paths in errors are relative to. Default: the current folder. */
  readonly cwd?: string | undefined;
  /** The known types. It is copied; the types of plugins are added to the copy. */
  readonly registry: Registry;
  /** For `${NAME}`. Default: the process's own. */
  readonly env?: Environment | undefined;
  readonly overrides?: Overrides | undefined;
  /** As {@link TablesOf}: asked for flows whose home reads several tables. Default: such flows are left out. */
  readonly tablesOf?: ((question: TablesQuestion) => ReturnType<TablesOf>) | undefined;
  /** Whether a project with connections may have no flows yet. Default: false. */
  readonly withoutFlows?: boolean | undefined;
}

/** Whose tables are wanted. */
export interface TablesQuestion {
  readonly flow: string;
  readonly home: TypedConfig;
  /** Without its entities, which are not known yet. */
  readonly workspace: WorkspaceConfig;
  readonly registry: Registry;
}

export interface Loaded {
  readonly workspace: WorkspaceConfig;
  /** All types, those of the project's plugins too. */
  readonly registry: Registry;
  /** Every file that was read, absolute, in order. */
  readonly files: readonly string[];
  /** The `connections` of hygge.yml, by name. */
  readonly connections: Readonly<Record<string, TypedConfig>>;
}

/**
 * Reads and validates a project. Relative paths of homes and stores start at the folder of hygge.yml, or of the
 * single YAML file – not at the current folder, as the earlier tool had it – and come out absolute, patterns such
 * as `*.parquet` untouched.
 * @throws HyggeErrors everything that is wrong in all files together, each with file, line and column
 */
export async function loadWorkspace(options: LoadOptions): Promise<Loaded> {
  const { cwd = process.cwd(), env = process.env, overrides = {} } = options;
  const problems = new Problems();
  const start = problems.catch(() => findStart(options.path, cwd), null);
  problems.throwIfAny();
  if (start === undefined) throw fail('INTERNAL', { reason: 'no file to begin with' });

  const root = dirname(start.file);
  const reader = new Reader(cwd, env, problems);
  const node = reader.read(start.file);
  const where = displayPath(start.file, cwd);
  if (node !== undefined) problems.catch(() => refuseSingleFlow(node, start, where), null);
  if (problems.has('NO_FLOWS')) problems.throwIfAny();
  const project = readProject(node ?? map([]), where, overrides, problems);
  const registry = options.registry.copy();
  await addPlugins(child(node, 'plugins'), registry, root, problems);

  const found = discoverFlows({
    start,
    root,
    cwd,
    node,
    reader,
    problems,
    withoutFlows: options.withoutFlows ?? false,
  });
  // Without the first file nobody knows which types there are; the other files were read for their own sake.
  const names = (): string[] => reader.files.map((file) => displayPath(file, cwd));
  if (node === undefined) problems.throwIfAny(names());
  const schema = node?.entries.get('schema');
  const settings = map(schema === undefined ? [] : [['schema', schema]]);
  const connections = readConnections(child(node ?? map([]), 'connections'), registry, problems);
  const named = project?.name ?? (start.isWorkspace ? parse(root).base || 'hygge' : parse(start.file).name);
  const empty: WorkspaceConfig = {
    name: named,
    root,
    state: resolve(root, project?.journal?.path ?? '.hygge'),
    options: project?.options ?? runOptionsSchema.parse({}),
    entities: [],
    connections,
  };
  const { tablesOf: ask } = options;
  const tablesOf: TablesOf | undefined =
    ask && ((flow, home) => ask({ flow, home, workspace: empty, registry }));
  const context = { registry, root, problems, tablesOf };
  const flows = await withTables(applyVars(found, overrides.vars ?? [], problems), context);
  const entities = flows.flatMap((flow) =>
    readFlow(flow, {
      registry,
      root,
      project: settings,
      problems,
      runType: overrides.runType,
      readFile: reader.once,
    }),
  );
  for (const { config } of entities) checkConnection(config, connections, registry, problems);
  checkTogether(entities, problems);
  problems.throwIfAny(names());
  if (project === undefined) throw fail('INTERNAL', { reason: 'a project without options' });

  const workspace = { ...empty, entities: entities.map(({ config }) => config) };
  return { workspace, registry, files: reader.files, connections };
}

export function readProject(node: MapNode, where: string, { concurrency }: Overrides, problems: Problems) {
  const options = node.entries.get('options');
  const base = options?.value.kind === 'map' ? options.value : map([], options?.keyAt ?? null);
  const changed =
    concurrency === undefined
      ? node
      : withKeys(node, {
          options: {
            keyAt: options?.keyAt ?? null,
            value: overlay(
              base,
              map([['concurrency', { keyAt: null, value: scalar(concurrency) }]], base.at),
            ),
          },
        });
  return check(workspaceSchema, changed, { where, problems });
}

export async function addPlugins(
  node: ReturnType<typeof child>,
  registry: Registry,
  root: string,
  problems: Problems,
): Promise<void> {
  for (const item of node?.kind === 'list' ? node.items : []) {
    const name = textOf(item);
    if (name === undefined || name === '' || (item.kind === 'scalar' && item.env === 'unset')) continue;
    await addPlugin({ name, at: item.at }, registry, root).catch((error: unknown) =>
      problems.take(error, item.at),
    );
  }
}

/** What is wrong only because of two entities together: one run name, one destination. */
function checkTogether(entities: readonly ReadEntity[], problems: Problems): void {
  const names = new Map<string, ReadEntity>();
  const destinations = new Map<string, ReadEntity>();
  for (const entity of entities) {
    const { config, destination, storeAt } = entity;
    const sameName = names.get(config.name);
    if (sameName !== undefined) {
      const other = describe(sameName);
      problems.add(
        fail(
          'NAME_TAKEN',
          { what: `the run name of ${describe(entity)}`, name: config.name, other },
          { at: config.at },
        ),
      );
    } else names.set(config.name, entity);
    const same = destinations.get(destination);
    if (same !== undefined) {
      const facts = { first: describe(same), second: describe(entity), destination };
      problems.add(fail('SAME_DESTINATION', facts, { at: storeAt }));
    } else destinations.set(destination, entity);
  }
}

const describe = ({ config }: ReadEntity): string =>
  config.entity === null ? `flow ${config.flow}` : `entity ${config.entity} of flow ${config.flow}`;
