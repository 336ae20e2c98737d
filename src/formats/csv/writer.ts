import type { EngineSession } from '../../core/engine.js';
import type { Schema } from '../../core/types.js';
import { identifier, literal } from '../../engine/index.js';
import { compressionOf, type TextCompression } from '../text/compression.js';
import { plainSpelling } from '../text/exact.js';
import { packedEnding } from '../text/keys.js';
import type { TextWriter } from '../text/store.js';
import { valuesOf } from '../text/typed.js';
import { type Dialect, readCsv } from './dialect.js';
import { countRecords, longestRow } from './scan.js';
import { CsvSource } from './source.js';

export interface CsvWriterOptions {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  readonly header: boolean;
  /** What NULL is written as, unquoted. */
  readonly null_value: string;
  readonly compression: TextCompression;
}

/** Writes rows as csv in UTF-8: every value as the engine spells it, so that it reads it back as it was. */
export class CsvWriter implements TextWriter {
  readonly suffix: string;
  readonly #options: CsvWriterOptions;
  #dialect: Dialect;
  readonly #engine: () => Promise<EngineSession>;

  constructor(options: CsvWriterOptions, engine: () => Promise<EngineSession>) {
    const { delimiter, quote, escape: escapes, header, null_value: none } = options;
    this.suffix = `.csv${packedEnding[options.compression]}`;
    this.#options = options;
    this.#engine = engine;
    const dialect = { delimiter, quote, escape: escapes, header, comment: '', nulls: [none] };
    this.#dialect = { ...dialect, maxLine: null };
  }

  copy(select: string, schema: Schema, path: string): string {
    const { delimiter, quote, escape: escapes, header, null_value: none, compression } = this.#options;
    const texts = schema.map(({ name }) => `CAST(${identifier(name)} AS VARCHAR) AS ${identifier(name)}`);
    return `COPY (SELECT ${texts.join(', ')} FROM (${select})) TO ${literal(path)} (${[
      'FORMAT csv',
      `HEADER ${header}`,
      `DELIMITER ${literal(delimiter)}`,
      `QUOTE ${literal(quote)}`,
      `ESCAPE ${literal(escapes)}`,
      `NULLSTR ${literal(none)}`,
      `COMPRESSION ${compression}`,
      // The empty string alone in its row would be a line without anything, which readers pass over.
      ...(schema.length === 1 && none !== '' ? ['FORCE_QUOTE *'] : []),
    ].join(', ')})`;
  }

  read(paths: readonly string[], schema: Schema): string {
    const { compression } = this.#options;
    const names = schema.map(({ name }) => name);
    const header = this.#dialect.header ? { skip: 0 } : null;
    const select = readCsv({ paths, names, compression, header, lineEnd: '\n' }, this.#dialect);
    return valuesOf({ select, columns: schema, spelling: plainSpelling });
  }

  async measure(paths: readonly string[]): Promise<void> {
    const { compression } = this.#options;
    const files = paths.map((path) => ({ path, compression }));
    this.#dialect = {
      ...this.#dialect,
      maxLine: 1 + Math.max(this.#dialect.maxLine ?? 0, await longestRow(files, this.#dialect)),
    };
  }

  async count(path: string, signal: AbortSignal): Promise<number> {
    // Files of earlier runs may be packed in another way.
    const file = { path, compression: compressionOf(path, 'auto') };
    const records = await countRecords(file, this.#dialect, signal);
    return this.#options.header ? Math.max(0, records - 1) : records;
  }

  async readHeld(paths: readonly string[], schema: Schema): Promise<string> {
    const source = new CsvSource(
      {
        path: '',
        files: paths,
        dialect: this.#dialect,
        compression: 'auto',
        encoding: 'utf-8',
        spelling: plainSpelling,
      },
      { name: 'the store', signal: new AbortController().signal, engine: this.#engine },
    );
    const names = await source.names(schema.map(({ name }) => name));
    const columns = schema.filter(({ name }) => names.includes(name));
    const values = valuesOf({ select: source.select(columns, false), columns, spelling: plainSpelling });
    const missing = schema.filter(({ name }) => !names.includes(name));
    const nulls = missing.map(({ name }) => `, NULL AS ${identifier(name)}`).join('');
    return missing.length === 0 ? values : `SELECT *${nulls} FROM (${values})`;
  }
}
