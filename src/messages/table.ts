import { displayWidth, oneLine, pad, shorten } from '../errors/text.js';

/** A column of a table for people. */
export interface TableColumn {
  readonly title: string;
  /** The side on which the text stands. Default: left; numbers stand right. */
  readonly align?: 'left' | 'right';
  /** Whether it may be cut where the table is wider than the terminal. Default: false. */
  readonly cuts?: boolean;
  /** Paints a cell after it has got its width. */
  readonly paint?: ((padded: string, row: number) => string) | undefined;
}

const gap = '  ';
const narrowest = 8;

/**
 * A table as lines, headings first. Where it does not fit into `width` cells, the columns that may be cut are made
 * narrower, the widest first, and then whatever still sticks out is cut at the end of the line.
 */
export function tableLines(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  width: number | null,
  heading: (text: string) => string = (text) => text,
): string[] {
  const cells = rows.map((row) => columns.map((_, i) => oneLine(row[i] ?? '')));
  const widths = columns.map((column, i) =>
    cells.reduce((most, row) => Math.max(most, displayWidth(row[i] ?? '')), displayWidth(column.title)),
  );
  if (width !== null) narrow(columns, widths, width);
  const line = (row: readonly string[], brush: (text: string, column: number) => string): string => {
    let room = width ?? Number.POSITIVE_INFINITY;
    const parts: string[] = [];
    for (const [i, column] of columns.entries()) {
      const last = i === columns.length - 1 && column.align !== 'right';
      const cellWidth = Math.min(widths[i] ?? 0, room);
      if (cellWidth <= 0) break;
      const text = shorten(row[i] ?? '', cellWidth);
      parts.push(brush(last ? text : pad(text, cellWidth, column.align ?? 'left'), i));
      room -= cellWidth + gap.length;
    }
    return parts.join(gap).trimEnd();
  };
  return [
    line(
      columns.map((column) => column.title),
      heading,
    ),
    ...cells.map((row, index) => line(row, (text, i) => columns[i]?.paint?.(text, index) ?? text)),
  ];
}

function narrow(columns: readonly TableColumn[], widths: number[], width: number): void {
  const total = (): number => widths.reduce((sum, each) => sum + each + gap.length, -gap.length);
  for (let over = total() - width; over > 0; over = total() - width) {
    const candidates = columns
      .map((column, i) => ({ i, width: widths[i] ?? 0, cuts: column.cuts === true }))
      .filter((column) => column.cuts && column.width > narrowest)
      .sort((a, b) => b.width - a.width);
    const [widest, second] = candidates;
    if (widest === undefined) return;
    // Down to the next widest, so that columns of about the same width give way together.
    const step = Math.max(1, widest.width - Math.max(second?.width ?? narrowest, narrowest));
    widths[widest.i] = widest.width - Math.min(step, over);
  }
}
