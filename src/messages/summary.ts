import { dirname } from 'node:path';
import type { Events } from '../core/events.js';
import type { Plan } from '../core/plan.js';
import type { EntityResult, RunResult } from '../core/result.js';
import type { HyggeError } from '../errors/index.js';
import { renderError } from '../errors/render.js';
import { oneLine, paint, printable } from '../errors/text.js';
import { contractText } from './check-results.js';
import { proposed, shellSafe } from './command-line.js';
import { bytes, count, counted, duration, rowRate, shortPath } from './format.js';
import type { Output } from './output.js';
import { placeOf } from './place.js';
import { tableLines } from './table.js';

export interface SummaryOptions {
  /** The folder that paths are shown relative to. */
  readonly cwd: string;
  /** With stack traces. Default: false. */
  readonly verbose?: boolean;
  /** The workspace or file that was named on the command line, for the commands that are proposed. Default: none. */
  readonly path?: string | undefined;
}

/** What a run's result does not say itself: heard while it ran. */
export interface RunMemory {
  readonly plans: ReadonlyMap<string, Plan>;
  readonly errors: ReadonlyMap<string, HyggeError>;
}

/** Keeps the plans and errors of a run for its summary. */
export function remember(events: Events): RunMemory {
  const plans = new Map<string, Plan>();
  const errors = new Map<string, HyggeError>();
  events.on('flow.planned', ({ ref, plan }) => plans.set(ref.name, plan));
  events.on('flow.finished', ({ ref, error }) => {
    if (error !== null) errors.set(ref.name, error);
  });
  return { plans, errors };
}

/** Places and failures that a summary lists, at most; a run may have thousands. */
const mostListed = 10;

/** The end of a run, for people: what passed, what failed and why, where it settled, what to do next. */
export function summaryText(
  result: RunResult,
  memory: RunMemory,
  output: Output,
  options: SummaryOptions,
): string {
  const passed = result.flows.filter((flow) => flow.status === 'success');
  const failed = result.flows.filter((flow) => flow.status === 'fail');
  const skipped = result.flows.filter((flow) => flow.status === 'skip');
  const blocks = [
    headline(result, passed.length, failed.length, skipped.length, output),
    settledText(passed, memory, output, options.cwd),
    contractText(result.flows.slice(0, mostListed), output, paint(output.color), options),
    failedText(failed, memory, output, options),
    nextSteps(failed, output, options),
  ];
  return `\n${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function headline(
  result: RunResult,
  passed: number,
  failed: number,
  skipped: number,
  output: Output,
): string {
  const brush = paint(output.color);
  const total = passed + failed + skipped;
  const entities = counted(total, 'entity', 'entities');
  const verdict =
    failed > 0
      ? brush.bad(total === 1 ? '✗ It did not settle' : `✗ ${count(failed)} of ${entities} did not settle`)
      : result.status === 'fail'
        ? brush.bad('✗ The run was stopped')
        : passed === 0
          ? brush.good('✓ Nothing new to move')
          : brush.good(passed === 1 ? '✓ It has settled' : `✓ All ${entities} have settled`);
  const counts = [
    brush.strong(`${count(passed)} passed`),
    `${count(failed)} failed`,
    `${count(skipped)} skipped`,
    counted(result.rows, 'row'),
    duration(result.duration_s),
    rowRate(result.rows, result.duration_s),
  ].filter((part) => part !== null);
  return `${verdict}\n  ${counts.join(' · ')}`;
}

function settledText(
  passed: readonly EntityResult[],
  memory: RunMemory,
  output: Output,
  cwd: string,
): string {
  if (passed.length === 0) return '';
  const rows = passed.slice(0, mostListed).map((flow) => [
    `  ${flow.name}`,
    counted(flow.rows, 'row'),
    // A database does not tell.
    flow.bytes_written === 0 ? '' : bytes(flow.bytes_written),
    `→ ${settledIn(flow, memory, cwd)}`,
  ]);
  const columns = [
    { title: '', cuts: true },
    { title: '', align: 'right' },
    { title: '', align: 'right' },
    { title: '', cuts: true },
  ] as const;
  const lines = tableLines(columns, rows, output.columns).slice(1);
  if (passed.length > mostListed) lines.push(`  … and ${count(passed.length - mostListed)} more`);
  return lines.join('\n');
}

function settledIn(flow: EntityResult, memory: RunMemory, cwd: string): string {
  const plan = memory.plans.get(flow.name);
  if (plan !== undefined) return placeOf(plan.store, cwd);
  const first = flow.files[0];
  return first === undefined ? 'its store' : shortPath(dirname(first), cwd);
}

function failedText(
  failed: readonly EntityResult[],
  memory: RunMemory,
  output: Output,
  options: SummaryOptions,
): string {
  const brush = paint(output.color);
  const blocks = failed.slice(0, mostListed).map((flow) => {
    const name = brush.strong(oneLine(flow.name));
    const error = memory.errors.get(flow.name);
    const text =
      error === undefined
        ? brush.bad(printable(flow.error?.message ?? 'failed'))
        : renderError(error, { color: output.color, verbose: options.verbose ?? false, cwd: options.cwd });
    return `${name}\n${indent(text)}`;
  });
  if (failed.length > mostListed) {
    blocks.push(
      `… and ${count(failed.length - mostListed)} more; \`hygge journal --status fail\` has them all.`,
    );
  }
  return blocks.join('\n\n');
}

const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ');

function nextSteps(failed: readonly EntityResult[], output: Output, { path }: SummaryOptions): string {
  if (failed.length === 0) return '';
  const brush = paint(output.color);
  const flows = failed.filter((flow) => flow.entity === null).map((flow) => flow.flow);
  const entities = failed
    .filter((flow) => flow.entity !== null)
    .map((flow) => `${flow.flow}.${flow.entity ?? ''}`);
  const flags = [
    ...(flows.length > 0 ? [`--flow ${flows.join(',')}`] : []),
    ...(entities.length > 0 ? [`--entity ${entities.join(',')}`] : []),
  ];
  const some = failed.length <= mostListed ? flags : [];
  const again = proposed('go', path, ...some.map(shellSafe));
  const check = proposed('debug', path);
  const width = Math.max(check.length, again.length);
  return [
    brush.strong('Next'),
    `  ${check.padEnd(width)}  checks every home and store`,
    `  ${again.padEnd(width)}  runs what failed again, once it is mended`,
  ].join('\n');
}
