import type { PreviewOutcome } from '../coordinator/index.js';
import { typeName } from '../core/types.js';
import { displayWidth, oneLine, paint } from '../errors/text.js';
import { counted } from './format.js';
import type { Output } from './output.js';
import { type TableColumn, tableLines } from './table.js';

/** Cells that a column may be cut to. */
const narrowest = 8;
const gap = 2;

/** The first rows of entities as they would settle, as tables that fit the terminal. */
export function previewText(outcomes: readonly PreviewOutcome[], output: Output): string {
  const brush = paint(output.color);
  const blocks = outcomes.map((outcome) => {
    const name = brush.strong(oneLine(outcome.name));
    if (outcome.preview === null) return `${name}  ${brush.bad('could not be shown')}`;
    const { rows } = outcome.preview;
    const amount = rows.length === 0 ? 'no rows' : `the first ${counted(rows.length, 'row')}`;
    return `${name}  ${amount}, as they would settle\n${tableText(outcome.preview, output)}`;
  });
  return `${blocks.join('\n\n')}\n\n${brush.good('Nothing was written.')}\n`;
}

function tableText({ columns, rows }: NonNullable<PreviewOutcome['preview']>, output: Output): string {
  const brush = paint(output.color);
  const indent = '  ';
  const width = output.columns === null ? null : output.columns - indent.length;
  // The types come right below the names.
  const cells = [
    columns.map(({ type }) => typeName(type)),
    ...rows.map((row) => row.map((value) => value ?? 'NULL')),
  ];
  const shown = fitting(
    columns.map(({ name }) => name),
    cells,
    width,
  );
  const isFaint = (row: number, column: number): boolean => row === 0 || rows[row - 1]?.[column] === null;
  const titles = columns.slice(0, shown).map(
    ({ name, type }, column): TableColumn => ({
      title: oneLine(name),
      align: numeric.has(type.kind) ? 'right' : 'left',
      cuts: true,
      paint: (text, row) => (isFaint(row, column) ? brush.faint(text) : text),
    }),
  );
  const lines = tableLines(titles, cells, width, brush.strong).map((line) => `${indent}${line}`);
  const hidden = columns.slice(shown).map(({ name }) => oneLine(name));
  if (hidden.length > 0) {
    const names = hidden.slice(0, 6).join(', ') + (hidden.length > 6 ? ', …' : '');
    lines.push(
      brush.faint(`${indent}and ${counted(hidden.length, 'more column')}: ${names} (--json has them all)`),
    );
  }
  return lines.join('\n');
}

const numeric: ReadonlySet<string> = new Set([
  ...['tinyint', 'smallint', 'integer', 'bigint', 'hugeint', 'utinyint', 'usmallint', 'uinteger', 'ubigint'],
  ...['uhugeint', 'decimal', 'float', 'double'],
]);

/** How many of the columns fit beside one another, each as narrow as may be; one at least. */
function fitting(
  names: readonly string[],
  cells: readonly (readonly string[])[],
  width: number | null,
): number {
  if (width === null) return names.length;
  let used = -gap;
  for (const [i, name] of names.entries()) {
    const longest = cells.reduce(
      (most, row) => Math.max(most, displayWidth(oneLine(row[i] ?? ''))),
      displayWidth(oneLine(name)),
    );
    used += Math.min(longest, narrowest) + gap;
    if (used > width) return Math.max(1, i);
  }
  return names.length;
}
