import { oneLine, paint } from '../errors/text.js';
import type { ColumnProfile, Profile } from '../flow/index.js';
import { count, counted } from './format.js';
import type { Output } from './output.js';
import { tableLines } from './table.js';

/** Values of a column that are shown. */
const mostShown = 5;
const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** A profile as a table: a line for each column. */
export function profileText({ name, rows, columns }: Profile, output: Output): string {
  const brush = paint(output.color);
  const titles = [
    { title: 'column', cuts: true },
    { title: 'type', cuts: true },
    { title: 'null', align: 'right' },
    { title: 'different', align: 'right' },
    { title: 'min', cuts: true },
    { title: 'median', cuts: true },
    { title: 'max', cuts: true },
    { title: 'values', cuts: true },
  ] as const;
  const cells = columns.map((column) => [
    column.name,
    column.type,
    count(column.nulls),
    count(column.distinct),
    column.min ?? '–',
    column.quartiles?.[1] ?? '–',
    column.max ?? '–',
    valuesText(column),
  ]);
  const lines = tableLines(titles, cells, output.columns, brush.faint);
  return `${brush.strong(oneLine(name))}  ${counted(rows, 'row')}\n${lines.join('\n')}\n`;
}

/** A histogram of numbers; of all else, and of few different numbers, the values that come most often. */
function valuesText({ histogram, top, distinct }: ColumnProfile): string {
  if (histogram !== null && distinct > 5) {
    const most = Math.max(...histogram, 1);
    return histogram
      .map((rows) => (rows === 0 ? ' ' : (bars[Math.ceil((rows / most) * bars.length) - 1] ?? '')))
      .join('');
  }
  const often = top.slice(0, mostShown).filter(({ rows }) => rows > 1 || distinct <= 5);
  return often.map(({ value, rows }) => `${oneLine(value)} ${count(rows)}×`).join(', ');
}
