import type { PlanOutcome } from '../coordinator/index.js';
import type { Plan, WatermarkWindow } from '../core/plan.js';
import type { AddedColumn, ColumnChoice } from '../core/shaping.js';
import { typeName } from '../core/types.js';
import { renderError } from '../errors/render.js';
import { oneLine, type Paint, paint, shorten } from '../errors/text.js';
import { contractLine } from './check-results.js';
import { bytes, count, counted } from './format.js';
import type { Output } from './output.js';
import { placeOf } from './place.js';

export interface PlansOptions {
  /** The folder that paths are shown relative to. */
  readonly cwd: string;
  /** Every column, and stack traces. Default: false. */
  readonly verbose?: boolean;
}

/** Columns that are named without `verbose`, at most. */
const mostColumns = 12;

/** What would run, for people: a block for each entity, and a line for all. */
export function plansText(outcomes: readonly PlanOutcome[], output: Output, options: PlansOptions): string {
  const brush = paint(output.color);
  const blocks = outcomes.map((outcome) => outcomeText(outcome, output, brush, options));
  return `${[...blocks, totalText(outcomes, brush)].join('\n\n')}\n`;
}

function outcomeText(outcome: PlanOutcome, output: Output, brush: Paint, options: PlansOptions): string {
  const name = brush.strong(oneLine(outcome.name));
  if (outcome.error !== null) {
    const { cwd, verbose } = options;
    return `${name}\n${renderError(outcome.error, { color: output.color, cwd, verbose: verbose ?? false })}`;
  }
  if (outcome.plan === null) return name;
  const lines = planLines(outcome.plan, options).map(([label, text]) => {
    const room = output.columns === null ? text : shorten(text, Math.max(20, output.columns - 13));
    return `  ${(label === 'note' || label === 'schema' ? brush.warn : brush.faint)(label.padEnd(9))}  ${room}`;
  });
  return [name, ...lines].join('\n');
}

function planLines(plan: Plan, options: PlansOptions): [label: string, text: string][] {
  const { estimate } = plan;
  const amount = [
    estimate.files === null ? null : counted(estimate.files, 'file'),
    estimate.rows === null
      ? 'rows not known'
      : `${estimate.exact ? '' : 'about '}${counted(estimate.rows, 'row')}`,
    estimate.bytes === null ? null : bytes(estimate.bytes),
  ].filter((part) => part !== null);
  const lines: [string, string][] = [
    ['home', `${plan.home.type}  ${placeOf(plan.home, options.cwd)}  (${amount.join(', ')})`],
    ['store', `${plan.store.type}  ${placeOf(plan.store, options.cwd)}  (${contentsText(plan)})`],
    ['run type', `${plan.run_type}: ${modeText(plan)}`],
    ['route', oneLine(plan.reason)],
    ['columns', columnsText(plan, options.verbose ?? false)],
  ];
  if (plan.added.length > 0) lines.push(['added', oneLine(plan.added.map(addedText).join(', '))]);
  const found = Object.keys(plan.inferred ?? {}).length;
  if (found > 0) {
    const amount = found === plan.schema.length ? 'all of them' : counted(found, 'column');
    lines.push(['types', `${amount} found out from the data; columns: declares them`]);
  }
  for (const { message } of plan.schema_changes) lines.push(['schema', oneLine(message)]);
  if (plan.where !== null) lines.push(['where', oneLine(plan.where)]);
  if (plan.watermark !== null) lines.push(['watermark', watermarkText(plan.watermark)]);
  if (plan.contract !== null) lines.push(['contract', oneLine(contractLine(plan.contract))]);
  for (const warning of plan.warnings) lines.push(['note', oneLine(warning)]);
  return lines;
}

function contentsText({ contents }: Plan): string {
  if (contents.files === 0 && contents.bytes === 0 && (contents.rows ?? 0) === 0) return 'empty now';
  const parts = [
    contents.files > 0 ? counted(contents.files, 'file') : null,
    contents.rows === null ? null : counted(contents.rows, 'row'),
    contents.bytes > 0 ? bytes(contents.bytes) : null,
  ].filter((part) => part !== null);
  return `holds ${parts.join(', ')}`;
}

function modeText(plan: Plan): string {
  const empty = plan.contents.files === 0 && (plan.contents.rows ?? 0) === 0;
  switch (plan.mode) {
    case 'replace':
      return empty
        ? 'what it will hold is new'
        : `${contentsText(plan).replace(/^holds /, '')} will be replaced`;
    case 'append':
      return 'what is new is added, nothing is taken away';
    case 'merge':
      return 'rows with a known key are replaced, others are added';
  }
}

function columnsText(plan: Plan, all: boolean): string {
  const choices: readonly ColumnChoice[] =
    plan.columns ?? plan.output.map(({ name }) => ({ from: name, name }));
  const types = new Map(plan.output.map((column) => [column.name, typeName(column.type)]));
  const shown = all ? choices : choices.slice(0, mostColumns);
  const names = shown.map((choice) => {
    const { name } = choice;
    const renamed = [name, ...doneTo(choice)].join(' ');
    // Types that nobody declared are worth a look.
    const isTold = all || plan.inferred !== null;
    return oneLine(isTold ? `${renamed} ${types.get(name) ?? ''}`.trim() : renamed);
  });
  if (choices.length > shown.length) names.push(`… and ${count(choices.length - shown.length)} more`);
  const amount =
    plan.columns === null
      ? `all ${count(choices.length)}`
      : `${count(choices.length)} of ${count(plan.schema.length)}`;
  return `${amount}: ${names.join(', ')}`;
}

/** What becomes of a column, in parentheses. */
function doneTo({ from, name, as, mask }: ColumnChoice): string[] {
  const parts = [
    from === name ? null : `from ${from}`,
    as === undefined ? null : `as ${as}`,
    mask === undefined ? null : `masked by ${mask.rule}`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? [] : [`(${parts.join(', ')})`];
}

function addedText(added: AddedColumn): string {
  switch (added.made) {
    case 'hash_id':
      return `${added.name} (${added.algo} of ${added.from_columns.join(', ')})`;
    case 'constant':
      return `${added.name} (${JSON.stringify(added.value)})`;
    case 'timestamp':
      return `${added.name} (the time of the run)`;
  }
}

function watermarkText(window: WatermarkWindow): string {
  const key = window.primary_key.length > 0 ? `, primary key ${window.primary_key.join(', ')}` : '';
  const from = window.from === null ? 'from the beginning' : `from ${window.from}`;
  const to = window.to === null ? '' : ` to ${window.to}`;
  return oneLine(`${window.column} ${from}${to}${key}`);
}

function totalText(outcomes: readonly PlanOutcome[], brush: Paint): string {
  const plans = outcomes.map((outcome) => outcome.plan).filter((plan) => plan !== null);
  const failed = outcomes.length - plans.length;
  const rows = plans.reduce((sum, plan) => sum + (plan.estimate.rows ?? 0), 0);
  const size = plans.reduce((sum, plan) => sum + (plan.estimate.bytes ?? 0), 0);
  const entities = counted(plans.length, 'entity', 'entities');
  const known = plans.every((plan) => plan.estimate.rows !== null) ? `${counted(rows, 'row')}, ` : '';
  const could = `${entities} would run: ${known}${bytes(size)}. Nothing was written.`;
  if (failed === 0) return brush.good(could);
  return `${brush.bad(`${count(failed)} could not be planned.`)} ${could}`;
}
