/** What a run does with files, as it is counted. `any` stands for all of them. */
export const kinds = ['fsync', 'rename', 'unlink', 'link', 'mkdir', 'rmdir', 'open', 'write'] as const;
export type Kind = (typeof kinds)[number] | 'any';

/** One thing that goes wrong in a run: at its call number `at` of a kind. */
export interface Fault {
  readonly kind: Kind;
  /** From 1; with `share`, the seed by which they are drawn. */
  readonly at: number;
  /**
   * - `kill`: SIGKILL instead of the call. `kill-after`: once it is done. `kill-half`: a write is cut in two.
   * - `change`: something else changes a file, and the call goes on.
   * - the rest: the call fails with that code; a write after the half of it.
   */
  readonly how: 'kill' | 'kill-after' | 'kill-half' | 'change' | 'EIO' | 'ENOSPC' | 'EROFS' | 'EMFILE';
  /** A regular expression over the path; others are not counted. */
  readonly where?: string;
  /** How many calls in a row it meets. Default: 1. */
  readonly times?: number;
  /** Instead of calls in a row: each call by itself, with this probability. */
  readonly share?: number;
  readonly change?: Change;
  /** Whether calls in place take long, as on a network, so that other threads make them. */
  readonly slow?: boolean;
}

export interface Change {
  readonly what: 'replace' | 'rewrite' | 'remove' | 'cut' | 'grow';
  readonly path: string;
  /** What it is replaced by, or rewritten with. */
  readonly by?: string;
}

/** Of a file that lies in the staging folder of a store, in the rest of a store, in the state folder of a project. */
export const places = {
  staging: '/store/\\.hygge/files/',
  store: '/store/(?!\\.hygge/files/)',
  journal: '/project/\\.hygge/',
} as const;
