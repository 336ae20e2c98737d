import { relative } from 'node:path';
import { type Field, type TypeKind, typeName } from '../../core/types.js';
import { identifier } from '../../engine/index.js';
import { fail } from '../../errors/index.js';
import { rootOf } from '../listing.js';
import { type BadRow, badRowError } from '../text/bad-row.js';
import { compressionOf, type TextCompression } from '../text/compression.js';
import type { Encoding } from '../text/encoding.js';
import type { Spelling } from '../text/exact.js';
import { unpackWhole } from '../text/explain.js';
import type { Found } from '../text/infer.js';
import { beginsAlike, hasFewThreads, proveAlike } from '../text/rows-alike.js';
import type { Likeness, SourceContext, TextSource } from '../text/source.js';
import { type Readable, Utf8Copies } from '../text/utf8-copies.js';
import { badRowsIn } from './bad-rows.js';
import { type CsvFiles, type Dialect, isAlike, readCsv } from './dialect.js';
import { type Head, headOf } from './head.js';
import { beginOf, isPlain, recordRows, recordTokens } from './typed.js';

export interface CsvSourceOptions {
  /** As the home's configuration has it. */
  readonly path: string;
  readonly files: readonly string[];
  readonly dialect: Dialect;
  readonly compression: TextCompression | 'auto';
  readonly encoding: Encoding;
  readonly spelling: Spelling;
}

/** Threads of the engine with which all texts are looked at as soon as one thread has looked at their bytes. */
const mostThreads = 8;

/** Kinds of words that the engine's own reader takes and casts as the engine does elsewhere; with numbers, where these are plain. */
const nativeWords: ReadonlySet<TypeKind> = new Set(['boolean', 'uuid']);
const native: ReadonlySet<TypeKind> = new Set([...nativeWords, 'float', 'double']);

/** Csv files as a source of text. Nothing about them is guessed but the types. */
export class CsvSource implements TextSource {
  readonly #options: CsvSourceOptions;
  readonly #context: SourceContext;
  readonly #copies: Utf8Copies;
  /** Files as they can be read, by their paths. */
  readonly #readable = new Map<string, Readable>();
  /** What is known of files with a row or a header: with which others they are read, and the bytes before their first row. */
  readonly #plans = new Map<string, { readonly group: CsvFiles; readonly begin: number }>();
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
      const own = { names, compression: readable.compression, header, lineEnd: head.lineEnd };
      const last = groups.at(-1);
      const group = last !== undefined && isAlike(last, own) ? last : { paths: [], ...own };
      group.paths.push(readable.path);
      if (group !== last) groups.push(group);
      this.#plans.set(file, { group, begin: beginOf(head, dialect) });
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

  async likeFirst(columns: readonly Field[], found: ReadonlyMap<string, Found>): Promise<Likeness | null> {
    const typed = await this.#typed(columns, found);
    if (typed !== null) return typed;
    const types = this.#native(columns, found);
    if (found.size === 0 && types.size === 0) return null;
    const prove: Likeness['prove'] = (...how) => unpackWhole(this, ...how);
    return { select: this.#select(columns, [], types), native: new Set(types.keys()), prove };
  }

  select(columns: readonly Field[], tolerant: boolean): string {
    return this.#select(columns, tolerant ? ['ignore_errors = true'] : []);
  }

  async badRows(file: string, columns: readonly Field[], most: number | null): Promise<readonly BadRow[]> {
    const readable = this.readable(file);
    const group = this.#plans.get(file)?.group;
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

  #select(columns: readonly Field[], more: readonly string[], types?: ReadonlyMap<string, string>): string {
    const parts = this.#groups.map((group) => readCsv(group, this.#options.dialect, more, types));
    if (parts.length > 0) return parts.join(' UNION ALL BY NAME ');
    const none = columns.map(
      ({ name }) => `CAST(NULL AS ${types?.get(name) ?? 'VARCHAR'}) AS ${identifier(name)}`,
    );
    return `SELECT ${none.join(', ')} WHERE false`;
  }

  /** The engine's own reader casts, and the bytes are looked at beside it; null where that would not do. */
  async #typed(columns: readonly Field[], found: ReadonlyMap<string, Found>): Promise<Likeness | null> {
    const { dialect, spelling } = this.#options;
    const tokens = recordTokens(columns, found, spelling);
    if (tokens === null || !this.#groups.every((group) => isPlain(group, dialect))) return null;
    if (!(await hasFewThreads(this.#context, mostThreads))) return null;
    const [first] = this.#plans;
    if (first === undefined) return null;
    const [file, { group, begin }] = first;
    if (!(await beginsAlike(this.readable(file), recordRows(group, dialect, tokens, begin)))) return null;
    const { name } = this.#context;
    const prove: Likeness['prove'] = async (path, ...how) => {
      const plan = this.#plans.get(path);
      if (plan === undefined) return unpackWhole(this, path, ...how);
      const rows = recordRows(plan.group, dialect, tokens, plan.begin);
      await proveAlike({ name, path, file: this.readable(path), rows }, ...how);
    };
    const types = new Map(
      [...tokens].flatMap(([column, { reads }]) => (reads === null ? [] : [[column, reads]])),
    );
    return { select: this.#select(columns, [], types), native: new Set(types.keys()), prove };
  }

  /** Columns that the engine's own reader casts in no other way than a text is cast elsewhere, and their types. */
  #native(columns: readonly Field[], found: ReadonlyMap<string, Found>): ReadonlyMap<string, string> {
    const { decimalSeparator, thousands } = this.#options.spelling;
    const isPlain = decimalSeparator === '.' && thousands === null;
    const isDropped = this.#groups.some(({ header }) => header !== null && 'drop' in header);
    // A header that is a row to the engine would be cast too.
    if (isDropped) return new Map();
    const some = columns.filter(
      ({ name, type }) => !found.has(name) && (isPlain ? native : nativeWords).has(type.kind),
    );
    return new Map(some.map(({ name, type }) => [name, typeName(type)]));
  }

  #namesOf(file: string, { cells, record }: Head, declared: readonly string[]): readonly string[] {
    if (!this.#options.dialect.header) return cells.map((_, i) => declared[i] ?? `column${i}`);
    const { name } = this.#context;
    const strange = record.text.includes('\uFFFD')
      ? 'bytes that are no UTF-8; encoding: says what they are'
      : record.text.includes('\0')
        ? 'the character NUL'
        : null;
    if (strange !== null) {
      const why = `the names of its columns have ${strange}`;
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
