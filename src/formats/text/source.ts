import type { EngineSession } from '../../core/engine.js';
import type { Field, LogicalType } from '../../core/types.js';
import type { BadRow } from './bad-row.js';
import type { Spelling } from './exact.js';
import type { Unknown } from './infer.js';
import type { Texts } from './typed.js';
import type { Readable } from './utf8-copies.js';

/** Files of text of one format, as {@link openTextHome} needs them. */
export interface TextSource {
  readonly files: readonly string[];
  readonly spelling: Spelling;
  /** The names of all columns, in order; `declared` ones may be what there is to go by. */
  names(declared: readonly string[]): Promise<readonly string[]>;
  /** What a person should know of the columns. */
  warnings(): readonly string[];
  /** How columns without a type are to be looked at, or the type that they have for certain. */
  unknown(names: readonly string[]): Promise<readonly (Unknown | { name: string; type: LogicalType })[]>;
  /** All rows as text. `tolerant`: rows that are no rows are left out. */
  select(columns: readonly Field[], tolerant: boolean): string;
  /** The rows of one file that cannot be read, in order. */
  badRows(file: string, columns: readonly Field[], most: number | null): Promise<readonly BadRow[]>;
  /** A file as the engine reads it. */
  readable(file: string): Readable;
  close?(): Promise<void>;
}

export interface SourceContext {
  /** The entity's name. */
  readonly name: string;
  readonly signal: AbortSignal;
  engine(): Promise<EngineSession>;
}

export type { Texts };
