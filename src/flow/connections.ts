import type { z } from 'zod';
import type { ConnectionDefinition, Connections, OpenConnection } from '../core/connection.js';
import { nearest } from '../core/nearest.js';
import type { TypedConfig } from '../core/plan.js';
import { fail } from '../errors/index.js';

/** The connections of one run, each opened once. Their settings are validated already. */
export class ConnectionTable implements Connections {
  readonly #settings: Readonly<Record<string, TypedConfig>>;
  readonly #open = new Map<string, Promise<OpenConnection>>();

  constructor(settings: Readonly<Record<string, TypedConfig>>) {
    this.#settings = settings;
  }

  open<Open extends OpenConnection, Config extends z.ZodObject>(
    definition: ConnectionDefinition<string, Config, Open>,
    name: string,
  ): Promise<Open> {
    const found = this.#open.get(name) ?? this.#start(definition, name);
    this.#open.set(name, found);
    // One name has one type, and that was compared with the definition's when it was opened.
    return found as Promise<Open>;
  }

  /** Ends all of them; whatever fails here is passed over. */
  async close(): Promise<void> {
    const open = [...this.#open.values()];
    await Promise.allSettled(open.map(async (connection) => (await connection).close()));
  }

  async #start(definition: ConnectionDefinition, name: string): Promise<OpenConnection> {
    const own = Object.hasOwn(this.#settings, name) ? this.#settings[name] : undefined;
    const { type } = definition;
    if (own?.type === type) {
      const { type: _, ...settings } = own;
      return definition.open(settings, name);
    }
    const known = Object.entries(this.#settings).flatMap(([other, { type: its }]) =>
      its === type ? [other] : [],
    );
    throw fail('CONNECTION_UNKNOWN', {
      connection: name,
      type,
      known,
      nearest: nearest(name, known),
      own: own?.type,
    });
  }
}
