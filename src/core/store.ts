import type { z } from 'zod';
import type { StoreAudit } from './audit.js';
import type { Batch } from './batch.js';
import type { StoreCapabilities, WriteMode } from './capabilities.js';
import type { ConnectionDefinition, Connections } from './connection.js';
import type { EngineProgress, EngineSession, Relation } from './engine.js';
import type { Fingerprint, VerifyLevel } from './fingerprint.js';
import type { Impossible, Reach, SourceFile } from './home.js';
import type { IfExists } from './if-exists.js';
import type { KnownColumns } from './known-values.js';
import type { StoreContents } from './plan.js';
import type { EarlierRun } from './run-record.js';
import type { ColumnChoice } from './shaping.js';
import type { Column, Schema } from './types.js';

/** What a store is given when it is opened. */
export interface StoreContext {
  /** The entity's name in messages and, as `{name}`, in file patterns. */
  readonly name: string;
  /** The flow's name: `{flow_name}` in file patterns. */
  readonly flow: string;
  readonly runId: string;
  engine(): Promise<EngineSession>;
  /** What `connection` of a configuration names. */
  readonly connections: Connections;
  readonly signal: AbortSignal;
  /** Something that a person should know, such as what was swept after a crash. */
  notice(message: string): void;
  /** It is not standing still, though it has nothing to tell. */
  onProgress?(): void;
  /**
   * What `begin` found of earlier runs: the one that published last, and what dead runs left. Told while the store
   * is held, so that the journal can be completed before anything changes again.
   */
  earlier?(run: EarlierRun): void;
}

/** What is going to be written. */
export interface StageRequest {
  readonly mode: WriteMode;
  /** The columns as they settle. */
  readonly schema: Schema;
  /** How many rows to expect; null where nobody knows. */
  readonly rows: number | null;
  /** How closely to look at what is staged. Default: `counts`. */
  readonly verify?: VerifyLevel;
  /** With mode "merge": the columns, as they settle, that name a row. Each key comes once, and is never NULL. */
  readonly key?: readonly string[];
  /** With mode "merge": of two rows with one key, that with the greater value here is the later; null: the new one. */
  readonly order?: string | null;
  /** As of {@link SchemaRequest}. */
  readonly alter?: boolean;
}

/** How rows with some columns are going to be written. */
export interface SchemaRequest {
  readonly mode: WriteMode;
  /**
   * Whether a table that is there may be changed for them, when they are published: columns that it lacks added, types
   * widened, columns allowed to be NULL. Default: false.
   */
  readonly alter?: boolean;
}

/** What of some files is wanted; as in a plan. */
export interface FilesShape {
  readonly schema: Schema;
  readonly columns: readonly ColumnChoice[] | null;
  readonly where: string | null;
  /** One more condition, of comparisons with constants alone: the window of a watermark. */
  readonly window: string | null;
  /** The same done by the engine: the SELECT of the wanted rows and columns out of another SELECT. */
  select(sql: string): string;
}

/** How files are going to be copied. */
export interface FilesPlan {
  /** In a sentence: how much is copied, and how much is not. */
  readonly reason: string;
  /** Bytes that will be read. */
  readonly bytes: number;
  /** Rows that will settle; null where only the data can tell. */
  readonly rows: number | null;
  /** What a person should know. */
  readonly notes: readonly string[];
  /** The store's own. */
  readonly steps: unknown;
}

/** What has been staged, as read back from what was written, not from what was meant to be. */
export interface Staged {
  readonly rows: number;
  readonly bytes: number;
  readonly files: number;
  /** What it was counted from, such as "footers" or "count(*)". */
  readonly by: string;
  /** With `verify: fingerprint`: of what `writeFiles` has staged, which the store itself has compared with the files. */
  readonly fingerprint?: Fingerprint | null;
  /** With mode "merge": what becomes of the rows. `rows` is then `inserted + updated`. */
  readonly merged?: Merged;
}

/** What a merge does with the rows that it was given, each counted once. */
export interface Merged {
  readonly inserted: number;
  readonly updated: number;
  /** Rows that the store holds already, just as they are. */
  readonly unchanged: number;
}

/** What can now be seen in the store. */
export interface Published {
  /** Full paths of the files that were added; empty for a store without files. */
  readonly files: readonly string[];
  /** How many files were removed. */
  readonly removed: number;
  readonly bytes: number;
}

/** What the record of a publication carries, so that a dead run's can be finished and told. */
export interface Commit {
  readonly runId: string;
  readonly rows: number;
  /** To keep durably with the data, as JSON: a flow gives a {@link RunRecord}. */
  readonly record: unknown;
}

/**
 * One writing into a store, used once: `inspect`?, then `begin`, then `write…` in one of the forms that the
 * definition's capabilities name, then `finish`, then `publish` or `discard`, and always `close`. Where a flow has a
 * watermark, `begin` comes first: what `inspect`, `record` and `held` then tell stays true for the whole run.
 */
export interface StoreSession {
  /** What is there now. Writes nothing. Fails where nothing could be written. */
  inspect(): Promise<StoreContents>;
  /**
   * What the last publication kept with its data; null where there was none. Left out by stores that keep nothing.
   */
  record?(): Promise<unknown>;
  /**
   * Every row that readers of the store see now, with at least those of the columns that it has; null where there is
   * none. Left out by stores that cannot tell. `reach`: other rows will not be looked at; default: all may be.
   */
  held?(schema: Schema, reach?: Reach): Promise<Relation | null>;
  /** Fails where the store has nothing for the type of a column. Asked before `begin`, in a plan too; writes nothing. */
  checkSchema?(schema: Schema, request?: SchemaRequest): Promise<void>;
  /** After `checkSchema` and `inspect`: what a person should know of how rows will be published. Default: nothing. */
  warnings?(): readonly string[];
  /** Takes the store for this run and makes room for staging. */
  begin(request: StageRequest): Promise<void>;
  /** Stages all rows of a relation; with {@link partsAtOnce} those of some more relations. */
  writeRelation?(relation: Relation, onProgress: (progress: EngineProgress) => void): Promise<void>;
  /** Calls of `writeRelation` that may be under way at once. Default: 0, it is called a single time, with all rows. */
  readonly partsAtOnce?: number;
  /** Stages some more rows. All batches of a session have the schema that `begin` was told. */
  writeBatch?(batch: Batch): Promise<void>;
  /**
   * How files would be copied without decoding their values, or why they cannot be. No files are a plan of no rows.
   * Writes nothing.
   */
  planFiles?(files: readonly SourceFile[], shape: FilesShape): Promise<FilesPlan | Impossible>;
  /** Stages what `planFiles` of this session has planned. */
  writeFiles?(
    plan: FilesPlan,
    shape: FilesShape,
    onProgress: (progress: EngineProgress) => void,
  ): Promise<void>;
  /** Ends the staging, makes it durable, and counts what is there. `onProgress`: it is not standing still. */
  finish(onProgress?: () => void): Promise<Staged>;
  /**
   * After `finish`: what `writeRelation` and `writeBatch` have staged, read back by the session that the store was
   * given; null where they have not been called. With mode "merge": the rows that they were given, those too that the
   * store holds already; that what it is going to show follows from them, the store proves itself. A store without it
   * cannot be asked for `verify: fingerprint`, and where rows are checked, it is given them only afterwards. `all`: also
   * what `writeFiles` has staged, and what the store has compared itself.
   */
  staged?(options?: { readonly all: boolean }): Promise<Relation | null>;
  /**
   * After `finish`: what is certain about some columns of all that `staged` gives, without their values being read.
   * Default: nothing.
   */
  knownValues?(schema: Schema): Promise<KnownColumns>;
  /** Why `staged` could not give a column back as what it was; null: it can. Default: it can, of every column. */
  unverifiable?(column: Column): string | null;
  /**
   * After `finish`: stages these rows instead of those that are staged, of which they are a part: they may be read from
   * what `staged` gave. `finish` is called again. Left out by stores that cannot put rows of a run aside.
   */
  restage?(relation: Relation, onProgress: (progress: EngineProgress) => void): Promise<void>;
  /** The one step that makes the staged rows visible. Idempotent by run id. */
  publish(commit: Commit): Promise<Published>;
  /** Removes what was staged. Never throws away anything that was there before. */
  discard(): Promise<void>;
  /**
   * Instead of `begin`: takes the store, finishes or sweeps what dead runs left, and tells of it, and of the run
   * that published last. The store is held until `close`. Nothing is made where there is no store.
   */
  recover?(): Promise<readonly EarlierRun[]>;
  /**
   * After `recover`: NOTHING_TO_UNDO where that run cannot be taken back, since another has published after it or
   * what it took out was not kept. Changes nothing.
   */
  checkUndo?(runId: string): Promise<void>;
  /** After `recover`: takes the run back, with what it kept. Gives the record that holds now. */
  undo?(runId: string): Promise<{ readonly record: unknown }>;
  /** Lets go of the store. Safe to call twice, and after any error. */
  close(): Promise<void>;
}

/** How few files to make of many. */
export interface CompactRequest {
  /** Rows in a file, about; null: no limit. */
  readonly rows: number | null;
  /** Bytes in a file, about; null: no limit. */
  readonly bytes: number | null;
  /** Columns to sort all rows by; none: the order stays, and values are copied as they are. */
  readonly sort: readonly string[];
}

/** What became of the files of a store. */
export interface Compacted {
  readonly files_before: number;
  readonly files_after: number;
  /** Rows in the files that were rewritten; as many before as after. */
  readonly rows: number;
  /** Bytes of the files that were rewritten. */
  readonly bytes_before: number;
  readonly bytes_after: number;
  /** How, or why nothing was done. */
  readonly reason: string;
}

/** Everything that a type of store is. Cheap to import: a driver is imported in `open`. */
export interface StoreDefinition<Type extends string = string, Config extends z.ZodObject = z.ZodObject> {
  readonly type: Type;
  /** One line: where it writes. */
  readonly summary: string;
  /** As of a home. */
  readonly config: Config;
  readonly capabilities: StoreCapabilities;
  /** As of a home. */
  readonly connection?: ConnectionDefinition;
  readonly paths?: readonly string[];
  /** Whether its path is one file, that holds everything; default: a folder. */
  readonly inFile?: boolean;
  forEntity?(config: z.output<Config>, part: string): z.output<Config>;
  /** What the configuration says of a table that is there already. Default: nothing. */
  ifExists?(config: z.output<Config>): IfExists | null;
  /** What two flows must not share, such as the absolute path of the folder. */
  destination(config: z.output<Config>): string;
  /** Holds the store against its own record of what was put there. Writes nothing. */
  audit?(config: z.output<Config>, context: StoreContext): Promise<StoreAudit>;
  /** Makes few files of many small ones, with the same rows. */
  compact?(config: z.output<Config>, context: StoreContext, request: CompactRequest): Promise<Compacted>;
  open(config: z.output<Config>, context: StoreContext): Promise<StoreSession>;
}

export function defineStore<const Type extends string, Config extends z.ZodObject>(
  definition: StoreDefinition<Type, Config>,
): StoreDefinition<Type, Config> {
  return definition;
}
