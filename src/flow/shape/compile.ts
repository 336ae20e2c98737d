import type { EngineSession } from '../../core/engine.js';
import type { EntityConfig } from '../../core/entity-config.js';
import type { AddedColumn, ColumnChoice, MaskRule } from '../../core/shaping.js';
import { type Column, type LogicalType, type Schema, sameType, typeName } from '../../core/types.js';
import { identifier, literal } from '../../engine/index.js';
import { fail, HyggeError, type Position } from '../../errors/index.js';
import { castValue, needsZone } from './cast.js';
import { keyTable } from './keyed.js';
import { madeValue } from './made.js';
import { masked } from './mask.js';
import { type SettledColumn, settledColumns } from './resolve.js';
import type { Shape } from './select.js';

/** A shape, and the columns that come out of it. */
export interface Compiled {
  readonly shape: Shape;
  /** The columns as they settle. */
  readonly output: Schema;
}

/**
 * What a flow makes of the columns of its home. Every mistake is an error here, before a row is read. The engine is
 * asked for where values are changed, and not otherwise; what is made holds as long as its session.
 */
export async function compileShape(
  config: EntityConfig,
  schema: Schema,
  engine: () => Promise<EngineSession>,
): Promise<Compiled> {
  const { columns: settled, masks } = settledColumns(config, schema);
  const byName = new Map(schema.map((column) => [column.name, column]));
  const columnOf = (name: string): Column => {
    const column = byName.get(name);
    if (column === undefined) throw fail('INTERNAL', { reason: `there is no column ${name}` });
    return column;
  };
  const choices = settled.flatMap(({ choice }) => choice ?? []);
  const added = settled.flatMap(({ added }) => added ?? []);
  const rows = { where: config.where, limit: config.limit };
  const isPlain =
    added.length === 0 && choices.every(({ as, mask }) => as === undefined && mask === undefined);
  if (isPlain) {
    const output = choices.map(({ from, name }) => ({ ...columnOf(from), name }));
    const isWhole = config.columns === null && choices.every(({ from, name }) => from === name);
    const columns = isWhole ? null : choices;
    return { shape: { ...rows, settled: null, columns, added, values: null, reads: [] }, output };
  }
  const session = await engine();
  const compiler = new Compiler(config, masks, columnOf, session);
  const made: (Column & { readonly value: string })[] = [];
  for (const column of settled) made.push(await compiler.column(column));
  const output = made.map(({ value: _, ...column }) => column);
  const isChanged = added.length > 0 || made.some(({ value }, i) => value !== sourceOf(settled[i]));
  const values = isChanged ? made.map(({ value, name }) => `${value} AS ${identifier(name)}`) : null;
  const reads = readBesides(choices, added, masks);
  return { shape: { ...rows, settled: null, columns: choices, added, values, reads }, output };
}

const sourceOf = (column: SettledColumn | undefined): string | null =>
  column?.choice == null ? null : identifier(column.choice.from);

/** The columns of the home that are looked at, besides those that are carried. */
function readBesides(
  choices: readonly ColumnChoice[],
  added: readonly AddedColumn[],
  masks: ReadonlyMap<string, MaskRule>,
): readonly string[] {
  const hashed = added.flatMap((one) => (one.made === 'hash_id' ? one.from_columns : []));
  const shifted = [...choices.map(({ from }) => from), ...hashed].flatMap((column) => {
    const mask = masks.get(column);
    return mask?.rule === 'date_shift' ? mask.by : [];
  });
  return [...new Set([...hashed, ...shifted])];
}

class Compiler {
  readonly #config: EntityConfig;
  readonly #masks: ReadonlyMap<string, MaskRule>;
  readonly #columnOf: (name: string) => Column;
  readonly #session: EngineSession;
  readonly #now = new Date();
  #key: Promise<string> | null = null;

  constructor(
    config: EntityConfig,
    masks: ReadonlyMap<string, MaskRule>,
    columnOf: (name: string) => Column,
    session: EngineSession,
  ) {
    this.#config = config;
    this.#masks = masks;
    this.#columnOf = columnOf;
    this.#session = session;
  }

  async column({ choice, added }: SettledColumn): Promise<Column & { readonly value: string }> {
    if (choice !== null) return this.#carried(choice);
    const values = new Map<string, string>();
    if (added.made === 'hash_id')
      for (const column of added.from_columns) values.set(column, await this.#hidden(column));
    const made = madeValue(added, (column) => values.get(column) ?? identifier(column), this.#now);
    if (added.made === 'timestamp' && added.format !== null) await this.#try(made.value, added.name);
    return { name: added.name, nullable: true, ...made };
  }

  async #carried(choice: ColumnChoice): Promise<Column & { readonly value: string }> {
    const column = this.#columnOf(choice.from);
    const source = { value: identifier(choice.from), type: column.type };
    const cast = choice.as === undefined ? source : await this.#cast(choice, choice.as, column);
    const { value, type } = choice.mask === undefined ? cast : await this.#masked(choice, cast);
    return { name: choice.name, nullable: column.nullable || choice.mask?.rule === 'null', value, type };
  }

  async #cast(
    { from, zone, mask }: ColumnChoice,
    as: string,
    column: Column,
  ): Promise<{ value: string; type: LogicalType }> {
    const { name } = this.#config;
    const to = await this.#typeNamed(from, as);
    const value = identifier(from);
    if (sameType(column.type, to)) return { value, type: to };
    const impossible = (reason: string, cause?: unknown): HyggeError =>
      fail(
        'CAST_IMPOSSIBLE',
        { name, column: from, from: typeName(column.type), to: typeName(to), reason },
        { cause, at: this.#placeOf(from) },
      );
    if (needsZone(column.type, to)) {
      if (zone === undefined)
        throw impossible('which moment a time without a zone is depends on where it is');
      const sample = `SELECT timezone(${literal(zone)}, TIMESTAMP '2000-01-01')`;
      await this.#session.rows(sample).catch((cause) => {
        throw impossible(`there is no zone ${zone}`, cause);
      });
    }
    const isShown = mask === undefined;
    const made = castValue({ value, from: column.type, to, zone: zone ?? null, column: from, isShown });
    return { value: made, type: to };
  }

  async #typeNamed(column: string, type: string): Promise<LogicalType> {
    const { name } = this.#config;
    try {
      const [found, ...more] = await this.#session.describe(`SELECT CAST(NULL AS ${type}) AS value`);
      // A name that ends the cast and begins something else is no type.
      if (found?.name !== 'value' || more.length > 0 || /;|--/.test(type))
        throw new Error('it is not the name of a type');
      return found.type;
    } catch (cause) {
      throw fail(
        'TYPE_UNKNOWN',
        { name, column, type, reason: reasonOf(cause) },
        { cause, at: this.#placeOf(column) },
      );
    }
  }

  async #masked(
    { from, mask }: ColumnChoice,
    { value, type }: { readonly value: string; readonly type: LogicalType },
  ): Promise<{ value: string; type: LogicalType }> {
    if (mask === undefined) return { value, type };
    const by = mask.rule === 'date_shift' ? mask.by : [];
    const made = masked(mask, {
      value,
      type,
      column: from,
      key: await this.#keyPads(),
      by: by.map((column) => ({ value: identifier(column), type: this.#columnOf(column).type })),
    });
    if (!('why' in made)) return made;
    const facts = {
      name: this.#config.name,
      column: from,
      rule: mask.rule,
      type: typeName(type),
      reason: made.why,
    };
    throw fail('MASK_IMPOSSIBLE', facts, { at: this.#config.shape_places?.mask.get(from) });
  }

  /** The value of a column of the home, hidden where a mask says so. */
  async #hidden(column: string): Promise<string> {
    const mask = this.#masks.get(column);
    const settled = { from: column, name: column, ...(mask === undefined ? {} : { mask }) };
    return (await this.#masked(settled, { value: identifier(column), type: this.#columnOf(column).type }))
      .value;
  }

  #keyPads(): Promise<string | null> {
    const key = this.#config.mask?.key ?? null;
    if (key === null) return Promise.resolve(null);
    this.#key ??= keyTable(this.#session, key);
    return this.#key;
  }

  async #try(value: string, column: string): Promise<void> {
    const { name, shape_places: places } = this.#config;
    await this.#session.rows(`SELECT ${value}`).catch((cause) => {
      const at = places?.timestamps.get(column);
      throw fail('FORMAT_INVALID', { name, column, reason: reasonOf(cause) }, { cause, at });
    });
  }

  /** Where it is written what becomes of a column of the home. */
  #placeOf(column: string): Position | null | undefined {
    return this.#config.shape_places?.columns.get(column);
  }
}

const reasonOf = (cause: unknown): string =>
  cause instanceof HyggeError ? String(cause.facts.reason ?? cause.message) : String(cause);
