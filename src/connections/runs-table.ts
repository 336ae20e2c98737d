import { createHash } from 'node:crypto';
import type { WriteMode } from '../core/capabilities.js';
import { withHeld } from '../core/held.js';
import type { EarlierRun } from '../core/run-record.js';
import type { Schema } from '../core/types.js';
import { fail } from '../errors/index.js';

/**
 * The table in which every database store keeps, beside the data and in the same transaction, what was published: so
 * data and watermark are one commit. One row for each run and destination; all stores of one database share it.
 *
 * A run takes its destination by a row with the next `fence`, in state `begun`, which names its staging table. The
 * transaction that publishes asks for the greatest fence first: where it is another's, this run was taken for dead.
 */
export const runsTable = 'hygge_runs';

/** How many runs of one destination are kept: the last ones. The journal has all of them. */
export const keptRuns = 100;

/** Where a run writes to. Both are names as the database has them, not quoted. */
export interface Destination {
  readonly schema: string;
  readonly table: string;
}

/** What differs from one database to the next. */
export interface RunsDialect {
  /** The name of the table of runs: qualified and quoted. */
  readonly runs: string;
  /** Types of a column of text, of whole numbers of 64 bits, and of points of time. */
  readonly types: { readonly text: string; readonly whole: string; readonly time: string };
  /** A text as a literal. */
  literal(text: string): string;
}

/** What the name of every staging table begins with. */
export const stagingPrefix = 'hygge_stage_';

/**
 * The name of a staging table; in the schema of its destination. The entities of one run share its id, and a second
 * try has that of the first: so the name has a part that no other destination and fence has. 51 characters.
 */
export function stagingTable(runId: string, fence: number, { schema, table }: Destination): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([schema, table, fence]))
    .digest('hex');
  return `${stagingPrefix}${runId}_${digest.slice(0, 12)}`;
}

/** A row of the table of runs. */
export interface KnownRun {
  readonly fence: number;
  readonly runId: string;
  readonly state: 'begun' | 'published';
  /** Name of the staging table, while it is there. */
  readonly staging: string | null;
  /** What the run kept with its data; null while it has not published. */
  readonly record: unknown;
  /** What it did with the rows that were there. */
  readonly mode: string;
  /** Rows that it published; null while it has not. */
  readonly rows: number | null;
}

/** What a run writes when it publishes. */
export interface RunCommit {
  readonly runId: string;
  readonly fence: number;
  readonly rows: number;
  readonly record: unknown;
}

/** The statements that read and write the table of runs. Each is one statement, and none ends a transaction. */
export class RunsTable {
  readonly #dialect: RunsDialect;
  readonly #where: string;
  readonly #destination: Destination;

  constructor(dialect: RunsDialect, destination: Destination) {
    this.#dialect = dialect;
    this.#destination = destination;
    const { literal } = dialect;
    this.#where = `table_schema = ${literal(destination.schema)} AND table_name = ${literal(destination.table)}`;
  }

  /** Makes the table where it is missing. */
  create(): string {
    const { runs, types } = this.#dialect;
    const { text, whole, time } = types;
    const columns = [
      `table_schema ${text} NOT NULL`,
      `table_name ${text} NOT NULL`,
      `fence ${whole} NOT NULL`,
      `run_id ${text} NOT NULL`,
      `state ${text} NOT NULL`,
      `mode ${text} NOT NULL`,
      `staging ${text}`,
      `row_count ${whole}`,
      `begun_at ${time} NOT NULL`,
      `published_at ${time}`,
      `record ${text}`,
    ];
    return `CREATE TABLE IF NOT EXISTS ${runs} (${columns.join(', ')}, PRIMARY KEY (table_schema, table_name, fence))`;
  }

  /** All runs of the destination, the last one first, as {@link readRun} takes them: every value is text or NULL. */
  select(): string {
    const { runs, types } = this.#dialect;
    const text = (column: string): string => `CAST(${column} AS ${types.text}) AS ${column}_text`;
    return `SELECT ${text('fence')}, run_id, state, staging, record, mode, ${text('row_count')} FROM ${runs} WHERE ${this.#where} ORDER BY fence DESC`;
  }

  /** Takes the destination. `fence` is one more than the greatest there is. */
  begin(run: { runId: string; fence: number; mode: string; staging: string; at: Date }): string {
    const { runs, literal } = this.#dialect;
    const { schema, table } = this.#destination;
    const values = [
      literal(schema),
      literal(table),
      String(run.fence),
      literal(run.runId),
      literal('begun'),
      literal(run.mode),
      literal(run.staging),
      literal(run.at.toISOString()),
    ];
    const columns = 'table_schema, table_name, fence, run_id, state, mode, staging, begun_at';
    return `INSERT INTO ${runs} (${columns}) VALUES (${values.join(', ')})`;
  }

  /** Says that a run has published. For the transaction in which it does. Changes one row. */
  publish({ fence, rows, record }: RunCommit, at: Date): string {
    const { runs, literal } = this.#dialect;
    const set = [
      `state = ${literal('published')}`,
      'staging = NULL',
      `row_count = ${rows}`,
      `published_at = ${literal(at.toISOString())}`,
      `record = ${literal(JSON.stringify(record ?? null))}`,
    ];
    return `UPDATE ${runs} SET ${set.join(', ')} WHERE ${this.#where} AND fence = ${fence}`;
  }

  /** The greatest fence of the destination, as text; NULL where there is none. */
  lastFence(): string {
    const { runs, types } = this.#dialect;
    return `SELECT CAST(max(fence) AS ${types.text}) AS fence_text FROM ${runs} WHERE ${this.#where}`;
  }

  /** Forgets a run that has not published. */
  forget(fence: number): string {
    const { runs, literal } = this.#dialect;
    return `DELETE FROM ${runs} WHERE ${this.#where} AND fence = ${fence} AND state = ${literal('begun')}`;
  }

  /** Forgets runs of long ago. */
  prune(fence: number): string {
    const { runs, literal } = this.#dialect;
    return `DELETE FROM ${runs} WHERE ${this.#where} AND fence <= ${fence - keptRuns} AND state = ${literal('published')}`;
  }
}

/**
 * What a run keeps with its data, with what the table holds after it. `there`: the table that it wrote into; undefined
 * where it makes it. `last`: the run that published before it.
 */
export function recordAfter(
  record: unknown,
  { mode, schema }: { readonly mode: WriteMode; readonly schema: Schema },
  there: object | undefined,
  last: KnownRun | null,
): unknown {
  // Without columns the record alone is changed, and nothing of the table.
  if (schema.length === 0) return record;
  return withHeld(record, mode, there === undefined ? undefined : { record: last?.record ?? null });
}

/**
 * A row that `select` gave.
 * @throws RECORD_DAMAGED; `path` is what the database is called
 */
export function readRun(row: readonly (string | null)[], path: string): KnownRun {
  const [fence, runId, state, staging = null, record = null, mode = null, rows = null] = row;
  if (fence == null || runId == null || mode === null || (state !== 'begun' && state !== 'published'))
    throw fail('RECORD_DAMAGED', {
      path: `${path} (${runsTable})`,
      reason: 'a row is none that hygge writes',
    });
  try {
    return {
      fence: Number(fence),
      runId,
      state,
      staging,
      record: record === null ? null : JSON.parse(record),
      mode,
      rows: rows === null ? null : Number(rows),
    };
  } catch (cause) {
    const reason = `what run ${runId} kept is no JSON`;
    throw fail('RECORD_DAMAGED', { path: `${path} (${runsTable})`, reason }, { cause });
  }
}

/** The run that published last; null where none has. */
export function lastPublished(runs: readonly KnownRun[]): KnownRun | null {
  return runs
    .filter(({ state }) => state === 'published')
    .reduce<KnownRun | null>((last, run) => (last === null || run.fence > last.fence ? run : last), null);
}

/** Runs that began and have not published: of those before this one, what they left is to be swept. */
export function unfinished(runs: readonly KnownRun[]): readonly KnownRun[] {
  return runs.filter(({ state }) => state === 'begun');
}

/** All that the table tells of earlier runs, once what dead ones left has been swept. */
export function earlierRuns(swept: readonly KnownRun[], last: KnownRun | null): readonly EarlierRun[] {
  const dead = swept.map(
    ({ runId }): EarlierRun => ({
      what: 'swept',
      runId,
      record: null,
      message: `run ${runId} had died before it published; what it had staged was removed`,
    }),
  );
  if (last === null) return dead;
  return [...dead, { what: 'published', runId: last.runId, record: last.record, message: null }];
}
