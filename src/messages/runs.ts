import { oneLine, paint } from '../errors/text.js';
import type { JournalEntry } from '../journal/index.js';
import { bytes, count, counted, duration } from './format.js';
import type { Output } from './output.js';
import { tableLines } from './table.js';

/** Characters of a run id that tell it from others; commands take the beginning of one. */
const shortId = 12;

/** Entries of the journal as a table, in the order given. `all`: how many there are without the limit. */
export function runsText(entries: readonly JournalEntry[], all: number, output: Output): string {
  const brush = paint(output.color);
  const statusPaint = { success: brush.good, fail: brush.bad, skip: brush.warn };
  const columns = [
    { title: 'run' },
    { title: 'started' },
    { title: 'flow', cuts: true },
    {
      title: 'status',
      paint: (text: string, row: number) => statusPaint[entries[row]?.status ?? 'skip'](text),
    },
    { title: 'run type' },
    { title: 'route' },
    { title: 'rows', align: 'right' },
    { title: 'written', align: 'right' },
    { title: 'time', align: 'right' },
    { title: 'message', cuts: true },
  ] as const;
  const rows = entries.map((entry) => [
    entry.coordinator_run_id.slice(0, shortId),
    localTime(entry.start_time),
    entry.name,
    whatHappened(entry),
    entry.run_type,
    entry.route ?? '–',
    count(entry.row_count),
    bytes(entry.bytes_written),
    duration(entry.duration),
    [entry.error_code, entry.message?.split('\n')[0]].filter((part) => part != null).join(' '),
  ]);
  const lines = tableLines(columns, rows, output.columns, brush.faint);
  const more = all > entries.length ? `, the newest of ${count(all)}; -n shows more` : '';
  return `${lines.join('\n')}\n\n${counted(entries.length, 'run')}${more}.\n`;
}

/** What is not a run, such as an undo, is called by what it is where it succeeded. */
function whatHappened({ action, status }: JournalEntry): string {
  return status === 'success' && action !== 'run' && action !== 'recover' ? action : status;
}

/** Everything that the journal knows of a run: a block for each entry, a line for each column. */
export function runText(entries: readonly JournalEntry[], output: Output): string {
  const brush = paint(output.color);
  const width = Math.max(...entries.flatMap((entry) => Object.keys(entry).map((key) => key.length)));
  const blocks = entries.map((entry) => {
    const lines = Object.entries(entry)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => `  ${brush.faint(key.padEnd(width))}  ${cellText(value)}`);
    return [`${brush.strong(oneLine(entry.name))}  ${whatHappened(entry)}`, ...lines].join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}

const cellText = (value: unknown): string =>
  oneLine(typeof value === 'string' ? value : JSON.stringify(value));

/** A moment as the clock of this machine shows it: `2026-01-31 08:15:00`. */
function localTime(iso: string): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return iso;
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = [moment.getFullYear(), two(moment.getMonth() + 1), two(moment.getDate())].join('-');
  const time = [two(moment.getHours()), two(moment.getMinutes()), two(moment.getSeconds())].join(':');
  return `${date} ${time}`;
}
