import type { EngineSession } from '../../core/engine.js';
import type { Field, LogicalType } from '../../core/types.js';
import type { BadRow } from './bad-row.js';
import type { Spelling } from './exact.js';
import type { Found, Unknown } from './infer.js';
import type { Texts } from './typed.js';
import type { Readable } from './utf8-copies.js';

/** Files of text of one format, as {@link openTextHome} needs them. */
export interface TextSource {
  readonly files: readonly string[];
  readonly spelling: Spelling;
  /**
   * The names of all columns, in order; `declared` ones may be what there is to go by. `first`: those of so many rows; null:
   * of all.
   */
  names(declared: readonly string[], first: number | null): Promise<readonly string[]>;
  /** What a person should know of the columns. */
  warnings(): readonly string[];
  /** How columns without a type are to be looked at, or the type that they have for certain; `first` as of `names`. */
  unknown(names: readonly string[], first: number | null): Promise<readonly (Unknown | Certain)[]>;
  /** All rows as text. `tolerant`: rows that are no rows are left out. */
  select(columns: readonly Field[], tolerant: boolean): string;
  /**
   * The same in a way that is faster, and fails where a row is not like the first ones; null where there is none, or
   * nothing of it would rest on those. `found`: columns whose types are those of the first rows.
   */
  likeFirst(
    columns: readonly Field[],
    found: ReadonlyMap<string, Found>,
    first: number,
  ): Promise<Likeness | null>;
  /** The rows of one file that cannot be read, in order. */
  badRows(file: string, columns: readonly Field[], most: number | null): Promise<readonly BadRow[]>;
  /** A file as the engine reads it. */
  readable(file: string): Readable;
  close?(): Promise<void>;
}

/** A way to read rows that are like the first ones. */
export interface Likeness extends Pick<Texts, 'select' | 'native'> {
  /** Fails where a file has something that this way of reading does not see. Reads a packed file to its end. */
  prove(file: string, signal: AbortSignal, onProgress: () => void): Promise<void>;
}

/** A column whose type the format itself tells. */
export interface Certain {
  readonly name: string;
  readonly type: LogicalType;
  /** There was no value. */
  readonly isEmpty: boolean;
}

export interface SourceContext {
  /** The entity's name. */
  readonly name: string;
  readonly signal: AbortSignal;
  engine(): Promise<EngineSession>;
}

export type { Texts };
