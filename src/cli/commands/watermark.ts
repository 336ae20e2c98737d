import type { Command } from 'commander';
import type { Coordinator, RunRequest, WatermarkOutcome } from '../../coordinator/index.js';
import { fail } from '../../errors/index.js';
import { renderErrors } from '../../errors/render.js';
import { oneLine, paint } from '../../errors/text.js';
import { counted, jsonText } from '../../messages/index.js';
import { tableLines } from '../../messages/table.js';
import { confirmed } from '../confirm.js';
import { type Context, exitCodeOf, exitCodes } from '../context.js';
import type { RunFlags } from '../flags.js';
import { addSelection, prepare } from '../run-options.js';
import { stopSignals } from '../stop.js';

const examples = `
Examples:
  hygge watermark list                                   how far every flow has come
  hygge watermark list simple.yml --json                 the same for the flows of one file, as JSON
  hygge watermark set 2026-01-31 -f orders               go on from there
  hygge watermark clear -e crm.accounts --yes            start from the beginning, without being asked

A watermark is kept with the data, and is changed there. Rows that the store holds already never arrive twice,
wherever the next run starts. Exit codes: 0 done, 1 it could not be done, or you said no, 2 wrong usage.`;

interface WatermarkFlags extends RunFlags {
  readonly yes?: boolean;
}

/** `hygge watermark`: shows how far each flow has come, and changes it. */
export function registerWatermark(
  program: Command,
  context: Context,
  done: (exitCode: number) => void,
): void {
  const command = program
    .command('watermark')
    .description('show, set or clear how far incremental flows have come')
    .addHelpText('after', examples);
  addSelection(command.command('list').description('show the watermark of every flow'))
    .option('--json', 'print them as one JSON document')
    .action(async (path: string | undefined, flags: WatermarkFlags) => {
      done(await list(path, flags, context));
    });
  addSelection(
    command
      .command('set')
      .description('go on from a value: rows below it are not moved by the next run')
      .argument('<value>', 'the value, as the watermark column has it'),
  )
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print what was done as one JSON document')
    .action(async (value: string, path: string | undefined, flags: WatermarkFlags) => {
      done(await change(value, path, flags, context));
    });
  addSelection(command.command('clear').description('start from the beginning with the next run'))
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print what was done as one JSON document')
    .action(async (path: string | undefined, flags: WatermarkFlags) => {
      done(await change(null, path, flags, context));
    });
}

async function list(path: string | undefined, flags: WatermarkFlags, context: Context): Promise<number> {
  const { coordinator, request } = await prepare(path, flags, context);
  const outcomes = await stoppable(request, (asked) => coordinator.watermarks(asked));
  if (flags.json === true) context.out.write(jsonText(document(outcomes)));
  else tell(outcomes, context);
  return exitCode(outcomes);
}

async function change(
  value: string | null,
  path: string | undefined,
  flags: WatermarkFlags,
  context: Context,
): Promise<number> {
  if (value !== null && flags.flow === undefined && flags.entity === undefined) {
    throw fail('USAGE', {
      reason: 'watermark set needs to know whose watermark',
      hint: 'Add -f FLOW or -e FLOW.ENTITY. Nothing was changed.',
    });
  }
  const { coordinator, request } = await prepare(path, flags, context);
  const before = await stoppable(request, (asked) => coordinator.watermarks(asked));
  if (!(await confirmed(questionOf(before, value), flags.yes))) {
    context.err.write('Nothing was changed.\n');
    return exitCodes.failed;
  }
  const outcomes = await stoppable(request, (asked) => coordinator.setWatermark({ ...asked, value }));
  if (flags.json === true) context.out.write(jsonText(document(outcomes)));
  else tell(outcomes, context);
  return exitCode(outcomes);
}

type Asked = Parameters<Coordinator['watermarks']>[0];

async function stoppable<T>(
  request: RunRequest,
  work: (request: Asked & RunRequest) => Promise<T>,
): Promise<T> {
  const stop = stopSignals();
  return work({ ...request, signal: stop.signal }).finally(stop.dispose);
}

function questionOf(outcomes: readonly WatermarkOutcome[], value: string | null): string {
  const lines = outcomes
    .slice(0, 10)
    .map(
      ({ name, watermark }) =>
        `  ${oneLine(name)}: ${watermark === null ? 'none' : oneLine(watermark.value)}\n`,
    );
  const more = outcomes.length > lines.length ? `  … and ${outcomes.length - lines.length} more\n` : '';
  const what = value === null ? 'Clear them?' : `Set them to ${oneLine(value)}?`;
  return `The watermarks are now:\n${lines.join('')}${more}${what}`;
}

function tell(outcomes: readonly WatermarkOutcome[], { out, err, cwd }: Context): void {
  const brush = paint(out.color);
  const good = outcomes.filter(({ error }) => error === null);
  const columns = [
    { title: 'flow', cuts: true },
    { title: 'column' },
    { title: 'type' },
    { title: 'value', cuts: true },
    { title: 'since' },
  ] as const;
  const rows = good.map(({ name, column, watermark }) => [
    oneLine(name),
    oneLine(watermark?.column ?? column ?? '–'),
    watermark?.type ?? '–',
    watermark === null ? '–' : oneLine(watermark.value),
    watermark === null || watermark.since === '' ? '–' : watermark.since,
  ]);
  if (good.length > 0) {
    const known = good.filter(({ watermark }) => watermark !== null).length;
    out.write(`${tableLines(columns, rows, out.columns, brush.faint).join('\n')}\n\n`);
    out.write(`${counted(known, 'watermark')}.\n`);
  }
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  if (errors.length > 0) err.write(`${renderErrors(errors, { color: err.color, cwd })}\n`);
}

function document(outcomes: readonly WatermarkOutcome[]): object {
  return {
    status: outcomes.every(({ error }) => error === null) ? 'success' : 'fail',
    watermarks: outcomes.map(({ name, column, watermark, error }) => ({
      name,
      column: watermark?.column ?? column,
      type: watermark?.type ?? null,
      value: watermark?.value ?? null,
      since: watermark?.since ?? null,
      error: error?.toJSON() ?? null,
    })),
  };
}

function exitCode(outcomes: readonly WatermarkOutcome[]): number {
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  return errors.length === 0 ? exitCodes.done : exitCodeOf(errors);
}
