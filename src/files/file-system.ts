/** What an entry of a folder is; `other` is a link, a device, a socket. */
export type EntryKind = 'file' | 'folder' | 'other';

export interface Entry {
  readonly name: string;
  readonly kind: EntryKind;
}

export interface FileStat {
  readonly kind: EntryKind;
  /** The same for two names of one file, and for nothing else. */
  readonly id: string;
  readonly bytes: number;
  /** Milliseconds, by the clock of the file system. */
  readonly modified: number;
}

/** A file that is open for writing. */
export interface OpenFile {
  /** Writes from the file's first byte on. */
  write(bytes: Uint8Array): Promise<void>;
  /** fsync. After a failure the file must not be synced again: write it anew. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The few operations on files that durable publishing is made of. All of them go through here, so that a test can
 * put a file system below that loses what was not synced. Errors are those of Node, with their `code`.
 */
export interface FileSystem {
  read(path: string): Promise<Uint8Array>;
  /** `create`: a new file, EEXIST where there is one. `change`: one that is there. */
  open(path: string, how: 'create' | 'change'): Promise<OpenFile>;
  /** Makes a file's bytes durable. Its name is durable only when its folder is synced. */
  syncFile(path: string): Promise<void>;
  /** Makes the names in a folder durable. Does nothing where the platform cannot do it. */
  syncFolder(path: string): Promise<void>;
  /** One level. */
  mkdir(path: string): Promise<void>;
  /** An empty folder. */
  rmdir(path: string): Promise<void>;
  /** Replaces what has the new name. */
  rename(from: string, to: string): Promise<void>;
  /** A second name for a file; EEXIST where the name is taken. */
  link(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  list(path: string): Promise<readonly Entry[]>;
  /** null where there is nothing. A link is not followed. */
  stat(path: string): Promise<FileStat | null>;
  /** The path with every link in it followed. */
  realpath(path: string): Promise<string>;
  /** Fails where this process may not write. */
  checkWritable(path: string): Promise<void>;
}

/** The code of a file system's error, such as ENOENT; undefined for anything else. */
export function errorCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

/** Runs an operation, and takes one kind of failure for "there is nothing to do". */
export async function unless(code: string, operation: Promise<unknown>): Promise<boolean> {
  try {
    await operation;
    return true;
  } catch (error) {
    if (errorCode(error) === code) return false;
    throw error;
  }
}
