import { basename, dirname, extname } from 'node:path';
import { parseHome, parseStore } from '../config/index.js';
import type { EntityConfig } from '../core/entity-config.js';
import { defaultRetry } from '../core/plan.js';
import type { Registry } from '../core/registry.js';
import { newRunId } from '../core/run-id.js';
import { defaultSchemaSettings } from '../core/schema-rules.js';
import type { WorkspaceConfig } from '../core/workspace.js';
import { type Profile, profile } from '../flow/index.js';
import { withContext } from './context.js';
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

/** A workspace of one flow, which reads some files. `state`: a folder for what hygge needs room for. */
export function workspaceOfFiles(path: string, registry: Registry, state: string): WorkspaceConfig {
  const isPattern = /[*?[]/.test(basename(path));
  const name = basename(isPattern ? dirname(path) : path, isPattern ? '' : extname(path));
  const entity: EntityConfig = {
    name,
    flow: name,
    entity: null,
    home: parseHome(registry, path),
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
  const options = {
    concurrency: 1,
    continue_on_error: false,
    log_level: 'info',
    memory_limit: null,
    threads: null,
  } as const;
  return { name, root: state, state, options, entities: [entity] };
}
