import { setTimeout as pause } from 'node:timers/promises';
import { findTable, folded, qualified, tablesOf } from '../../connections/duckdb/index.js';
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
import type { EngineSession } from '../../core/engine.js';
import type { EarlierRun } from '../../core/run-record.js';
import { identifier, literal } from '../../engine/index.js';
import { HyggeError } from '../../errors/index.js';

export interface RunsRequest {
  readonly path: string;
  readonly engine: EngineSession;
  readonly catalog: string;
  readonly destination: Destination;
}

/** The table of runs of one file, and what it tells of one destination. */
export class Runs {
  readonly table: RunsTable;
  readonly #request: RunsRequest;

  constructor(request: RunsRequest) {
    const { catalog, destination } = request;
    this.#request = request;
    const runs = `${catalog}.main.${identifier(runsTable)}`;
    const types = { text: 'VARCHAR', whole: 'BIGINT', time: 'TIMESTAMPTZ' };
    const { schema, table } = destination;
    this.table = new RunsTable({ runs, types, literal }, { schema: folded(schema), table: folded(table) });
  }

  /** All runs of the destination, the last one first; none where there is no table of runs. */
  async known(): Promise<readonly KnownRun[]> {
    const { engine, catalog, path } = this.#request;
    const tables = await tablesOf(engine, catalog);
    if (findTable(tables, { schema: 'main', table: runsTable }) === undefined) return [];
    return (await engine.rows(this.table.select())).map((row) => readRun(row, path));
  }

  async lastPublished(): Promise<KnownRun | null> {
    return lastPublished(await this.known());
  }

  /** Removes what dead runs have staged, and tells of them and of the run that published last. */
  async sweep(): Promise<readonly EarlierRun[]> {
    const { engine, catalog, destination } = this.#request;
    const known = await this.known();
    const dead = unfinished(known);
    for (const { fence, staging } of dead) {
      const drop =
        staging === null
          ? ''
          : `DROP TABLE IF EXISTS ${qualified(catalog, { ...destination, table: staging })}; `;
      await this.#transaction(() => engine.run(`${drop}${this.table.forget(fence)}`));
    }
    return earlierRuns(dead, lastPublished(known));
  }

  /** Takes the destination for a run. The table of runs and the schema are made where they are missing. */
  async take(runId: string, mode: WriteMode): Promise<{ fence: number; staging: string }> {
    const { engine, catalog, destination } = this.#request;
    const at = new Date();
    let fence = 0;
    let staging = '';
    await this.#transaction(async () => {
      await engine.run(`CREATE SCHEMA IF NOT EXISTS ${catalog}.${identifier(destination.schema)}`);
      await engine.run(this.table.create());
      const [row] = await engine.rows(this.table.lastFence());
      fence = Number(row?.[0] ?? 0) + 1;
      staging = stagingTable(runId, fence, destination);
      await engine.run(this.table.begin({ runId, fence, mode, staging, at }));
    });
    return { fence, staging };
  }

  /** Gives the destination back without having published. */
  async release(fence: number, staging: string): Promise<void> {
    const { engine, catalog, destination } = this.#request;
    const staged = qualified(catalog, { ...destination, table: staging });
    await this.#transaction(() => engine.run(`DROP TABLE IF EXISTS ${staged}; ${this.table.forget(fence)}`));
  }

  /** Tried again where another flow of this process has changed the same table of runs meanwhile. */
  async #transaction(work: () => Promise<unknown>, triesLeft = 20): Promise<void> {
    const { engine } = this.#request;
    await engine.run('BEGIN TRANSACTION');
    try {
      await work();
      await engine.run('COMMIT');
    } catch (error) {
      await engine.run('ROLLBACK').catch(() => {});
      if (triesLeft === 0 || !(error instanceof HyggeError) || !error.retryable) throw error;
      await pause(10);
      await this.#transaction(work, triesLeft - 1);
    }
  }
}
