import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type PostgresConnection,
  type PostgresSession,
  qualified,
  quoteName,
  quoteText,
  shownTable,
} from '../../connections/postgres/index.js';
import {
  type Destination,
  earlierRuns,
  type KnownRun,
  lastPublished,
  RunsTable,
  readRun,
  runsTable,
  stagingTable,
  unfinished,
} from '../../connections/runs-table.js';
import type { WriteMode } from '../../core/capabilities.js';
import type { EarlierRun } from '../../core/run-record.js';
import { fail } from '../../errors/index.js';

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The number of a lock of the server, for a text. */
const lockKey = (text: string): string => hashOf(`hygge ${text}`).readBigInt64BE(0).toString();

/** Milliseconds that a dead connection of the same run has to let go of its lock. */
const patience = 15_000;

/** The runs of one destination, in the table beside it, and the lock that one of them holds at a time. */
export class Runs {
  readonly table: RunsTable;
  readonly #session: PostgresSession;
  readonly #connection: PostgresConnection;
  readonly #destination: Destination;
  readonly #runsTable: Destination;
  #isThere = false;

  constructor(session: PostgresSession, connection: PostgresConnection, destination: Destination) {
    this.#session = session;
    this.#connection = connection;
    this.#destination = destination;
    this.#runsTable = { schema: destination.schema, table: runsTable };
    this.table = new RunsTable(
      {
        runs: qualified(this.#runsTable),
        types: { text: 'text', whole: 'bigint', time: 'timestamptz' },
        literal: quoteText,
      },
      destination,
    );
  }

  /** Takes the destination for as long as the session lives. TABLE_LOCKED where another run has it. */
  async lock(runId: string): Promise<void> {
    const key = lockKey(shownTable(this.#destination));
    for (const start = performance.now(); ; await pause(50)) {
      const [row] = await this.#session.rows(`SELECT pg_try_advisory_lock(${key})`);
      if (row?.[0] === 't') return;
      const holder = await this.#holder(key);
      if (holder === null) continue;
      const isOwn = holder.application === this.#connection.applicationName(runId);
      if (!isOwn || performance.now() - start > patience) {
        const { application, pid, since, address } = holder;
        throw fail('TABLE_LOCKED', {
          table: shownTable(this.#destination),
          connection: this.#connection.name,
          holder: `${application} (process ${pid} of the server${address}) since ${since}`,
        });
      }
      // A try of this very run before this one: its connection is gone, and the server has not noticed.
      await this.#session.rows(`SELECT pg_terminate_backend(${holder.pid})`);
    }
  }

  async #holder(key: string) {
    const [row] = await this.#session.rows(
      `SELECT a.pid, a.application_name, a.backend_start, host(a.client_addr) FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND ((l.classid::bigint << 32) | l.objid::bigint) = ${key} AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())`,
    );
    if (row === undefined) return null;
    const [pid, application, since, address] = row;
    return {
      pid: Number(pid),
      application: application || 'a run',
      since: since ?? 'an unknown time',
      address: address === null ? '' : `, from ${address}`,
    };
  }

  /** All runs that are known, the last one first; none where there is no table of them. */
  async known(): Promise<readonly KnownRun[]> {
    if (!(await this.#exists())) return [];
    const rows = await this.#session.rows(this.table.select());
    return rows.map((row) => readRun(row, this.#connection.where));
  }

  async lastPublished(): Promise<KnownRun | null> {
    return lastPublished(await this.known());
  }

  /** Makes the schema and the table of runs, where they are missing. */
  async make(): Promise<void> {
    if (await this.#exists()) return;
    const { schema } = this.#destination;
    // Two that make the same at once would stand in each other's way.
    await this.#session.run('BEGIN');
    try {
      await this.#session.rows(`SELECT pg_advisory_xact_lock(${lockKey(`make ${schema}`)})`);
      const [row] = await this.#session.rows(
        `SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ${quoteText(schema)}`,
      );
      if (row === undefined) await this.#session.run(`CREATE SCHEMA ${quoteName(schema)}`);
      await this.#session.run(this.table.create());
      await this.#session.run('COMMIT');
    } catch (error) {
      await this.#session.run('ROLLBACK').catch(() => {});
      throw error;
    }
  }

  /** Removes what dead runs have staged, and tells of it and of the run that published last. For who holds the lock. */
  async sweep(): Promise<readonly EarlierRun[]> {
    const known = await this.known();
    const dead = unfinished(known);
    for (const run of dead) await this.release(run.fence, run.staging);
    return earlierRuns(dead, lastPublished(known));
  }

  /** Writes down that this run has begun. */
  async take(runId: string, mode: WriteMode): Promise<{ readonly fence: number; readonly staging: string }> {
    const [row] = await this.#session.rows(this.table.lastFence());
    const fence = Number(row?.[0] ?? 0) + 1;
    const staging = stagingTable(runId, fence, this.#destination);
    await this.#session.run(this.table.begin({ runId, fence, mode, staging, at: new Date() }));
    return { fence, staging };
  }

  /** Takes back that a run has begun, and what it staged. */
  async release(fence: number, staging: string | null): Promise<void> {
    if (staging !== null)
      await this.#session.run(
        `DROP TABLE IF EXISTS ${qualified({ schema: this.#destination.schema, table: staging })}`,
      );
    await this.#session.run(this.table.forget(fence));
  }

  async #exists(): Promise<boolean> {
    if (this.#isThere) return true;
    const [row] = await this.#session.rows(
      `SELECT to_regclass(${quoteText(qualified(this.#runsTable))}) IS NOT NULL`,
    );
    this.#isThere = row?.[0] === 't';
    return this.#isThere;
  }
}
