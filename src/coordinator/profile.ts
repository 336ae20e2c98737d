import { stat } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { parseHome, parseStore } from '../config/index.js';
import type { FoundTable } from '../core/discover.js';
import type { EntityConfig } from '../core/entity-config.js';
import { nearest } from '../core/nearest.js';
import { defaultRetry } from '../core/plan.js';
import type { Registry } from '../core/registry.js';
import { newRunId } from '../core/run-id.js';
import { defaultSchemaSettings } from '../core/schema-rules.js';
import type { WorkspaceConfig } from '../core/workspace.js';
import { fail, HyggeError } from '../errors/index.js';
import { type Profile, profile } from '../flow/index.js';
import { withContext } from './context.js';
import { discover } from './discover.js';
import { sampleOfEntity, scratchOf } from './sample.js';

/** What the rows of an entity are like, as they would settle, whatever its watermark is. Nothing is written. */
export function profileEntity(
  workspace: WorkspaceConfig,
  registry: Registry,
  config: EntityConfig,
  signal: AbortSignal,
): Promise<Profile> {
  const whole = { ...sampleOfEntity(config, registry, scratchOf(workspace), 1), limit: null };
  return withContext(workspace, registry, newRunId(), { signal }, undefined, (context) =>
    // What settled before is no concern of what the rows are like.
    profile(whole, { ...context, schemas: undefined }),
  );
}

/** What is to be read of a path, and by whom. */
export interface FilesRequest {
  /** A file, a folder or a pattern, absolute. */
  readonly path: string;
  /** Of a database file: which of its tables. */
  readonly table: string | undefined;
  readonly signal: AbortSignal;
}

/** A workspace of one flow, which reads some files or a table of a file. `state`: a folder for what hygge needs room for. */
export async function workspaceOfFiles(
  request: FilesRequest,
  registry: Registry,
  state: string,
): Promise<WorkspaceConfig> {
  const { path } = request;
  const isPattern = /[*?[]/.test(basename(path));
  const options = {
    concurrency: 1,
    continue_on_error: false,
    log_level: 'info',
    memory_limit: null,
    threads: null,
  } as const;
  const own = request.table ?? basename(isPattern ? dirname(path) : path, isPattern ? '' : extname(path));
  const workspace: WorkspaceConfig = { name: own, root: state, state, options, entities: [] };
  const entity: EntityConfig = {
    name: own,
    flow: own,
    entity: null,
    home: parseHome(registry, await homeOf(request, registry, workspace)),
    store: parseStore(registry, state),
    run_type: 'full_drop',
    append: null,
    columns: null,
    mask: null,
    polish: null,
    where: null,
    limit: null,
    watermark: null,
    settings: { queue_size: 10, timeout: 300, verify: 'counts', retry: defaultRetry },
    schema: defaultSchemaSettings,
    at: null,
    store_at: null,
  };
  return { ...workspace, entities: [entity] };
}

/** The home that reads a path: by its name, or of whatever database lies in it. */
async function homeOf(
  { path, table, signal }: FilesRequest,
  registry: Registry,
  workspace: WorkspaceConfig,
): Promise<string | Readonly<Record<string, unknown>>> {
  const definition = registry.homeOfFile(path);
  const isFile = (await stat(path).catch(() => null))?.isFile() === true;
  if (table === undefined && definition !== undefined) return { type: definition.type, path };
  if (definition !== undefined) throw noDatabase(basename(path));
  if (table === undefined && !isFile) return path;
  const looking = discover(workspace, registry, { connection: null, path, signal });
  const found = await looking.catch((error: unknown) => {
    if (table === undefined && error instanceof HyggeError && error.code === 'NOT_A_DATABASE') return null;
    throw error;
  });
  if (found === null) return path;
  const one = found.tables.find((each) => namesOf(each).includes(table ?? ''));
  if (one !== undefined) return { ...found.home, ...one.home };
  const names = found.tables.flatMap((each) => namesOf(each).at(-1) ?? []);
  const near = nearest(table ?? '', names);
  throw fail('USAGE', {
    reason:
      table === undefined
        ? `${basename(path)} has several tables`
        : `${basename(path)} has no table "${table}"`,
    hint:
      near !== undefined
        ? `Did you mean --table ${near}?`
        : `Name one with --table; there ${names.length === 0 ? 'are none' : `are: ${names.slice(0, 20).join(', ')}`}.`,
  });
}

/** The error of a table that is asked for where there are none. */
export const noDatabase = (what: string): HyggeError =>
  fail('USAGE', {
    reason: `--table goes with a database file, and ${what} is none`,
    hint: 'hygge profile shop.duckdb --table orders; a flow names its table itself.',
  });

/** What a table may be called by: its own name, the one with its schema, and the one that a home has. */
const namesOf = ({ schema, name, home }: FoundTable): readonly string[] => [
  name,
  ...(schema === null ? [] : [`${schema}.${name}`]),
  ...(home.table === undefined ? [] : [home.table]),
];
