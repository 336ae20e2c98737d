import type { z } from 'zod';
import type { HyggeError } from '../errors/index.js';
import type { Batch, Row } from './batch.js';
import type { HomeCapabilities } from './capabilities.js';
import type { ConnectionDefinition, Connections } from './connection.js';
import type { FoundTable } from './discover.js';
import type { EngineSession, Relation } from './engine.js';
import type { Estimate } from './plan.js';
import type { Schema } from './types.js';

/**
 * What a home may take for true of all rows without looking at them: what holds for its first rows, and what the last run
 * found out (`first rows`); only the latter (`last run`); neither (`nothing`).
 */
export type HomeTrust = 'first rows' | 'last run' | 'nothing';

/** What a home is given when it is opened. */
export interface HomeContext {
  /** The entity's name in messages. */
  readonly name: string;
  /** The engine, opened when it is first asked for: a home that does not need it does not pay for it. */
  engine(): Promise<EngineSession>;
  /** What `connection` of a configuration names. */
  readonly connections: Connections;
  /** Aborted when the run is stopped; a home stops reading at once. */
  readonly signal: AbortSignal;
  /** Rows have come: told by homes that bring many before they give any, so that a run is not stopped as standing still. */
  onProgress?(): void;
  /** Something that a person should know of every run; left out where nothing is carried out: a plan has `warnings`. */
  readonly notice?: ((message: string) => void) | undefined;
  /** The run, where something is carried out or planned by one. */
  readonly runId?: string | undefined;
  /** The flow of whose entities it is one, and how many of them this run is about; left out where it stands alone. */
  readonly flow?: { readonly name: string; readonly entities: number } | undefined;
  /** The folder of the journal and of what hygge keeps for itself; left out where there is no project. */
  readonly stateFolder?: string | undefined;
  /**
   * Default: what the last run found out, and of the rest what is certain. What a home trusts in it holds against every row
   * that it gives, and fails where it is not so: see {@link HomeSession.distrusts}.
   */
  readonly trust?: HomeTrust | undefined;
  /** The types that the last run found out ({@link HomeSession.inferred}); null where there are none. */
  remembered?(): Promise<Readonly<Record<string, string>> | null>;
}

/** What to read. */
export interface ReadRequest {
  /** Stops the reading. */
  readonly signal: AbortSignal;
}

/** A file that a home gives as it is. */
export interface SourceFile {
  readonly path: string;
  readonly bytes: number;
  readonly rows: number;
  /** The file's own description, such as the footer of a parquet file; `format` says whose. */
  readonly description: unknown;
  readonly format: string;
  /** Whether checksums that the file has are checked while it is copied. Default: true. */
  readonly checksums?: boolean;
}

/** What is going to be read, for {@link HomeSession.check}. */
export interface CheckRequest {
  /** The columns that are wanted, by the home's names; null = all. */
  readonly columns: readonly string[] | null;
  /** Conditions that all hold for the wanted rows. */
  readonly conditions: readonly string[];
  readonly signal: AbortSignal;
  /** Something was read. */
  onProgress(): void;
}

/** What is certain about the values of a column. */
export interface ColumnBounds {
  /** The greatest value, as text that the engine reads back exactly; null where there is no value. */
  readonly max: string | null;
  /** Whether some have no place in the order: NULL, NaN, infinity. */
  readonly unordered: boolean;
}

/**
 * Which rows are looked at: those whose value lies at `from` or above, and those without a place in the order (NULL,
 * NaN, infinity).
 */
export interface Reach {
  readonly column: string;
  /** As text that the engine reads back exactly as the column's type. */
  readonly from: string;
}

/** Why something cannot be done, in a few words that continue "it cannot be copied: …". */
export interface Impossible {
  readonly impossible: string;
}

/** Some of a home's rows. */
export interface HomePart extends Relation {
  /** Nobody reads it any more, whether all went well or not. */
  done(): Promise<void>;
}

/** Rows of a home that could not be read, and were kept elsewhere. */
export interface Unreadable {
  readonly rows: number;
  /** What is said of them. */
  readonly message: string;
}

/**
 * One reading of a home, used once. It offers the forms that its definition's capabilities name:
 * `relation` (a SELECT for the engine), `read` (batches, or arrays of plain objects), `files`.
 */
export interface HomeSession {
  /**
   * The columns, without reading the data; null where only the data can tell (plain objects of a home that
   * declares nothing): the types are then inferred from the rows.
   */
  schema(): Promise<Schema | null>;
  estimate(): Promise<Estimate>;
  /** What a person should know before anything is moved, such as columns that some files lack. */
  warnings?(): readonly string[];
  /**
   * Called once, before anything is read, with a condition that is going to be applied to the rows in any case: the home
   * may leave out rows for which it does not hold. What there is to say of it belongs to `warnings`.
   */
  narrow?(where: string): void;
  /** What is known of a column's values without reading them; null where only the data can tell. */
  bounds?(column: string): Promise<ColumnBounds | null>;
  /** The files whose rows, in this order, are the home's rows; or why their bytes alone are not. */
  files?(): Promise<readonly SourceFile[] | Impossible>;
  /**
   * All rows, all columns. `wanted`: the columns that will be read of it; default: all. `reach`: other rows will not be
   * looked at; default: all will. A home that can reads no more than that.
   */
  relation?(wanted?: readonly string[], reach?: Reach): Promise<Relation>;
  /**
   * All rows as several relations, each as soon as its rows are there, so that they are written while others are still on
   * their way. Each has a count of its own. More may be asked for while some are being read: a home that cannot give
   * them waits until those are done. Its end may be heard while some are still being read: what they lie in goes with `close`,
   * or with the last `done`, and not with that end. Columns as of `relation`.
   */
  parts?(wanted?: readonly string[]): AsyncIterable<HomePart>;
  /**
   * Holds checksums that the home has against its data, where nobody else does: called while `relation` is being
   * read. Rejects where the data is damaged.
   */
  check?(request: CheckRequest): Promise<void>;
  read?(request: ReadRequest): AsyncIterable<Batch | readonly Row[]>;
  /** Columns whose types the configuration says; left out by homes that know all types themselves. */
  declared?(): readonly string[];
  /** The types that were found out from the data, as the engine spells them, by column: kept for the next run. */
  inferred?(): Promise<Readonly<Record<string, string>>>;
  /** Called once before rows are moved: keeps those that cannot be read and are left out; null: there are none. */
  setAside?(): Promise<Unreadable | null>;
  /**
   * Called when rows begin to be moved, and carried out beside that: fails where what is read is not whole, though whoever
   * reads it would not notice. Nothing is published before it has ended. `onProgress`: it goes on.
   */
  prove?(onProgress: () => void): Promise<void>;
  /** What was wrong with the data when a statement that read it failed; null where that cannot be told. */
  explain?(error: HyggeError): Promise<HyggeError | null>;
  /**
   * With which trust the home is worth being opened anew, where a failure may be due to what this session trusted in; null
   * where it is not.
   */
  distrusts?(error: HyggeError): HomeTrust | null;
  close(): Promise<void>;
}

/** Everything that a type of home is. Cheap to import: a driver is imported in `open`. */
export interface HomeDefinition<Type extends string = string, Config extends z.ZodObject = z.ZodObject> {
  readonly type: Type;
  /** One line: what it reads. */
  readonly summary: string;
  /**
   * The keys, without `type`; each with a description and, where it has one, a default. Made with
   * `z.strictObject`, so that a misspelt key is an error.
   */
  readonly config: Config;
  readonly capabilities: HomeCapabilities;
  /** The type of connection that its key `connection` names, where it has one. */
  readonly connection?: ConnectionDefinition;
  /** Keys that hold paths: relative ones start at the workspace's root. */
  readonly paths?: readonly string[];
  /** The names of its files, packed ones too: one that is named by its path alone is read by this type. Default: none. */
  readonly fileNames?: RegExp;
  /** The configuration of one entity: `part` is its name or its own path. Default: appended to every path key. */
  forEntity?(config: z.output<Config>, part: string): z.output<Config>;
  /**
   * The tables that such a home could read, whatever its configuration says of one; left out by types that know none.
   */
  discover?(config: z.output<Config>, context: HomeContext): Promise<readonly FoundTable[]>;
  /** Where a configuration names several of those tables, each to become an entity: which ones. null: it reads one. */
  several?(config: z.output<Config>): SeveralTables | null;
  open(config: z.output<Config>, context: HomeContext): Promise<HomeSession>;
}

/** Several tables that one home names. */
export interface SeveralTables {
  /** As they are written, such as `shop.*`. */
  readonly shown: string;
  /** The keys that say it, which the home of a single table does not have. */
  readonly keys: readonly string[];
  takes(table: FoundTable): boolean;
}

/** Keeps the types of a definition while checking its form. */
export function defineHome<const Type extends string, Config extends z.ZodObject>(
  definition: HomeDefinition<Type, Config>,
): HomeDefinition<Type, Config> {
  return definition;
}
