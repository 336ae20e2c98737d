import { stat } from 'node:fs/promises';
import type { HomeContext, HomeSession, HomeTrust, Unreadable } from '../../core/home.js';
import type { Estimate } from '../../core/plan.js';
import type { Field, Schema } from '../../core/types.js';
import { fail, type HyggeError } from '../../errors/index.js';
import { type BadRow, mostAside } from './bad-row.js';
import { explainRows, unpackWhole } from './explain.js';
import { inferredOf, type Known, learn } from './learn.js';
import { Quarantine } from './quarantine.js';
import type { TextSource } from './source.js';
import { asSchema, goodValuesOf, type Texts, valuesOf } from './typed.js';

export interface TextHomeOptions {
  /** As the configuration has it. */
  readonly path: string;
  /** Types that were declared, as the engine spells them, by column. */
  readonly columns: Readonly<Record<string, string>> | null;
  readonly onBadRow: 'fail' | 'quarantine';
  readonly source: TextSource;
  /** Rows that may be taken for typical of all. Default: 20,480. */
  readonly typical?: number;
}

/** Opens files of text as a home: every column with a type, every text held against it. */
export async function openTextHome(options: TextHomeOptions, context: HomeContext): Promise<HomeSession> {
  return new TextHome(options, context);
}

/** Failures that have nothing to do with what the rows are like. */
const otherReasons: ReadonlySet<string> = new Set([
  'INTERRUPTED',
  'NOT_UNPACKED',
  'CHECKS_FAILED',
  'DISK_FULL',
]);

class TextHome implements HomeSession {
  readonly #options: TextHomeOptions;
  readonly #context: HomeContext;
  #learning: Promise<Known> | null = null;
  #known: Known | null = null;

  constructor(options: TextHomeOptions, context: HomeContext) {
    this.#options = options;
    this.#context = context;
  }

  async schema(): Promise<Schema> {
    return asSchema((await this.#look()).columns);
  }

  async estimate(): Promise<Estimate> {
    const { files } = this.#options.source;
    const { rows } = await this.#look();
    let bytes = 0;
    for (const file of files) bytes += (await stat(file)).size;
    const exact = rows !== null && this.#options.onBadRow === 'fail';
    return { rows, bytes, files: files.length, exact };
  }

  warnings(): readonly string[] {
    return this.#options.source.warnings();
  }

  async relation() {
    const texts = await this.#texts();
    const { guess } = await this.#look();
    const isTolerant = this.#options.onBadRow === 'quarantine' && guess === null;
    const sql = isTolerant ? goodValuesOf(texts) : valuesOf(texts);
    return { sql, schema: asSchema(texts.columns) };
  }

  /** What was found out, and not told. */
  async inferred(): Promise<Readonly<Record<string, string>>> {
    return inferredOf(await this.#look());
  }

  async setAside(): Promise<Unreadable | null> {
    if (this.#options.onBadRow === 'fail') return null;
    const { name, runId, stateFolder, signal } = this.#context;
    if (stateFolder === undefined || runId === undefined) throw fail('NO_STATE_FOLDER', { name });
    const { columns, guess } = await this.#look();
    // Where one had to be, this way of reading fails.
    if (guess !== null) return null;
    const { source } = this.#options;
    const quarantine = new Quarantine({ stateFolder, name, runId });
    try {
      for (const file of source.files) {
        signal.throwIfAborted();
        await quarantine.add(await this.#allBadRows(file, columns));
      }
      return await quarantine.end();
    } finally {
      await quarantine.close();
    }
  }

  async #allBadRows(file: string, columns: readonly Field[]): Promise<readonly BadRow[]> {
    const { name } = this.#context;
    const rows = await this.#options.source.badRows(file, columns, null);
    const [first] = rows;
    if (first === undefined || rows.length <= mostAside) return rows;
    const { line, column, why: reason } = first;
    throw fail('TOO_MANY_BAD_ROWS', { name, path: file, most: mostAside, line, column, reason });
  }

  declared(): readonly string[] {
    return Object.keys(this.#options.columns ?? {});
  }

  async prove(onProgress: () => void): Promise<void> {
    const { source } = this.#options;
    const { guess } = await this.#look();
    const { signal } = this.#context;
    for (const file of source.files) {
      if (guess === null) await unpackWhole(source, file, signal, onProgress);
      else await guess.prove(file, signal, onProgress);
    }
  }

  async explain(error: HyggeError): Promise<HyggeError | null> {
    const known = await this.#learning?.catch(() => null);
    // It is tried again in another way, which knows better.
    if (known?.guess != null) return null;
    const { columns = [], remembered } = known ?? {};
    return explainRows(this.#options.source, columns, error, this.#context, remembered);
  }

  distrusts(error: HyggeError): HomeTrust | null {
    if (this.#known === null || error.retryable) return null;
    const { guess, remembered } = this.#known;
    if (guess !== null) return otherReasons.has(error.code) ? null : 'last run';
    if (remembered.size === 0 || this.#options.onBadRow !== 'fail') return null;
    const { column } = error.facts;
    const isOutdated = error.code === 'BAD_ROW' && typeof column === 'string' && remembered.has(column);
    // Columns that were accepted since the last run are others than it found.
    return isOutdated || error.code === 'SCHEMA_DRIFT' ? 'nothing' : null;
  }

  async close(): Promise<void> {
    await this.#options.source.close?.();
  }

  async #texts(): Promise<Texts> {
    const { source, onBadRow } = this.#options;
    const { columns, guess } = await this.#look();
    if (guess !== null) return guess.texts;
    return { select: source.select(columns, onBadRow === 'quarantine'), columns, spelling: source.spelling };
  }

  #look(): Promise<Known> {
    this.#learning ??= learn(this.#options, this.#context).then((known) => {
      this.#known = known;
      return known;
    });
    return this.#learning;
  }
}
