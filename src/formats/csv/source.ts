import { relative } from 'node:path';
import type { Field } from '../../core/types.js';
import { identifier } from '../../engine/index.js';
import { fail } from '../../errors/index.js';
import { rootOf } from '../listing.js';
import { type BadRow, badRowError } from '../text/bad-row.js';
import { compressionOf, type TextCompression } from '../text/compression.js';
import type { Encoding } from '../text/encoding.js';
import type { Spelling } from '../text/exact.js';
import { unpackWhole } from '../text/explain.js';
import type { Found } from '../text/infer.js';
import type { SourceContext, TextSource, Texts } from '../text/source.js';
import { type Readable, Utf8Copies } from '../text/utf8-copies.js';
import { badRowsIn } from './bad-rows.js';
import { type CsvFiles, type Dialect, isAlike, readCsv } from './dialect.js';
import { type Head, headOf } from './head.js';

export interface CsvSourceOptions {
  /** As the home's configuration has it. */
  readonly path: string;
  readonly files: readonly string[];
  readonly dialect: Dialect;
  readonly compression: TextCompression | 'auto';
  readonly encoding: Encoding;
  readonly spelling: Spelling;
}

/** Csv files as a source of text. Nothing about them is guessed but the types. */
export class CsvSource implements TextSource {
  readonly #options: CsvSourceOptions;
  readonly #context: SourceContext;
  readonly #copies: Utf8Copies;
  /** Files as they can be read, by their paths. */
  readonly #readable = new Map<string, Readable>();
  /** Files with the same columns that follow one another. */
  #groups: readonly CsvFiles[] = [];
  #names: readonly string[] = [];

  constructor(options: CsvSourceOptions, context: SourceContext) {
    this.#options = options;
    this.#context = context;
    this.#copies = new Utf8Copies(options.encoding, options.compression, context);
  }

  get files(): readonly string[] {
    return this.#options.files;
  }

  get spelling(): Spelling {
    return this.#options.spelling;
  }

  async names(declared: readonly string[]): Promise<readonly string[]> {
    const groups: (CsvFiles & { readonly paths: string[] })[] = [];
    const { dialect } = this.#options;
    for (const file of this.#options.files) {
      this.#context.signal.throwIfAborted();
      const readable = await this.#copies.of(file);
      this.#readable.set(file, readable);
      const head = await headOf(readable, dialect, !dialect.header && declared.length === 1);
      if (head === null) continue;
      const names = this.#namesOf(file, head, declared);
      const header = dialect.header ? head.header : null;
      const group = { names, compression: readable.compression, header, lineEnd: head.lineEnd };
      const last = groups.at(-1);
      if (last !== undefined && isAlike(last, group)) last.paths.push(readable.path);
      else groups.push({ paths: [readable.path], ...group });
    }
    this.#groups = groups;
    // Files without a row have the columns that were declared.
    this.#names = groups.length === 0 ? declared : [...new Set(groups.flatMap(({ names }) => names))];
    return this.#names;
  }

  warnings(): readonly string[] {
    const missing = this.#names.filter((name) => this.#groups.some(({ names }) => !names.includes(name)));
    return missing.map((name) => `not every file has the column "${name}"; its rows there will be NULL`);
  }

  async unknown(names: readonly string[]) {
    return names.map((name) => ({ name, as: 'anything' }) as const);
  }

  async likeFirst(columns: readonly Field[], found: ReadonlyMap<string, Found>): Promise<string | null> {
    return found.size === 0 ? null : this.select(columns, false);
  }

  proveLike(file: string, _: Texts, signal: AbortSignal, onProgress: () => void): Promise<void> {
    return unpackWhole(this, file, signal, onProgress);
  }

  select(columns: readonly Field[], tolerant: boolean): string {
    const more = tolerant ? ['ignore_errors = true'] : [];
    const parts = this.#groups.map((group) => readCsv(group, this.#options.dialect, more));
    if (parts.length > 0) return parts.join(' UNION ALL BY NAME ');
    const none = columns.map(({ name }) => `CAST(NULL AS VARCHAR) AS ${identifier(name)}`);
    return `SELECT ${none.join(', ')} WHERE false`;
  }

  async badRows(file: string, columns: readonly Field[], most: number | null): Promise<readonly BadRow[]> {
    const readable = this.readable(file);
    const group = this.#groups.find(({ paths }) => paths.includes(readable.path));
    if (group === undefined) return [];
    const { dialect, spelling } = this.#options;
    const own = columns.filter(({ name }) => group.names.includes(name));
    const files = { ...group, paths: [readable.path] };
    return badRowsIn({ file, readable, files, columns: own, dialect, spelling }, this.#context, most);
  }

  readable(file: string): Readable {
    const known = this.#readable.get(file);
    return known ?? { path: file, compression: compressionOf(file, this.#options.compression) };
  }

  close(): Promise<void> {
    return this.#copies.remove();
  }

  #namesOf(file: string, { cells, record }: Head, declared: readonly string[]): readonly string[] {
    if (!this.#options.dialect.header) return cells.map((_, i) => declared[i] ?? `column${i}`);
    const { name } = this.#context;
    if (record.text.includes('\uFFFD')) {
      const why = 'the names of its columns have bytes that are no UTF-8; encoding: says what they are';
      throw badRowError(name, { file, line: record.line, column: null, raw: record.text, why }, null);
    }
    const names = cells.map((cell, i) => (cell === '' ? `column${i}` : cell));
    const seen = new Set<string>();
    for (const column of names) {
      if (seen.has(column.toLowerCase())) throw fail('NAME_TWICE', { name, path: this.#shown(file), column });
      seen.add(column.toLowerCase());
    }
    return names;
  }

  #shown(path: string): string {
    return relative(rootOf(this.#options.path), path) || path;
  }
}
