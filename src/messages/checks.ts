import type { CheckOutcome } from '../coordinator/index.js';
import { renderError } from '../errors/render.js';
import { oneLine, paint } from '../errors/text.js';
import { count, counted, shortPath } from './format.js';
import type { Output } from './output.js';

export interface ChecksOptions {
  /** The folder that paths are shown relative to. */
  readonly cwd: string;
  /** With stack traces. Default: false. */
  readonly verbose?: boolean;
}

/** What became of the checks of homes and stores, for people: a line for each, and how to mend what is wrong. */
export function checksText(
  outcomes: readonly CheckOutcome[],
  output: Output,
  options: ChecksOptions,
): string {
  const brush = paint(output.color);
  const lines = outcomes.map((outcome) => {
    const what = `${brush.strong(oneLine(outcome.name))} ${outcome.role}  ${brush.faint(outcome.type)}`;
    const where = oneLine(shortPath(outcome.where, options.cwd));
    const mark = outcome.ok ? brush.good('✓') : brush.bad('✗');
    const line = `${mark} ${what}  ${where}${outcome.ok ? brush.faint(`  ${oneLine(outcome.message)}`) : ''}`;
    if (outcome.ok) return line;
    if (outcome.error === null) return `${line}\n    ${oneLine(outcome.message)}`;
    const { cwd, verbose } = options;
    const text = renderError(outcome.error, { color: output.color, cwd, verbose: verbose ?? false });
    return `${line}\n${text.replace(/^(?=.)/gm, '    ')}`;
  });
  const failed = outcomes.filter((outcome) => !outcome.ok).length;
  const total =
    failed === 0
      ? brush.good(allPassed(outcomes))
      : brush.bad(`${count(failed)} of ${counted(outcomes.length, 'check')} failed.`);
  return `${lines.join('\n')}\n\n${total}\n`;
}

/** With what can be done next. */
function allPassed(outcomes: readonly CheckOutcome[]): string {
  const passed =
    outcomes.length === 1 ? 'The check passed.' : `All ${counted(outcomes.length, 'check')} passed.`;
  const [first] = outcomes;
  if (first === undefined || outcomes.some(({ role }) => role !== 'connection'))
    return `${passed} hygge go can run.`;
  return `${passed} hygge discover ${first.name} lists the tables.`;
}
