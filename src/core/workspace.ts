import type { EntityConfig } from './entity-config.js';
import type { TypedConfig } from './plan.js';

/** Limits and habits of a whole run: `options` of `hygge.yml`. */
export interface RunOptions {
  /** Entities side by side. */
  readonly concurrency: number;
  readonly continue_on_error: boolean;
  readonly log_level: 'debug' | 'info' | 'warning' | 'error';
  /** Bytes; null = half of what the machine or its cgroup has. */
  readonly memory_limit: number | null;
  /** null = as many as the machine has. */
  readonly threads: number | null;
}

/** A project, read and validated: what the coordinator runs. */
export interface WorkspaceConfig {
  /** The project's name: the coordinator's name in the journal. */
  readonly name: string;
  /** The folder that relative paths start from, absolute. */
  readonly root: string;
  /** The folder of the journal and of what hygge keeps for itself, absolute; default `.hygge` in `root`. */
  readonly state: string;
  /** The folder of the journal that tells what was found out of data before. Default: `state`. */
  readonly memory?: string;
  readonly options: RunOptions;
  readonly entities: readonly EntityConfig[];
  /** Validated by their types; secrets and all, so never shown. Default: none. */
  readonly connections?: Readonly<Record<string, TypedConfig>>;
}
