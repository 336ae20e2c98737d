import { entry } from '../entry.js';

/** Problems of the record of what ran, and of taking a run back. */
export const journalErrors = {
  JOURNAL_BEHIND: entry<{ name: string; rows: number; reason: string }>({
    title: 'Data was published, but the journal could not be written',
    kind: 'run',
    message: (f) =>
      `${f.name}: ${f.rows.toLocaleString('en-US')} rows were published, but the journal has no entry of it: ${f.reason}`,
    hint: () =>
      'The data is in the store, whole, and does not need to be moved again. Make the journal writable; `hygge recover` or the next run then writes the entry from what the store has kept.',
  }),
  RUN_NOT_FOUND: entry<{ run: string; where: string }>({
    title: 'A run that nobody knows',
    kind: 'config',
    message: (f) => `there is no run "${f.run}" in ${f.where}`,
    hint: () =>
      'A run is named by its id, or by the beginning of it; `hygge journal` shows the first characters of each.',
  }),
  RUN_AMBIGUOUS: entry<{ run: string; found: readonly string[] }>({
    title: 'The beginning of several run ids',
    kind: 'config',
    message: (f) => `"${f.run}" is the beginning of ${f.found.length} run ids`,
    hint: (f) => `Write more of it. They are: ${f.found.slice(-5).join(', ')}.`,
  }),
  UNDO_UNSUPPORTED: entry<{ name: string; type: string; runType: string }>({
    title: 'A store that cannot take a run back',
    kind: 'run',
    message: (f) =>
      `${f.name}: a ${f.type} store cannot take a run back: it keeps no rows of before, and others may have written into it since`,
    hint: (f) => `Nothing was changed. ${undoByHand[f.runType] ?? broughtAnew}`,
  }),
};

const broughtAnew =
  'hygge go --full-drop brings what the home has now; older rows come from a backup of the database.';

/** What a person can do, by the type of the run. */
const undoByHand: Readonly<Record<string, string>> = {
  incremental: `Delete its rows by a column that tells them, such as one of polish: timestamps, and set the watermark back to that of the run before (hygge journal show) with hygge watermark set. Or bring all rows anew: ${broughtAnew}`,
  merge: `The rows that it replaced are nowhere any more: ${broughtAnew}`,
};
