import { entry } from '../entry.js';

/** Problems with contracts, and with data that breaks them. */
export const checkErrors = {
  CHECKS_FAILED: entry<{
    name: string;
    /** What is told of, the first of them; each with what was found. */
    failed: readonly { readonly name: string; readonly found: string }[];
    /** What became of all checks, for programs. */
    checks?: readonly unknown[] | undefined;
  }>({
    title: 'Data that breaks its contract',
    kind: 'run',
    message: (f) => {
      const shown = f.failed.slice(0, 3).map(({ name, found }) => `${name}: ${found}`);
      const more = f.failed.length > 3 ? `; and ${f.failed.length - 3} more` : '';
      const what = f.failed.length === 1 ? 'a check' : `${f.failed.length} checks`;
      return `${f.name} breaks ${what} of its contract: ${shown.join('; ')}${more}`;
    },
    hint: () =>
      'Nothing was published. Mend the rows where they come from, change the contract, or give the check on_fail: quarantine (of rows) or on_fail: warn.',
  }),
  CHECK_INVALID: entry<{ name: string; check: string; reason: string; hint?: string | undefined }>({
    title: 'A check that cannot be carried out',
    kind: 'config',
    message: (f) => `${f.name}: the check "${f.check}" cannot be carried out: ${f.reason}`,
    hint: (f) =>
      f.hint ??
      'Nothing was moved. Checks speak of the columns as they settle; hygge plan shows their types.',
  }),
  CONTRACT_COLUMN: entry<{
    name: string;
    column: string;
    nearest?: string | undefined;
    known: readonly string[];
  }>({
    title: 'A column of a contract that does not settle',
    kind: 'config',
    message: (f) => `${f.name}: the contract has a column "${f.column}", but no such column settles`,
    hint: (f) =>
      f.nearest !== undefined
        ? `Did you mean "${f.nearest}"?`
        : `These settle: ${f.known.slice(0, 20).join(', ')}${f.known.length > 20 ? ', …' : ''}.`,
  }),
  CONTRACT_NEEDED: entry<{ names: readonly string[] }>({
    title: 'A check of stores without a contract',
    kind: 'config',
    message: (f) =>
      `there is no contract to check by: ${f.names.slice(0, 6).join(', ')} ${f.names.length === 1 ? 'has' : 'have'} none`,
    hint: (f) =>
      `Write contract: into the flow; hygge profile ${f.names[0] ?? 'FLOW'} --write makes a first one.`,
  }),
  QUARANTINE_EMPTY: entry<{ name: string; run?: string | undefined; runs: readonly string[] }>({
    title: 'No rows in the quarantine by that name',
    kind: 'config',
    message: (f) =>
      f.run === undefined
        ? `${f.name} has no rows in the quarantine`
        : `${f.name} has no rows in the quarantine of a run ${f.run}`,
    hint: (f) =>
      f.runs.length === 0
        ? 'hygge quarantine list shows what there is.'
        : `It has those of: ${f.runs.slice(0, 6).join(', ')}${f.runs.length > 6 ? ', …' : ''}.`,
  }),
  CHECKS_UNSUPPORTED: entry<{ name: string; reason: string }>({
    title: 'A store whose rows cannot be checked',
    kind: 'config',
    message: (f) => `${f.name}: its contract cannot be held: ${f.reason}`,
    hint: () =>
      'Nothing was moved. Write into another store; or leave what this one cannot do out of the contract: on_fail: quarantine, or the column.',
  }),
};
