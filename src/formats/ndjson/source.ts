import { type Field, type LogicalType, typeName } from '../../core/types.js';
import { literal } from '../../engine/index.js';
import { readLines } from '../csv/dialect.js';
import { plainLines, scanCsv } from '../csv/scan.js';
import { type BadRow, mostAside, tooLong, unfitText } from '../text/bad-row.js';
import { compressionOf, type TextCompression } from '../text/compression.js';
import { jsonSpelling } from '../text/exact.js';
import type { Unknown } from '../text/infer.js';
import type { SourceContext, TextSource } from '../text/source.js';
import { badRowsOf } from '../text/typed.js';
import type { Readable } from '../text/utf8-copies.js';
import { isBlank, isObject, textsOfLines } from './lines.js';

export interface NdjsonSourceOptions {
  readonly files: readonly string[];
  readonly compression: TextCompression | 'auto';
  readonly maxLine: number | null;
}

/** Files of one JSON object a line as a source of text. */
export class NdjsonSource implements TextSource {
  readonly spelling = jsonSpelling;
  readonly #options: NdjsonSourceOptions;
  readonly #context: SourceContext;
  /** What the values of each key are, by the engine's own look at all of them. */
  #structure: Readonly<Record<string, unknown>> | null = null;

  constructor(options: NdjsonSourceOptions, context: SourceContext) {
    this.#options = options;
    this.#context = context;
  }

  get files(): readonly string[] {
    return this.#options.files;
  }

  /** Declared names in their order, and behind them the other keys of all lines as they first come. */
  async names(declared: readonly string[]): Promise<readonly string[]> {
    if (declared.length > 0 && !(await this.#hasOthers(declared))) return declared;
    return [...new Set([...declared, ...Object.keys(await this.#look())])];
  }

  warnings(): readonly string[] {
    return [];
  }

  async unknown(names: readonly string[]): Promise<(Unknown | { name: string; type: LogicalType })[]> {
    const structure = await this.#look();
    return names.map((name) => {
      const found = structure[name];
      if (found === 'BOOLEAN') return { name, type: { kind: 'boolean' } };
      if (found === 'NULL') return { name, type: { kind: 'varchar' } };
      if (found === 'VARCHAR') return { name, as: 'strings' };
      if (typeof found === 'string' && /INT$|^DOUBLE$/.test(found)) return { name, as: 'numbers' };
      return { name, type: { kind: 'json' } };
    });
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
  async #hasOthers(names: readonly string[]): Promise<boolean> {
    const session = await this.#context.engine();
    const { signal } = this.#context;
    const isKnown = `key IN (${names.map(literal).join(', ')})`;
    const lists = `SELECT DISTINCT TRY(json_keys(line)) AS keys FROM (${this.#lines(this.files)}) WHERE ${isObject('line')}`;
    const others = `SELECT 1 FROM (SELECT unnest(keys) AS key FROM (${lists})) WHERE NOT ${isKnown} LIMIT 1`;
    return (await session.rows(others, { signal })).length > 0;
  }

  async #look(): Promise<Readonly<Record<string, unknown>>> {
    if (this.#structure !== null) return this.#structure;
    const session = await this.#context.engine();
    const { signal } = this.#context;
    const lines = `SELECT CASE WHEN ${isObject('line')} THEN TRY_CAST(line AS JSON) END AS object FROM (${this.#lines(this.files)})`;
    const structure = `SELECT json_group_structure(object) FROM (${lines}) WHERE object IS NOT NULL`;
    const [[text] = [null]] = await session.rows(structure, { signal });
    const found: unknown = JSON.parse(text ?? 'null');
    this.#structure =
      typeof found === 'object' && found !== null && !Array.isArray(found)
        ? (found as Readonly<Record<string, unknown>>)
        : {};
    return this.#structure;
  }

  #lines(paths: readonly string[]): string {
    const { maxLine } = this.#options;
    const groups = new Map<TextCompression, string[]>();
    for (const path of paths) {
      const kind = this.readable(path).compression;
      groups.set(kind, [...(groups.get(kind) ?? []), path]);
    }
    return [...groups]
      .map(([kind, some]) => readLines(some, { compression: kind, maxLine }))
      .join(' UNION ALL ');
  }
}

const readable = `(${isObject('line')} AND json_valid(line))`;
