import type { AsideRows, QuarantinedRun } from '../coordinator/index.js';
import { oneLine, paint } from '../errors/text.js';
import { count, counted, shortPath } from './format.js';
import type { Output } from './output.js';
import { tableLines } from './table.js';

const states = {
  waiting: '',
  retried: 'moved again since; drop removes this copy',
  replaced: 'a later run replaced what the store held, and looked at all rows anew',
  unpublished: 'the journal knows of no publication by this run: its rows are still where they come from',
} as const;

/** What was put aside, a line for each run, and the reasons below. */
export function quarantineText(runs: readonly QuarantinedRun[], output: Output, cwd: string): string {
  if (runs.length === 0) return 'No rows are in the quarantine.\n';
  const brush = paint(output.color);
  const blocks = runs.map(({ config, folder, note, unreadable, state }) => {
    const head = `${brush.strong(oneLine(config.name))}  ${folder.runId}`;
    const rows = [
      note === null ? null : counted(note.rows, 'row'),
      unreadable === 0 ? null : `${counted(unreadable, 'row')} that could not be read`,
    ].filter((part) => part !== null);
    const reasons = Object.entries(note?.reasons ?? {}).map(
      ([reason, number]) => `    ${count(number).padStart(9)}  ${oneLine(reason)}`,
    );
    const note2 = states[state] === '' ? [] : [`    ${brush.warn(states[state])}`];
    return [
      `${head}  ${rows.join(', ')}`,
      ...reasons,
      ...note2,
      brush.faint(`    ${oneLine(shortPath(folder.path, cwd))}`),
    ].join('\n');
  });
  const waiting = runs.filter(({ state }) => state === 'waiting');
  const total = waiting.reduce((sum, { note }) => sum + (note?.rows ?? 0), 0);
  return `${blocks.join('\n')}\n\n${counted(total, 'row')} of ${counted(waiting.length, 'run')} wait; hygge quarantine show FLOW has them, and retry moves them again.\n`;
}

/** The first rows that a run put aside. */
export function rowsText(
  { config, folder, note, unreadable }: QuarantinedRun,
  { columns, rows }: AsideRows,
  output: Output,
  cwd: string,
): string {
  const brush = paint(output.color);
  const lines = [`${brush.strong(oneLine(config.name))}  ${folder.runId}`];
  if (note !== null) {
    const titles = columns.map((title) => ({ title: oneLine(title), cuts: true }));
    const cells = rows.map((row) => row.map((value) => value ?? 'NULL'));
    lines.push(...tableLines(titles, cells, output.columns, brush.faint));
    const more = note.rows - rows.length;
    if (more > 0) lines.push(brush.faint(`… and ${counted(more, 'more row', 'more rows')}; -n shows more`));
  }
  if (unreadable > 0)
    lines.push(
      `${counted(unreadable, 'row')} that could not be read: ${oneLine(shortPath(folder.unreadable, cwd))}`,
    );
  return `${lines.join('\n')}\n`;
}
