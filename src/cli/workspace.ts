import type { LoadOptions } from '../config/index.js';
import type { Registry } from '../core/registry.js';
import type { WorkspaceConfig } from '../core/workspace.js';
import type { Context } from './context.js';

export interface Loaded {
  readonly workspace: WorkspaceConfig;
  /** The built-in types, and those of the workspace's plugins. */
  readonly registry: Registry;
}

export interface Overrides {
  readonly runType?: 'full_drop' | 'incremental';
  readonly vars?: readonly string[];
  readonly concurrency?: number;
}

/** Reads the workspace that a path names, or the one found upward from the current folder. */
export async function loadFrom(
  path: string | undefined,
  context: Context,
  overrides: Overrides = {},
  options: Pick<LoadOptions, 'tablesOf' | 'withoutFlows'> = {},
): Promise<Loaded> {
  const [{ loadWorkspace }, { builtinRegistry }] = await Promise.all([
    import('../config/index.js'),
    import('../builtin.js'),
  ]);
  return loadWorkspace({
    ...(path === undefined ? {} : { path }),
    cwd: context.cwd,
    env: context.env,
    registry: builtinRegistry(),
    overrides,
    ...options,
  });
}

/**
 * The types that can be used here: those of the workspace around, with its plugins, and the built-in ones where
 * there is no workspace or it cannot be read. `problem` says why it could not, for a note.
 */
export async function typesHere(context: Context): Promise<{ registry: Registry; problem: string | null }> {
  try {
    const { registry } = await loadFrom(undefined, context);
    return { registry, problem: null };
  } catch (error) {
    const { builtinRegistry } = await import('../builtin.js');
    const { HyggeError, HyggeErrors } = await import('../errors/index.js');
    const codes = error instanceof HyggeErrors ? error.errors.map((each) => each.code) : [];
    if (error instanceof HyggeError) codes.push(error.code);
    const missing = codes.length === 1 && codes[0] === 'WORKSPACE_NOT_FOUND';
    return {
      registry: builtinRegistry(),
      problem: missing ? null : 'the workspace could not be read, so types of plugins are not listed',
    };
  }
}
