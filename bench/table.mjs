/** A table as Markdown, its columns aligned: the first to the left, and figures to the right. */
export function tableText({ header, lines, words = 1 }) {
  const all = [header, ...lines].map((line) => line.map((cell) => `${cell ?? ''}`.replaceAll('|', '\\|')));
  const widths = header.map((_, i) => Math.max(3, ...all.map((line) => [...(line[i] ?? '')].length)));
  const row = (cells) => `| ${cells.map((cell, i) => pad(cell, widths[i], i < words)).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i < words ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const [first, ...rest] = all;
  return [row(first), rule, ...rest.map(row)].join('\n');
}

const pad = (cell, width, left) => {
  const room = ' '.repeat(Math.max(0, width - [...cell].length));
  return left ? cell + room : room + cell;
};

/** Goals as a table. */
export function goalsTable(goals) {
  return tableText({
    header: ['goal', 'wanted', 'measured', ''],
    lines: goals.map(({ text, wanted, figure, reached }) => [
      text,
      wanted,
      figure,
      reached === null ? '' : reached ? 'reached' : '**missed**',
    ]),
  });
}
