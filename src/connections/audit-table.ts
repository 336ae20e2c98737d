import type { AuditProblem, StoreAudit } from '../core/audit.js';
import { type KnownRun, lastPublished } from './runs-table.js';

export interface CountedTable {
  /** For people. */
  readonly table: string;
  /** Rows that it has now; null where there is no table. */
  readonly rows: number | null;
  /** All that is known of it, in the same moment. */
  readonly runs: readonly KnownRun[];
}

/**
 * Holds the number of rows of a table against what its runs have put there: those since the last one that replaced all.
 * It is not known where a run merged, or where nobody knows what was there before the first one.
 */
export function auditTable({ table, rows, runs }: CountedTable): StoreAudit {
  const last = lastPublished(runs);
  const published = runs.filter(({ state }) => state === 'published').sort((a, b) => b.fence - a.fence);
  const since = published.slice(0, published.findIndex(({ mode }) => mode === 'replace') + 1);
  const isKnown = since.length > 0 && since.every(({ mode }) => mode !== 'merge');
  const expected = isKnown ? since.reduce((sum, run) => sum + (run.rows ?? 0), 0) : null;
  const by = new Map<string, number>();
  for (const run of isKnown ? since : published)
    if (run.mode !== 'merge') by.set(run.runId, (by.get(run.runId) ?? 0) + (run.rows ?? 0));
  const problem = (what: AuditProblem['what'], message: string): AuditProblem => ({
    what,
    file: null,
    message,
  });
  const problems: AuditProblem[] = [];
  if (last !== null && rows === null) problems.push(problem('missing', `the table ${table} is gone`));
  else if (expected !== null && rows !== null && rows !== expected) {
    const put = `its runs have put ${expected} there`;
    problems.push(problem('rows', `the table ${table} has ${rows} rows, and ${put}`));
  }
  const why = since.length > 0 ? 'a run has merged into it' : 'no run has replaced all of it';
  const unknown = `it has ${rows} rows now; how many there should be is not known, since ${why}`;
  const dead = runs.filter(({ state }) => state === 'begun');
  return {
    run_id: last?.runId ?? null,
    record: last?.record ?? null,
    files: 0,
    rows: expected ?? rows ?? 0,
    bytes: 0,
    rows_by_run: Object.fromEntries(by),
    hashed: 0,
    foreign: [],
    problems,
    notes: [
      ...(last !== null && rows !== null && expected === null ? [unknown] : []),
      ...dead.map(
        ({ runId }) => `run ${runId} is under way, or died before it published; the next run sweeps`,
      ),
    ],
  };
}
