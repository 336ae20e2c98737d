import { fail } from '../errors/index.js';
import type { JournalEntry } from './entry.js';

/**
 * The id of the run that an id, or the beginning of one, names.
 * @param where the journal, for messages
 * @throws RUN_NOT_FOUND, RUN_AMBIGUOUS
 */
export function runIdOf(entries: readonly JournalEntry[], run: string, where: string): string {
  const ids = entries.map((entry) => entry.coordinator_run_id);
  const found = [...new Set(ids)].filter((id) => run !== '' && id.startsWith(run.toLowerCase()));
  const [runId] = found;
  if (runId === undefined) throw fail('RUN_NOT_FOUND', { run, where });
  if (found.length > 1 && !found.includes(run.toLowerCase())) throw fail('RUN_AMBIGUOUS', { run, found });
  return found.includes(run.toLowerCase()) ? run.toLowerCase() : runId;
}
