/** What a flow asks of its store. */
export const runTypes = ['full_drop', 'incremental', 'merge'] as const;
export type RunType = (typeof runTypes)[number];

/** What a store does with the rows. `full_drop` replaces, `incremental` appends, `merge` merges. */
export const writeModes = ['append', 'replace', 'merge'] as const;
export type WriteMode = (typeof writeModes)[number];

/** How the data travels. */
export const routes = ['splice', 'engine', 'batches'] as const;
export type Route = (typeof routes)[number];

/** In which forms a home can give its rows, and a store take them. One is enough. */
export const forms = ['files', 'relation', 'batches'] as const;
export type Form = (typeof forms)[number];

/** What a home can do, as data. */
export interface HomeCapabilities {
  /** The forms that its sessions give. */
  readonly gives: readonly Form[];
  /** Whether its rows come in the same order every time. */
  readonly ordered: boolean;
}

/** What a store can do, as data. */
export interface StoreCapabilities {
  /** The forms that its sessions take. */
  readonly takes: readonly Form[];
  readonly modes: readonly WriteMode[];
  /** Whether `publish` is one step for every reader, or for hygge's own next start alone. */
  readonly atomic: boolean;
  /** Whether rows settle in the order they came in. */
  readonly ordered: boolean;
}
