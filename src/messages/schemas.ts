import type { SchemaOutcome } from '../coordinator/index.js';
import type { KeptColumn } from '../core/kept-schema.js';
import { oneLine, paint } from '../errors/text.js';
import { count, counted, shortPath } from './format.js';
import type { Output } from './output.js';
import { tableLines } from './table.js';

/** The kept columns of entities, for people. */
export function keptText(outcomes: readonly SchemaOutcome[], output: Output, cwd: string): string {
  const brush = paint(output.color);
  const blocks = outcomes
    .filter(({ error }) => error === null)
    .map(({ name, path, kept }) => {
      const title = brush.strong(oneLine(name));
      if (kept === null) return `${title}  nothing is kept yet; the first run does it`;
      return [`${title}  ${brush.faint(oneLine(shortPath(path, cwd)))}`, ...columnLines(kept, output)].join(
        '\n',
      );
    });
  return blocks.length === 0 ? '' : `${blocks.join('\n\n')}\n`;
}

function columnLines(columns: readonly KeptColumn[], output: Output): readonly string[] {
  const rows = columns.map(({ name, type, nullable }) => [
    `  ${oneLine(name)}`,
    oneLine(type),
    nullable ? '' : 'never NULL',
  ]);
  const shape = [{ title: '', cuts: true }, { title: '', cuts: true }, { title: '' }] as const;
  return tableLines(shape, rows, output.columns)
    .slice(1)
    .map((line) => line.trimEnd());
}

/** How the columns that come now differ from those that are kept, for people. */
export function differencesText(outcomes: readonly SchemaOutcome[], output: Output): string {
  const brush = paint(output.color);
  const lines: string[] = [];
  for (const { name, kept, now, changes, accepted } of outcomes.filter(({ error }) => error === null)) {
    const title = brush.strong(oneLine(name));
    const amount = counted(now?.length ?? 0, 'column');
    if (changes.length === 0) {
      const same = accepted ? `${amount} accepted` : `${amount}, as they are kept`;
      const first = accepted ? `${amount} accepted` : 'nothing is kept yet; the first run does it';
      lines.push(`${brush.good('✓')} ${title}  ${kept === null ? first : same}`);
      continue;
    }
    const verdict = accepted ? `${amount} accepted` : counted(changes.length, 'difference');
    lines.push(`${accepted ? brush.good('✓') : brush.bad('✗')} ${title}  ${verdict}`);
    for (const { message, action } of changes) {
      const text = accepted ? (message.split(/: |; /)[0] ?? message) : message;
      const stops = action === 'refused' && !accepted ? ` ${brush.bad('– this stops the run')}` : '';
      lines.push(`    ${oneLine(text)}${stops}`);
    }
  }
  if (lines.length === 0) return '';
  const total = totalText(outcomes, brush);
  return `${[...lines, ...(total === null ? [] : ['', total])].join('\n')}\n`;
}

function totalText(outcomes: readonly SchemaOutcome[], brush: ReturnType<typeof paint>): string | null {
  const entities = counted(outcomes.length, 'entity', 'entities');
  if (outcomes.some(({ error }) => error !== null)) return null;
  if (outcomes.some(({ accepted }) => accepted))
    return brush.good('Kept: the next run settles with these columns. Nothing was written into a store.');
  const differ = outcomes.filter(({ changes }) => changes.length > 0).length;
  return differ === 0
    ? brush.good(`${entities} looked at, no difference.`)
    : brush.bad(
        `Differences in ${count(differ)} of ${entities}. \`hygge schema accept FLOW\` keeps the columns as they are now.`,
      );
}
