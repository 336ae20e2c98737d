import { dirname, parse, resolve } from 'node:path';
import type { Registry } from '../core/registry.js';
import type { WorkspaceConfig } from '../core/workspace.js';
import { HyggeError } from '../errors/index.js';
import { readConnections } from './connections.js';
import { displayPath, findStart, Reader } from './files.js';
import { addPlugins, type LoadOptions, readProject } from './load.js';
import { child, map } from './node.js';
import { Problems } from './problems.js';
import { runOptionsSchema } from './schemas.js';

/** A project without its flows. */
export interface LoadedProject {
  readonly workspace: WorkspaceConfig;
  readonly registry: Registry;
  /** The folder of the flows, absolute; null where they are in the file itself. */
  readonly flowsFolder: string | null;
}

/**
 * Reads the first file of a project alone: its connections, options and types. Its flows may have any mistake, or be
 * missing.
 * @throws HyggeErrors everything that is wrong in that file
 */
export async function loadProject(options: Omit<LoadOptions, 'overrides'>): Promise<LoadedProject> {
  const { cwd = process.cwd(), env = process.env } = options;
  const start = findStart(options.path, cwd);
  const problems = new Problems();
  const root = dirname(start.file);
  const reader = new Reader(cwd, env, problems);
  const node = reader.read(start.file) ?? map([]);
  const project = readProject(node, displayPath(start.file, cwd), {}, problems);
  const registry = options.registry.copy();
  await addPlugins(child(node, 'plugins'), registry, root, problems);
  const connections = readConnections(child(node, 'connections'), registry, problems);
  problems.throwIfAny();
  return {
    workspace: {
      name: project?.name ?? (start.isWorkspace ? parse(root).base || 'hygge' : parse(start.file).name),
      root,
      state: resolve(root, project?.journal?.path ?? '.hygge'),
      options: project?.options ?? runOptionsSchema.parse({}),
      entities: [],
      connections,
    },
    registry,
    flowsFolder:
      start.isWorkspace || project?.flows_dir !== undefined
        ? resolve(root, project?.flows_dir ?? 'flows')
        : null,
  };
}

/** As {@link loadProject}; where there is no project around, one without connections in the current folder. */
export async function loadProjectOrNone(options: Omit<LoadOptions, 'overrides'>): Promise<LoadedProject> {
  const { cwd = process.cwd(), path } = options;
  try {
    if (path === undefined) findStart(path, cwd);
  } catch (error) {
    if (!(error instanceof HyggeError) || error.code !== 'WORKSPACE_NOT_FOUND') throw error;
    const nothing = { root: cwd, state: resolve(cwd, '.hygge'), entities: [] };
    const workspace = { name: parse(cwd).base, options: runOptionsSchema.parse({}), ...nothing };
    return { workspace, registry: options.registry, flowsFolder: null };
  }
  return loadProject(options);
}
