import { type Field, typeName } from '../../core/types.js';
import { literal } from '../../engine/index.js';
import { fail } from '../../errors/index.js';
import { readLines } from '../csv/dialect.js';
import { plainLines, scanCsv } from '../csv/scan.js';
import { type BadRow, mostAside, tooLong, unfitText, usualLine } from '../text/bad-row.js';
import { compressionOf, type TextCompression } from '../text/compression.js';
import { jsonSpelling } from '../text/exact.js';
import type { Unknown } from '../text/infer.js';
import { beginsAlike, hasFewThreads, proveAlike } from '../text/rows-alike.js';
import type { Certain, Likeness, SourceContext, TextSource } from '../text/source.js';
import { badRowsOf } from '../text/typed.js';
import { unpacked } from '../text/unpack.js';
import type { Readable } from '../text/utf8-copies.js';
import { alikeTexts, type FoundOf, mayLose } from './alike.js';
import { isBlank, isLong, isObject, textsOfLines } from './lines.js';
import { LongNumberSearch } from './long-numbers.js';
import { memberTokens, readMembers } from './typed.js';

export interface NdjsonSourceOptions {
  readonly files: readonly string[];
  readonly compression: TextCompression | 'auto';
  readonly maxLine: number | null;
}

/** Threads of the engine with which all texts are looked at as soon as one thread has looked at their bytes. */
const mostThreads = 16;

/** Files of one JSON object a line as a source of text. */
export class NdjsonSource implements TextSource {
  readonly spelling = jsonSpelling;
  readonly #options: NdjsonSourceOptions;
  readonly #context: SourceContext;
  /** What the values of each key are, by the engine's own look at all of them. */
  readonly #structures = new Map<number | null, Readonly<Record<string, unknown>>>();

  constructor(options: NdjsonSourceOptions, context: SourceContext) {
    this.#options = options;
    this.#context = context;
  }

  get files(): readonly string[] {
    return this.#options.files;
  }

  /** Declared names in their order, and behind them the other keys of all lines as they first come. */
  async names(declared: readonly string[], first: number | null): Promise<readonly string[]> {
    if (declared.length > 0 && !(await this.#hasOthers(declared, first))) return declared;
    return [...new Set([...declared, ...Object.keys(await this.#look(first))])];
  }

  warnings(): readonly string[] {
    return [];
  }

  async unknown(names: readonly string[], first: number | null): Promise<(Unknown | Certain)[]> {
    const structure = await this.#look(first);
    return names.map((name) => {
      const found = structure[name];
      if (found === 'BOOLEAN') return { name, type: { kind: 'boolean' }, isEmpty: false };
      if (found === 'NULL') return { name, type: { kind: 'varchar' }, isEmpty: true };
      if (found === 'VARCHAR') return { name, as: 'strings' };
      if (typeof found === 'string' && /INT$|^DOUBLE$/.test(found)) return { name, as: 'numbers' };
      return { name, type: { kind: 'json' }, isEmpty: false };
    });
  }

  async likeFirst(columns: readonly Field[], found: FoundOf, first: number): Promise<Likeness | null> {
    const typed = await this.#typed(columns, found);
    if (typed !== null) return typed;
    const session = await this.#context.engine();
    const { signal } = this.#context;
    const names = columns.map((_, i) => `c${i}`);
    const counts = names.map((name) => `count(${name})`).join(', ');
    const some = alikeTexts(this.#first(first), columns, found);
    // What fails here would fail for all.
    await session.rows(`SELECT ${counts} FROM (${some}) AS looked(${names.join(', ')})`, { signal });
    const select = alikeTexts(this.#lines(this.files), columns, found);
    const isOpen = mayLose(columns, found);
    const prove: Likeness['prove'] = (...how) => this.#proveShort(isOpen, ...how);
    if (!isOpen) return { select, prove };
    const long = `SELECT 1 FROM (${this.#first(first)}) WHERE ${isLong('line')} LIMIT 1`;
    return (await session.rows(long, { signal })).length > 0 ? null : { select, prove };
  }

  /** The engine casts what it is known to cast as it stands, by a look at the bytes beside it. */
  async #typed(columns: readonly Field[], found: FoundOf): Promise<Likeness | null> {
    const tokens = memberTokens(columns, found);
    const [first] = this.files;
    if (tokens === null || first === undefined || !(await hasFewThreads(this.#context, mostThreads)))
      return null;
    const { maxLine } = this.#options;
    const rows = { tokens, most: maxLine ?? usualLine, shape: { names: columns.map(({ name }) => name) } };
    if (!(await beginsAlike(this.readable(first), rows))) return null;
    const { name } = this.#context;
    const prove: Likeness['prove'] = (file, ...how) =>
      proveAlike({ name, path: file, file: this.readable(file), rows }, ...how);
    return { ...readMembers(this.#groups(), columns, tokens, maxLine), prove };
  }

  /** Fails where there are numbers that floating point may not hold; `isOpen`: if that is of consequence. */
  async #proveShort(
    isOpen: boolean,
    file: string,
    signal: AbortSignal,
    onProgress: () => void,
  ): Promise<void> {
    const { path, compression } = this.readable(file);
    if (compression === 'none' && !isOpen) return;
    const search = new LongNumberSearch();
    for await (const piece of unpacked(path, compression)) {
      signal.throwIfAborted();
      if (isOpen && search.finds(piece))
        throw fail('ROWS_NOT_ALIKE', { name: this.#context.name, path: file });
      onProgress();
    }
  }

  select(columns: readonly Field[], tolerant: boolean): string {
    const good = `NOT ${isBlank('line')} AND ${readable}`;
    return textsOfLines(this.#lines(this.files), columns, tolerant ? good : null);
  }

  async badRows(file: string, columns: readonly Field[], most: number | null): Promise<readonly BadRow[]> {
    try {
      return await this.#badRows(file, columns, most);
    } catch (error) {
      const row = await this.#unreadable(file);
      if (row === null) throw error;
      return [row];
    }
  }

  readable(file: string): Readable {
    return { path: file, compression: compressionOf(file, this.#options.compression) };
  }

  /** The first line that the engine cannot get over. */
  async #unreadable(file: string): Promise<BadRow | null> {
    for await (const { line, text } of scanCsv(this.readable(file), plainLines)) {
      const isStrange = text.includes('\uFFFD');
      const why = isStrange ? 'it has bytes that are no UTF-8' : tooLong(text, this.#options.maxLine);
      if (why !== null) return { file, line, column: null, raw: text, why };
    }
    return null;
  }

  async #badRows(file: string, columns: readonly Field[], most: number | null): Promise<readonly BadRow[]> {
    const session = await this.#context.engine();
    const { signal } = this.#context;
    const numbered = `SELECT line, row_number() OVER () AS n FROM (${this.#lines([file])})`;
    const limit = ` LIMIT ${most ?? mostAside + 1}`;
    const broken = await session.rows(
      `SELECT n, line FROM (${numbered}) WHERE NOT ${isBlank('line')} AND NOT ${readable} ORDER BY n${limit}`,
      { signal },
    );
    const goodLines = `SELECT line FROM (${this.#lines([file])}) WHERE NOT ${isBlank('line')} AND ${readable}`;
    const select = textsOfLines(goodLines, columns, null);
    const unfit = await session.rows(
      `SELECT g.n, bad.column1, bad.column2, g.line FROM (${badRowsOf({ select, columns, spelling: this.spelling })}) AS bad(column0, column1, column2) JOIN (SELECT n, line, row_number() OVER () AS row_n FROM (${numbered}) WHERE NOT ${isBlank('line')} AND ${readable}) AS g ON g.row_n = bad.column0 ORDER BY g.n${limit}`,
      { signal },
    );
    const rows = [
      ...broken.map(([line, raw]) => ({ line, raw, column: null, why: 'it is no JSON object' })),
      ...unfit.map(([line, place, text, raw]) => {
        const column = columns[Number(place)];
        const type = column === undefined ? 'its type' : typeName(column.type);
        return { line, raw, column: column?.name ?? null, why: unfitText(text ?? null, type) };
      }),
    ];
    return rows
      .map(({ line, raw, ...row }) => ({ file, line: Number(line), raw: raw ?? null, ...row }))
      .sort((a, b) => a.line - b.line);
  }

  /** Whether a line has a key that is none of these; much less work than to see what its values are. */
  async #hasOthers(names: readonly string[], first: number | null): Promise<boolean> {
    const session = await this.#context.engine();
    const { signal } = this.#context;
    const isKnown = `key IN (${names.map(literal).join(', ')})`;
    const lists = `SELECT DISTINCT TRY(json_keys(line)) AS keys FROM (${this.#first(first)}) WHERE ${isObject('line')}`;
    const others = `SELECT 1 FROM (SELECT unnest(keys) AS key FROM (${lists})) WHERE NOT ${isKnown} LIMIT 1`;
    return (await session.rows(others, { signal })).length > 0;
  }

  async #look(first: number | null): Promise<Readonly<Record<string, unknown>>> {
    const known = this.#structures.get(first);
    if (known !== undefined) return known;
    const session = await this.#context.engine();
    const { signal } = this.#context;
    const lines = `SELECT CASE WHEN ${isObject('line')} THEN TRY_CAST(line AS JSON) END AS object FROM (${this.#first(first)})`;
    const structure = `SELECT json_group_structure(object) FROM (${lines}) WHERE object IS NOT NULL`;
    const [[text] = [null]] = await session.rows(structure, { signal });
    const found: unknown = JSON.parse(text ?? 'null');
    const isNone = typeof found !== 'object' || found === null || Array.isArray(found);
    const looked = isNone ? {} : (found as Readonly<Record<string, unknown>>);
    this.#structures.set(first, looked);
    return looked;
  }

  /** The first lines; null: all. */
  #first(count: number | null): string {
    const lines = this.#lines(this.files);
    return count === null ? lines : `SELECT * FROM (${lines}) LIMIT ${count}`;
  }

  /** The paths by what they are packed with. */
  #groups(paths = this.files): ReadonlyMap<TextCompression, readonly string[]> {
    const groups = new Map<TextCompression, string[]>();
    for (const path of paths) {
      const kind = this.readable(path).compression;
      groups.set(kind, [...(groups.get(kind) ?? []), path]);
    }
    return groups;
  }

  #lines(paths: readonly string[]): string {
    const { maxLine } = this.#options;
    return [...this.#groups(paths)]
      .map(([kind, some]) => readLines(some, { compression: kind, maxLine }))
      .join(' UNION ALL ');
  }
}

const readable = `(${isObject('line')} AND json_valid(line))`;
