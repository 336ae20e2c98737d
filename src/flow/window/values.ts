import type { EngineSession } from '../../core/engine.js';
import { type LogicalType, typeName } from '../../core/types.js';
import { literal } from '../../engine/index.js';
import { lagged, typed } from './ordered.js';

type Text = string | null;

/** What is needed of the engine to plan. */
export type Asking = Pick<EngineSession, 'rows'>;

/** Values of a watermark column as text, compared and counted with by the engine, so never through floating point. */
export class Values {
  readonly #session: Asking;
  readonly #type: LogicalType;

  constructor(session: Asking, type: LogicalType) {
    this.#session = session;
    this.#type = type;
  }

  /** A value as the engine writes it; null where it is no value of the type. */
  async read(text: string): Promise<Text> {
    return this.one(`TRY_CAST(${literal(text)} AS ${typeName(this.#type)})`);
  }

  /** The greater of two; null stands for "nothing", which every value is greater than. */
  greater(a: Text, b: Text): Promise<Text> {
    return this.#pick('greatest', a, b);
  }

  /** The lesser of two; null stands for "no limit". */
  lesser(a: Text, b: Text): Promise<Text> {
    return this.#pick('least', a, b);
  }

  async isAbove(a: string, b: string): Promise<boolean> {
    if (a === b) return false;
    return (await this.one(`${typed(a, this.#type)} > ${typed(b, this.#type)}`)) === 'true';
  }

  /** The value less a lag; `undefined` where the lag does not fit the type. */
  async less(value: string, lag: string | number): Promise<Text | undefined> {
    const expression = lagged(value, lag, this.#type);
    return expression === null ? undefined : this.one(expression);
  }

  /** The result of a SELECT, or of an expression. */
  async one(expression: string, from = ''): Promise<Text> {
    const [row] = await this.#session.rows(`SELECT ${expression}${from}`);
    return row?.[0] ?? null;
  }

  async #pick(choose: 'greatest' | 'least', a: Text, b: Text): Promise<Text> {
    if (a === null || b === null || a === b) return a ?? b;
    return this.one(`${choose}(${typed(a, this.#type)}, ${typed(b, this.#type)})`);
  }
}
