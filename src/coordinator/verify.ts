import type { AuditProblem, StoreAudit } from '../core/audit.js';
import type { EntityConfig } from '../core/entity-config.js';
import { asRunRecord } from '../core/run-record.js';
import { asHyggeError, fail, type HyggeError } from '../errors/index.js';
import type { FlowContext } from '../flow/index.js';
import type { JournalEntry } from '../journal/index.js';
import { type StoreEnd, storeEnd } from './open-store.js';

/** Whether the store of one entity still holds what its record and the journal say. */
export interface VerifyOutcome {
  /** The entity's run name. */
  readonly name: string;
  readonly ok: boolean;
  /** null where the store could not be looked at. */
  readonly audit: StoreAudit | null;
  /** Of the store and of the journal. */
  readonly problems: readonly AuditProblem[];
  readonly error: HyggeError | null;
}

/** Looks at the store of an entity. Writes nothing, and never rejects. `entries`: the journal. */
export async function verifyEntity(
  config: EntityConfig,
  context: FlowContext,
  entries: readonly JournalEntry[],
): Promise<VerifyOutcome> {
  const { name } = config;
  let end: StoreEnd | null = null;
  try {
    end = storeEnd(config, context);
    const { definition, settings, given } = end;
    if (definition.audit === undefined) throw fail('AUDIT_UNSUPPORTED', { name, type: definition.type });
    const audit = await definition.audit(settings, given);
    const problems = [...audit.problems, ...journalProblems(name, audit, entries)];
    return { name, ok: problems.length === 0, audit, problems, error: null };
  } catch (thrown) {
    return { name, ok: false, audit: null, problems: [], error: asHyggeError(thrown) };
  } finally {
    await end?.close();
  }
}

/** What the journal says of the store, where that is not what the store's record says. */
function journalProblems(name: string, audit: StoreAudit, entries: readonly JournalEntry[]): AuditProblem[] {
  const own = entries.filter((entry) => entry.name === name);
  const undone = new Set(own.flatMap(({ undoes }) => undoes ?? []));
  const published = own.filter(
    ({ action, status, coordinator_run_id: run }) =>
      (action === 'run' || action === 'recover') && status === 'success' && !undone.has(run),
  );
  const last = published.at(-1);
  const problem = (message: string): AuditProblem[] => [{ what: 'journal', file: null, message }];
  if (last !== undefined && audit.run_id === null) {
    return problem(
      `the journal says that run ${last.coordinator_run_id} settled ${last.row_count} rows, but the store knows of no run`,
    );
  }
  const kept = asRunRecord(audit.record);
  if (kept === null || last === undefined) return [];
  if (last.coordinator_run_id !== kept.run_id && last.start_time > kept.published_at) {
    return problem(
      `the journal says that run ${last.coordinator_run_id} settled ${last.row_count} rows, but the last run that the store knows of is ${kept.run_id}`,
    );
  }
  const entry = published.find(({ coordinator_run_id: run }) => run === kept.run_id);
  if (entry !== undefined && entry.row_count !== kept.rows) {
    return problem(
      `the journal says that run ${kept.run_id} settled ${entry.row_count} rows, but the store's record says ${kept.rows}`,
    );
  }
  // a merge also writes rows anew that were there, under its own name
  const there = audit.rows_by_run[kept.run_id] ?? 0;
  if (kept.mode === 'merge' || audit.run_id !== kept.run_id || there === kept.rows) return [];
  return problem(`run ${kept.run_id} settled ${kept.rows} rows, but its files are said to have ${there}`);
}
