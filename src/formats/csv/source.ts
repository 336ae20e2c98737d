import { relative } from 'node:path';
import type { Field } from '../../core/types.js';
import { typeName } from '../../core/types.js';
import { identifier } from '../../engine/index.js';
import { fail, HyggeError } from '../../errors/index.js';
import { rootOf } from '../listing.js';
import { type BadRow, badRowError, unfitText } from '../text/bad-row.js';
import type { Spelling } from '../text/exact.js';
import type { SourceContext, TextSource } from '../text/source.js';
import { badRowsOf } from '../text/typed.js';
import {
  type CsvFiles,
  compressionOf,
  type Dialect,
  type Header,
  isAlike,
  readCsv,
  readLines,
  type TextCompression,
} from './dialect.js';
import { type CsvRecord, scanCsv, splitRecord } from './scan.js';

export interface CsvSourceOptions {
  /** As the home's configuration has it. */
  readonly path: string;
  readonly files: readonly string[];
  readonly dialect: Dialect;
  readonly compression: TextCompression | 'auto';
  readonly spelling: Spelling;
}

interface FirstRow {
  readonly record: CsvRecord;
  readonly header: Header;
  /** What lines of the file end in, by its first one. */
  readonly lineEnd: string;
}

/** Lines in which the names of columns must be found, behind comments and blank lines. */
const headLines = 200;

/** Csv files as a source of text. Nothing about them is guessed but the types. */
export class CsvSource implements TextSource {
  readonly #options: CsvSourceOptions;
  readonly #context: SourceContext;
  /** Files with the same columns that follow one another. */
  #groups: readonly CsvFiles[] = [];
  #names: readonly string[] = [];

  constructor(options: CsvSourceOptions, context: SourceContext) {
    this.#options = options;
    this.#context = context;
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
    for (const path of this.#options.files) {
      const compression = compressionOf(path, this.#options.compression);
      const isNarrow = !dialect.header && declared.length === 1;
      const first = await this.#firstRow(path, compression, isNarrow);
      if (first === null) continue;
      const names = this.#namesOf(path, first.record.values, declared);
      const header = dialect.header ? first.header : null;
      const group = { names, compression, header, lineEnd: first.lineEnd };
      const last = groups.at(-1);
      if (last !== undefined && isAlike(last, group)) last.paths.push(path);
      else groups.push({ paths: [path], ...group });
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

  select(columns: readonly Field[], tolerant: boolean): string {
    const more = tolerant ? ['ignore_errors = true'] : [];
    const parts = this.#groups.map((group) => readCsv(group, this.#options.dialect, more));
    if (parts.length > 0) return parts.join(' UNION ALL BY NAME ');
    const none = columns.map(({ name }) => `CAST(NULL AS VARCHAR) AS "${name.replaceAll('"', '""')}"`);
    return `SELECT ${none.join(', ')} WHERE false`;
  }

  async badRows(file: string, columns: readonly Field[], most: number | null): Promise<readonly BadRow[]> {
    const group = this.#groups.find(({ paths }) => paths.includes(file));
    if (group === undefined) return [];
    const session = await this.#context.engine();
    const { signal } = this.#context;
    const { dialect, spelling } = this.#options;
    const own = columns.filter(({ name }) => group.names.includes(name));
    const rejects = [
      'store_rejects = true',
      "rejects_table = 'hygge_rejects'",
      "rejects_scan = 'hygge_rejects_scan'",
    ];
    const select = readCsv({ ...group, paths: [file] }, dialect, rejects);
    const limit = most === null ? '' : ` LIMIT ${most}`;
    for (const table of ['hygge_rejects', 'hygge_rejects_scan'])
      await session.run(`DROP TABLE IF EXISTS ${table}`);
    const { compression } = group;
    let unfit: readonly (readonly (string | null)[])[];
    try {
      unfit = await session.rows(`${badRowsOf({ select, columns: own, spelling })} ORDER BY 1${limit}`, {
        signal,
      });
    } catch (error) {
      const mixed = await this.#mixedEnds(file, compression);
      if (mixed !== null) return [mixed];
      throw error;
    }
    const broken = await session.rows(
      `SELECT line, column_name, error_type, error_message, csv_line FROM hygge_rejects ORDER BY line${limit}`,
    );
    const found = new Map<number, Omit<BadRow, 'file' | 'line'>>();
    for (const [line, , kind, message, raw] of broken) {
      const why = `${(message ?? kind ?? 'it is no row').replace(/\s+/g, ' ').trim()}`;
      if (!found.has(Number(line))) found.set(Number(line), { column: null, raw: raw ?? null, why });
    }
    const values = new Map<number, Omit<BadRow, 'file' | 'line'>>();
    for (const [row, place, text] of unfit) {
      const column = own[Number(place)];
      const type = column === undefined ? 'its type' : typeName(column.type);
      values.set(Number(row), {
        column: column?.name ?? null,
        raw: null,
        why: unfitText(text ?? null, type),
      });
    }
    const isWild = broken.some(([, , kind]) => !/ COLUMNS$/.test(kind ?? ''));
    if (most === null && isWild) await this.#checkNoneLost(file, group, found);
    return this.#placed(file, compression, { broken: found, values, narrow: group.names.length === 1 });
  }

  /**
   * Behind a quote that is out of place the engine may pass over whole rows that are good. Where it does, nothing is put
   * aside: the file must be mended. BAD_ROW.
   */
  async #checkNoneLost(
    file: string,
    group: CsvFiles,
    broken: ReadonlyMap<number, Omit<BadRow, 'file' | 'line'>>,
  ): Promise<void> {
    const { dialect } = this.#options;
    const select = readCsv({ ...group, paths: [file] }, dialect, ['ignore_errors = true']);
    const all = `strlen(concat(${group.names.map(identifier).join(', ')})) >= 0`;
    const session = await this.#context.engine();
    const [[read] = ['0']] = await session.rows(`SELECT count(*) FROM (${select}) WHERE ${all}`, {
      signal: this.#context.signal,
    });
    let rows = dialect.header ? -1 : 0;
    for await (const record of scanCsv(file, dialect, group.compression) ?? [])
      if (this.#isData(record, group.names.length === 1 && rows >= 0)) rows++;
    if (rows === Number(read) + broken.size) return;
    const values = new Map<number, Omit<BadRow, 'file' | 'line'>>();
    const placed = await this.#placed(file, group.compression, {
      broken,
      values,
      narrow: group.names.length === 1,
    });
    const { name } = this.#context;
    const row = placed.find(({ why }) => /quote/i.test(why)) ?? placed[0];
    if (row === undefined) throw fail('INTERNAL', { reason: `rows of ${file} were lost` });
    const why = `${row.why}; rows behind it cannot be told apart, so none can be put aside`;
    throw badRowError(name, { ...row, why }, null);
  }

  /** Finds the lines of rows that are known by their number. */
  async #placed(
    file: string,
    compression: TextCompression,
    rows: {
      readonly broken: ReadonlyMap<number, Omit<BadRow, 'file' | 'line'>>;
      readonly values: ReadonlyMap<number, Omit<BadRow, 'file' | 'line'>>;
      readonly narrow: boolean;
    },
  ): Promise<BadRow[]> {
    const { dialect } = this.#options;
    let left = rows.broken.size + rows.values.size;
    const scan = left === 0 ? null : scanCsv(file, dialect, compression);
    if (scan === null)
      return [...rows.broken.values(), ...rows.values.values()].map((row) => ({ file, line: null, ...row }));
    const placed: BadRow[] = [];
    let number = 0;
    let row = 0;
    let isNamed = !dialect.header;
    for await (const record of scan) {
      number++;
      const broken = rows.broken.get(number);
      const isData = this.#isData(record, rows.narrow && isNamed);
      let bad = broken;
      if (broken === undefined && isData) {
        if (isNamed) bad = rows.values.get(++row);
        else isNamed = true;
      }
      if (bad === undefined) continue;
      placed.push({ ...bad, file, line: record.line, raw: record.text });
      if (--left === 0) break;
    }
    return placed;
  }

  #isData({ text, values }: CsvRecord, narrow: boolean): boolean {
    const isComment = values.length < text.length && /^ *$/.test(values);
    return !isComment && (text !== '' || narrow);
  }

  /** Where a line ends in another way than those before it, which the engine cannot read. */
  async #mixedEnds(file: string, compression: TextCompression): Promise<BadRow | null> {
    let first: string | null = null;
    for await (const { line, text, end } of scanCsv(file, this.#options.dialect, compression) ?? []) {
      if (end !== '' && first !== null && end !== first) {
        const why = `it ends in ${JSON.stringify(end)}, and the lines before it in ${JSON.stringify(first)}`;
        return { file, line, column: null, raw: text, why };
      }
      first ??= end;
    }
    return null;
  }

  /** The first row that is no comment and has something in it; null where there is none. */
  async #firstRow(path: string, compression: TextCompression, narrow: boolean): Promise<FirstRow | null> {
    const scan = scanCsv(path, this.#options.dialect, compression) ?? this.#linesOf(path, compression);
    let skip = 0;
    let isPlain = true;
    let lineEnd: string | null = null;
    try {
      for await (const record of scan) {
        const { text, values, marked } = record;
        lineEnd ??= record.end;
        const isData = this.#isData(record, narrow);
        // Comments that begin elsewhere than their line are sometimes a row to the engine, and sometimes not.
        const hasComment = values.length < text.length;
        if (hasComment && (isData || values !== '' || marked)) isPlain = false;
        if (isData) {
          const isAlone = splitRecord(values, this.#options.dialect).length === 1;
          return { record, header: isPlain ? { skip } : { drop: isAlone ? skip + 1 : 1 }, lineEnd };
        }
        if (text === '') skip++;
      }
      return null;
    } catch (cause) {
      if (cause instanceof HyggeError) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw fail('PATH_NOT_READABLE', { what: 'the file', path, reason }, { cause });
    }
  }

  /** The first lines of a file that only the engine can unpack. */
  async *#linesOf(path: string, compression: TextCompression): AsyncGenerator<CsvRecord> {
    const session = await this.#context.engine();
    const select = readLines([path], { ...this.#options.dialect, compression });
    const lines = await session.rows(`${select} LIMIT ${headLines}`, { signal: this.#context.signal });
    for (const [i, [text]] of lines.entries())
      yield { line: i + 1, text: text ?? '', values: text ?? '', end: '\n', marked: false };
  }

  #namesOf(path: string, first: string, declared: readonly string[]): readonly string[] {
    const { dialect } = this.#options;
    const cells = splitRecord(first, dialect);
    if (!dialect.header) return cells.map((_, i) => declared[i] ?? `column${i}`);
    const names = cells.map((name, i) => (name === '' ? `column${i}` : name));
    const seen = new Set<string>();
    for (const name of names) {
      if (seen.has(name.toLowerCase()))
        throw fail('NAME_TWICE', { name: this.#context.name, path: this.#shown(path), column: name });
      seen.add(name.toLowerCase());
    }
    return names;
  }

  #shown(path: string): string {
    return relative(rootOf(this.#options.path), path) || path;
  }
}
