import { stat } from 'node:fs/promises';
import type { HomeContext, HomeSession } from '../../core/home.js';
import { nearest } from '../../core/nearest.js';
import type { Estimate } from '../../core/plan.js';
import { type Field, type LogicalType, type Schema, typeName } from '../../core/types.js';
import { fail, HyggeError } from '../../errors/index.js';
import { type BadRow, badRowError, mostAside } from './bad-row.js';
import { inferTypes, type Unknown } from './infer.js';
import { Quarantine } from './quarantine.js';
import type { TextSource } from './source.js';
import { asSchema, goodValuesOf, type Texts, valuesOf } from './typed.js';
import { unpacked } from './unpack.js';

export interface TextHomeOptions {
  /** As the configuration has it. */
  readonly path: string;
  /** Types that were declared, as the engine spells them, by column. */
  readonly columns: Readonly<Record<string, string>> | null;
  readonly onBadRow: 'fail' | 'quarantine';
  readonly source: TextSource;
}

/** Opens files of text as a home: every column with a type, every text held against it. */
export async function openTextHome(options: TextHomeOptions, context: HomeContext): Promise<HomeSession> {
  return new TextHome(options, context);
}

interface Known {
  readonly columns: readonly Field[];
  readonly inferred: readonly Field[];
  /** null: nobody has counted. */
  readonly rows: number | null;
}

class TextHome implements HomeSession {
  readonly #options: TextHomeOptions;
  readonly #context: HomeContext;
  #known: Promise<Known> | null = null;

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
    const isTolerant = this.#options.onBadRow === 'quarantine';
    const sql = isTolerant ? goodValuesOf(texts) : valuesOf(texts);
    return { sql, schema: asSchema(texts.columns) };
  }

  /** What was found out, and not told. */
  async inferred(): Promise<Readonly<Record<string, string>>> {
    const { inferred } = await this.#look();
    return Object.fromEntries(inferred.map(({ name, type }) => [name, typeName(type)]));
  }

  async setAside(): Promise<string | null> {
    if (this.#options.onBadRow === 'fail') return null;
    const { name, runId, stateFolder, signal } = this.#context;
    if (stateFolder === undefined || runId === undefined) throw fail('NO_STATE_FOLDER', { name });
    const { columns } = await this.#look();
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
    for (const file of this.#options.source.files) await this.#unpack(file, onProgress);
  }

  /** The engine takes a packed file that was cut off for one that ends there. NOT_UNPACKED. */
  async #unpack(file: string, onProgress: () => void): Promise<void> {
    const { path, compression } = this.#options.source.readable(file);
    if (compression === 'none') return;
    for await (const _ of unpacked(path, compression)) {
      this.#context.signal.throwIfAborted();
      onProgress();
    }
  }

  async explain(error: HyggeError): Promise<HyggeError | null> {
    const known = await this.#known?.catch(() => null);
    return this.#explain(error, known?.columns ?? []);
  }

  async #explain(error: HyggeError, columns: readonly Field[]): Promise<HyggeError | null> {
    if (error.code !== 'ENGINE_FAILED' || this.#context.signal.aborted) return null;
    const { source } = this.#options;
    try {
      for (const file of source.files) {
        const [row] = await source.badRows(file, columns, 1);
        if (row === undefined) continue;
        // The last row of a packed file that was cut off is no row, but that is not what is wrong with it.
        await this.#unpack(file, () => {});
        return badRowError(this.#context.name, row, error);
      }
    } catch (cause) {
      // A file that cannot be read at all says so best itself.
      if (cause instanceof HyggeError && cause.code !== 'ENGINE_FAILED') return cause;
    }
    return null;
  }

  async close(): Promise<void> {
    await this.#options.source.close?.();
  }

  async #texts(): Promise<Texts> {
    const { source, onBadRow } = this.#options;
    const { columns } = await this.#look();
    return { select: source.select(columns, onBadRow === 'quarantine'), columns, spelling: source.spelling };
  }

  #look(): Promise<Known> {
    this.#known ??= this.#learn();
    return this.#known;
  }

  async #learn(): Promise<Known> {
    const declared = await this.#parsed(this.#options.columns ?? {}, false);
    const names = await this.#names([...declared.keys()]);
    const { name } = this.#context;
    if (names.length === 0) {
      await this.prove(() => {});
      throw fail('NO_ROWS_AND_NAMES', { name, path: this.#options.path });
    }
    for (const column of declared.keys()) {
      if (!names.includes(column))
        throw fail('COLUMN_NOT_FOUND', { name, column, known: names, nearest: nearest(column, names) });
    }
    const open = names.filter((column) => !declared.has(column));
    const remembered = await this.#parsed((await this.#context.remembered?.()) ?? {}, true);
    const fresh = open.filter((column) => !remembered.has(column));
    const found = await this.#infer(fresh);
    const typeOf = (column: string): LogicalType =>
      declared.get(column) ?? remembered.get(column) ?? found.types.get(column) ?? { kind: 'varchar' };
    const columns = names.map((column) => ({ name: column, type: typeOf(column) }));
    const inferred = columns.filter((column) => !declared.has(column.name));
    return { columns, inferred, rows: found.rows };
  }

  async #names(declared: readonly string[]): Promise<readonly string[]> {
    return this.#explained([], () => this.#options.source.names(declared));
  }

  async #infer(
    names: readonly string[],
  ): Promise<{ types: ReadonlyMap<string, LogicalType>; rows: number | null }> {
    if (names.length === 0) return { types: new Map(), rows: null };
    const { source, onBadRow } = this.#options;
    const asText = names.map((name) => ({ name, type: { kind: 'varchar' } as const }));
    return this.#explained(asText, async () => {
      const known = await source.unknown(names);
      const types = new Map<string, LogicalType>();
      const open: Unknown[] = [];
      for (const each of known) {
        if ('type' in each) types.set(each.name, each.type);
        else open.push(each);
      }
      const fields = names.map((name) => ({ name, type: types.get(name) ?? ({ kind: 'varchar' } as const) }));
      // Only what is selected is known to be readable: a file is judged whole when it is moved.
      const select = source.select(fields, onBadRow === 'quarantine');
      const session = await this.#context.engine();
      const { signal } = this.#context;
      const found = await inferTypes(session, select, open, source.spelling, { signal });
      return { types: new Map([...types, ...found.types]), rows: found.rows };
    });
  }

  async #explained<T>(columns: readonly Field[], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof HyggeError)) throw error;
      throw (await this.#explain(error, columns).catch(() => null)) ?? error;
    }
  }

  /** Types as the engine reads them. Of those that it cannot read, the remembered ones are passed over. */
  async #parsed(
    texts: Readonly<Record<string, string>>,
    isRemembered: boolean,
  ): Promise<Map<string, LogicalType>> {
    const types = new Map<string, LogicalType>();
    for (const [column, text] of Object.entries(texts)) {
      const type = await this.#parse(column, text).catch((error) => {
        if (isRemembered) return null;
        throw error;
      });
      if (type !== null) types.set(column, type);
    }
    return types;
  }

  async #parse(column: string, text: string): Promise<LogicalType> {
    const { name } = this.#context;
    const session = await this.#context.engine();
    try {
      const [found] = await session.describe(`SELECT CAST(NULL AS ${text}) AS value`);
      // A name that ends the cast and begins something else is no type.
      if (found?.name !== 'value' || /[;]|--/.test(text)) throw new Error('it is not the name of a type');
      return found.type;
    } catch (cause) {
      const reason =
        cause instanceof HyggeError ? String(cause.facts.reason ?? cause.message) : String(cause);
      throw fail('TYPE_UNKNOWN', { name, column, type: text, reason }, { cause });
    }
  }
}
