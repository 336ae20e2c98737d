import { type JournalEntry, standing } from '../journal/index.js';

/** The runs of an entity whose rows lie in the quarantine, the oldest first: they published, and no other run moved them. */
export function runsAside(entries: readonly JournalEntry[], name: string): readonly string[] {
  const own = standing(entries).filter((entry) => entry.name === name);
  const retried = new Set(own.flatMap(({ retries }) => retries ?? []));
  return own
    .filter(({ rows_quarantined: rows, coordinator_run_id: run }) => rows > 0 && !retried.has(run))
    .map(({ coordinator_run_id: run }) => run);
}
