import type { PostgresSession } from './session.js';

/** One moment of a database that several sessions see. */
interface Held {
  readonly holder: Promise<{ readonly session: PostgresSession; readonly id: string }>;
  /** Who has seen what they wanted. */
  readonly done: Set<string>;
}

export interface SharedSnapshot {
  /** For SET TRANSACTION SNAPSHOT. */
  readonly id: string;
  /** Whether others of the flow have been read at an earlier moment: a try was repeated, or the server was lost. */
  readonly isLater: boolean;
}

/**
 * Moments that the entities of a flow share: the first that asks has one held, by a session that does nothing else, and
 * it is let go when the last has been read.
 */
export class FlowSnapshots {
  readonly #open: (signal: AbortSignal) => Promise<PostgresSession>;
  readonly #most: number;
  readonly #held = new Map<string, Held>();
  /** Flows for which no connection could be spared: they go without until the end. */
  readonly #without = new Set<string>();
  /** Flows whose moment has been let go: whoever comes now sees a later one. */
  readonly #past = new Set<string>();
  readonly #ended = new AbortController();

  /** `most`: how many sessions may do nothing but hold a moment. */
  constructor(most: number, open: (signal: AbortSignal) => Promise<PostgresSession>) {
    this.#most = most;
    this.#open = open;
  }

  /** The snapshot of a flow; null where too many others are held. */
  async join(flow: string, name: string): Promise<SharedSnapshot | null> {
    const known = this.#held.get(flow);
    if (known === undefined && (this.#without.has(flow) || this.#held.size >= this.#most)) {
      this.#without.add(flow);
      return null;
    }
    if (known !== undefined && (await known.holder).session.lost) await this.#release(flow, known);
    const held = this.#held.get(flow) ?? { holder: this.#hold(), done: new Set(known?.done) };
    this.#held.set(flow, held);
    held.done.delete(name);
    try {
      return { id: (await held.holder).id, isLater: this.#past.has(flow) };
    } catch (error) {
      if (this.#held.get(flow) === held) this.#held.delete(flow);
      throw error;
    }
  }

  /** Somebody has seen what they wanted; `members`: how many there are in all. */
  async leave(flow: string, name: string, members: number): Promise<void> {
    const held = this.#held.get(flow);
    held?.done.add(name);
    if (held !== undefined && held.done.size >= members) await this.#release(flow, held);
  }

  async close(): Promise<void> {
    this.#ended.abort(new Error('the run has ended'));
    await Promise.all([...this.#held].map(([flow, held]) => this.#release(flow, held)));
  }

  async #hold(): Promise<{ session: PostgresSession; id: string }> {
    const session = await this.#open(this.#ended.signal);
    try {
      await session.run(readOnly);
      return { session, id: await exportSnapshot(session) };
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  async #release(flow: string, held: Held): Promise<void> {
    if (this.#held.get(flow) === held) this.#held.delete(flow);
    this.#past.add(flow);
    await held.holder.then(
      ({ session }) => session.close(),
      () => {},
    );
  }
}

/** Everything is seen as it was at the first statement after this, or as in the snapshot that is then set. */
export const readOnly = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';

/** What a session sees, for others to see the same, as long as it goes on. */
export async function exportSnapshot(session: PostgresSession): Promise<string> {
  const [row] = await session.rows('SELECT pg_export_snapshot()');
  return row?.[0] ?? '';
}
