import type { AuditProblem, StoreAudit } from '../core/audit.js';
import type { EngineSession, Relation } from '../core/engine.js';
import { comparedSchema, type HeldRows, heldOf } from '../core/held.js';
import { asRunRecord } from '../core/run-record.js';
import type { Schema } from '../core/types.js';
import { fingerprintOf, identifier } from '../engine/index.js';
import { type KnownRun, lastPublished } from './runs-table.js';

export interface CountedTable {
  /** For people. */
  readonly table: string;
  /** Rows that it has now; null where there is no table. */
  readonly rows: number | null;
  /** All that is known of it, in the same moment. */
  readonly runs: readonly KnownRun[];
  engine(): Promise<EngineSession>;
  /** What it has of some columns, called as there, in the same moment; null where there is no table. */
  readonly values: ((schema: Schema) => Promise<Relation>) | null;
  readonly signal: AbortSignal;
}

/** What was found out of the values of a table. */
interface Compared {
  readonly columns: readonly string[];
  readonly problems: readonly string[];
}

/**
 * Holds the rows of a table against what its runs have put there since the last one that replaced all: their number,
 * and where all of them were made with `verify: fingerprint`, the values of every column. What there should be is not
 * known where a run merged, or where nobody knows what was there before the first one.
 */
export async function auditTable(counted: CountedTable): Promise<StoreAudit> {
  const { table, rows, runs } = counted;
  const last = lastPublished(runs);
  const held = heldOf(last?.record);
  const expected = held?.rows ?? null;
  const problems: AuditProblem[] = [];
  let compared: Compared = { columns: [], problems: [] };
  const problem = (what: AuditProblem['what'], message: string): unknown =>
    problems.push({ what, file: null, message });
  if (last !== null && rows === null) problem('missing', `the table ${table} is gone`);
  else if (expected !== null && rows !== null && rows !== expected) {
    const put = `its runs have put ${expected} there`;
    problem('rows', `the table ${table} has ${rows} rows, and ${put}`);
  } else if (held !== null && rows !== null) {
    compared = await compare(counted, held);
    for (const message of compared.problems) problem('changed', `the table ${table} ${message}`);
  }
  const dead = runs.filter(({ state }) => state === 'begun');
  return {
    run_id: last?.runId ?? null,
    record: last?.record ?? null,
    files: 0,
    rows: expected ?? rows ?? 0,
    bytes: 0,
    rows_by_run: last === null || last.mode === 'merge' ? {} : { [last.runId]: last.rows ?? 0 },
    hashed: 0,
    columns_compared: compared.columns,
    foreign: [],
    problems,
    notes: [
      ...(last !== null && rows !== null ? notCompared(rows, runs, held, compared) : []),
      ...dead.map(
        ({ runId }) => `run ${runId} is under way, or died before it published; the next run sweeps`,
      ),
    ],
  };
}

async function compare({ signal, values, ...table }: CountedTable, held: HeldRows): Promise<Compared> {
  const wanted = comparedSchema(held);
  if (values === null || wanted.length === 0) return { columns: [], problems: [] };
  const { sql, schema } = await values(wanted);
  const there = new Set(schema.map(({ name }) => name));
  const columns = wanted.filter(({ name }) => there.has(name));
  const names = columns.map(({ name }) => identifier(name));
  const select = `SELECT ${names.join(', ')} FROM (${sql}\n)`;
  const now =
    names.length === 0 ? null : await fingerprintOf(await table.engine(), select, columns, { signal });
  const should = new Map(held.columns?.map((column) => [column.name, column]));
  const others = (now?.columns ?? [])
    .filter(({ name, count, hash }) => should.get(name)?.count !== count || should.get(name)?.hash !== hash)
    .map(({ name }) => `has other values in column "${name}" than its runs have put there`);
  const gone = wanted
    .filter(({ name }) => !there.has(name))
    .map(({ name }) => `has no column "${name}" any more`);
  const isWhole = held.hash !== null && columns.length === held.columns?.length;
  // Each column has what it should have, but not beside what it should.
  const mixed =
    others.length === 0 && isWhole && now?.hash !== held.hash
      ? ['has values in other rows than its runs have put them into']
      : [];
  return { columns: columns.map(({ name }) => name), problems: [...gone, ...others, ...mixed] };
}

/** What was not compared, and why. */
function notCompared(
  rows: number,
  runs: readonly KnownRun[],
  held: HeldRows | null,
  { columns }: Compared,
): string[] {
  const published = runs.filter(({ state }) => state === 'published').sort((a, b) => b.fence - a.fence);
  const replaced = published.findIndex(({ mode }) => mode === 'replace');
  const since = replaced < 0 ? published : published.slice(0, replaced + 1);
  if (held === null) {
    const isMerged = since.some(({ mode }) => mode === 'merge');
    const why = isMerged ? 'a run has merged into it' : 'no run has replaced all of it';
    return [`it has ${rows} rows now; how many there should be, and which, is not known, since ${why}`];
  }
  const all = asRunRecord(published[0]?.record)?.schema ?? [];
  const left = all.filter(({ name }) => !columns.includes(name));
  const isCompared = held.columns !== null;
  if (isCompared && left.length > 0 && rows === held.rows) {
    const names = left.map(({ name }) => `"${name}"`).join(', ');
    return [`the values of ${names} were not compared, since not every run brought them with the same type`];
  }
  const bare = since.find(({ record, rows: put }) => put !== 0 && asRunRecord(record)?.fingerprint == null);
  const isPartly = !isCompared && since.some(({ record }) => asRunRecord(record)?.fingerprint != null);
  return isPartly && bare !== undefined
    ? [`the values were not compared, since run ${bare.runId} was made without verify: fingerprint`]
    : [];
}
