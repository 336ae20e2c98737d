import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import type { OpenConnection } from '../../core/connection.js';
import { fail } from '../../errors/index.js';
import { connectError, type ErrorPlace } from './errors.js';
import { PostgresSession } from './session.js';
import { type Address, addressOf, isHere, type PostgresSettings, SettingsProblem } from './settings.js';
import { Slots } from './slots.js';
import { FlowSnapshots } from './snapshots.js';
import { oneBufferSocket } from './socket.js';

/** The oldest server that is known to work: 13. */
const oldest = 130_000;

export interface SessionRequest {
  readonly role: 'home' | 'store';
  readonly runId: string | null;
  readonly signal: AbortSignal;
}

/** A Postgres database, and how many connections a run takes of it. */
export class PostgresConnection implements OpenConnection {
  readonly name: string;
  readonly settings: PostgresSettings;
  /** For people: user, host, port and database. */
  readonly where: string;
  /** Moments that the entities of a flow share. */
  readonly snapshots: FlowSnapshots;
  readonly #address: Address;
  readonly #slots: Slots;

  constructor(name: string, settings: PostgresSettings, address: Address) {
    this.name = name;
    this.settings = settings;
    this.#address = address;
    this.where = `${address.user}@${address.host}:${address.port}/${address.database}`;
    this.#slots = new Slots(settings.pool_size);
    // One connection is left for homes to read over, and one for stores.
    this.snapshots = new FlowSnapshots(settings.pool_size - 2, (signal) =>
      this.session({ role: 'home', runId: null, signal }),
    );
  }

  /** The role that logs in. */
  get role(): string {
    return this.#address.user;
  }

  get place(): ErrorPlace {
    return { connection: this.name, where: this.where };
  }

  /** What the server lists a session as: the run's id makes it known to other runs. */
  applicationName(runId: string | null): string {
    const { application_name: name } = this.settings;
    return runId === null ? name : `${name} ${runId}`;
  }

  /** A session with settings that make values come as text that can be read back exactly. Closed by who asked for it. */
  async session(request: SessionRequest): Promise<PostgresSession> {
    return this.#opened(request, await this.#slots.take(request.role, request.signal));
  }

  /** As {@link session}, but null where the pool has no connection to spare. */
  async spareSession(request: SessionRequest): Promise<PostgresSession | null> {
    const free = this.#slots.tryTake(request.role);
    return free === null ? null : this.#opened(request, free);
  }

  async #opened({ runId, signal }: SessionRequest, free: () => void): Promise<PostgresSession> {
    try {
      return await this.#connect(runId, signal, free);
    } catch (error) {
      free();
      throw connectError(error, this.place);
    }
  }

  async #connect(runId: string | null, signal: AbortSignal, free: () => void): Promise<PostgresSession> {
    const { host, port, database, user, password } = this.#address;
    const ssl = await this.#tls();
    const client = new pg.Client({
      host,
      port,
      database,
      user,
      // A function: for an empty one the driver would look in the environment and in files.
      password: () => password ?? '',
      ssl,
      ...(ssl === false ? { stream: oneBufferSocket } : {}),
      connectionTimeoutMillis: this.settings.connect_timeout * 1000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      application_name: this.applicationName(runId),
    });
    const session = new PostgresSession(client, this.place, signal, free);
    await session.connect(this.settings.statement_timeout);
    return session;
  }

  /** How the connection is encrypted; false where it is not. */
  async #tls(): Promise<false | ConnectionOptions> {
    const { ssl, host } = this.#address;
    const chosen = ssl ?? !isHere(host);
    if (chosen === false) return false;
    if (chosen === true) return { rejectUnauthorized: true };
    if (chosen === 'no-verify') return { rejectUnauthorized: false };
    const file = async (key: 'ca' | 'cert' | 'key'): Promise<object> => {
      const path = chosen[key];
      if (path === undefined) return {};
      try {
        return { [key]: await readFile(path, 'utf8') };
      } catch (cause) {
        const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
        throw fail(
          'PATH_NOT_READABLE',
          { what: `ssl.${key} of connection "${this.name}"`, path, reason },
          { cause },
        );
      }
    };
    const files = await Promise.all([file('ca'), file('cert'), file('key')]);
    return Object.assign({ rejectUnauthorized: chosen.verify }, ...files) as ConnectionOptions;
  }

  async check(signal: AbortSignal): Promise<string> {
    const { host } = this.#address;
    if (!host.startsWith('/'))
      await lookup(host).catch((error) => Promise.reject(connectError(error, this.place)));
    const session = await this.session({ role: 'store', runId: null, signal });
    try {
      const [row = []] = await session.rows(
        "SELECT current_setting('server_version'), current_setting('server_version_num'), current_setting('is_superuser'), (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid())::text",
      );
      const [version, number, , isEncrypted] = row;
      if (Number(number) < oldest) {
        const reason = `it is ${version ?? 'unknown'}, and 13 is the oldest that is known to work`;
        throw fail('CONNECTION_FAILED', {
          ...this.place,
          step: "the server's version",
          reason,
          hint: 'Use a newer server.',
        });
      }
      return `Postgres ${version?.split(' ')[0]}, ${this.where}, ${isEncrypted === 'true' ? 'encrypted' : 'not encrypted'}`;
    } finally {
      await session.close();
    }
  }

  async close(): Promise<void> {
    // All other sessions are closed by who asked for them.
    await this.snapshots.close();
  }
}

export function openPostgres(settings: PostgresSettings, name: string): PostgresConnection {
  try {
    return new PostgresConnection(name, settings, addressOf(settings));
  } catch (error) {
    if (!(error instanceof SettingsProblem)) throw error;
    throw fail('INVALID_VALUE', { key: `connections.${name}`, reason: error.message });
  }
}
