import type { Command } from 'commander';
import type { PublishedRun, UndoOutcome } from '../../coordinator/index.js';
import { renderErrors } from '../../errors/render.js';
import { oneLine, paint } from '../../errors/text.js';
import { counted, jsonText } from '../../messages/index.js';
import { confirmed } from '../confirm.js';
import { type Context, exitCodeOf, exitCodes } from '../context.js';
import { prepare } from '../run-options.js';
import { stopSignals } from '../stop.js';

const examples = `
Examples:
  hygge undo 01k0q3v7r2                  take back the run whose id begins so
  hygge undo 01k0q3v7r2 simple.yml       of the project of one file
  hygge undo 01k0q3v7r2 --yes            without being asked

In every store that the run published to, its rows go, and what was there before comes back, with the watermark.
That can be done for the last run of a store, once. Where one of the stores cannot, none is changed.
hygge journal shows the runs, and hygge journal show RUN what one of them did.
Exit codes: 0 taken back, 1 it could not be taken back, or you said no, 2 there is no such run.`;

interface UndoFlags {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `hygge undo`: takes a run back. */
export function registerUndo(program: Command, context: Context, done: (exitCode: number) => void): void {
  program
    .command('undo')
    .description('take back the last run of its stores, with the watermark')
    .argument('<run>', "the run's id, or the beginning of it")
    .argument('[path]', 'a YAML file with flows, or a workspace folder (default: the workspace found upward)')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print what was done as one JSON document')
    .addHelpText('after', examples)
    .action(async (run: string, path: string | undefined, flags: UndoFlags) => {
      done(await undo(run, path, flags, context));
    });
}

async function undo(
  name: string,
  path: string | undefined,
  flags: UndoFlags,
  context: Context,
): Promise<number> {
  const { coordinator } = await prepare(path, {}, context);
  const run = await coordinator.findRun(name);
  if (!(await confirmed(questionOf(run), flags.yes))) {
    context.err.write('Nothing was changed.\n');
    return exitCodes.failed;
  }
  const stop = stopSignals();
  const outcomes = await coordinator.undo(run, { signal: stop.signal }).finally(stop.dispose);
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  if (flags.json === true) context.out.write(jsonText(document(run, outcomes)));
  else tell(run, outcomes, context);
  return errors.length === 0 ? exitCodes.done : exitCodeOf(errors);
}

function questionOf({ runId, entries }: PublishedRun): string {
  const what = entries
    .slice(0, 10)
    .map(({ name, row_count: rows }) => `  ${oneLine(name)}: ${counted(rows, 'row')}\n`);
  const more = entries.length > what.length ? `  … and ${entries.length - what.length} more\n` : '';
  return `Run ${runId} published:\n${what.join('')}${more}Take it back?`;
}

function tell(run: PublishedRun, outcomes: readonly UndoOutcome[], { out, err, cwd }: Context): void {
  const brush = paint(out.color);
  for (const { name, undone, already, watermark } of outcomes) {
    if (!undone && !already) continue;
    const what = undone ? `run ${run.runId} was taken back` : `run ${run.runId} had been taken back before`;
    const now =
      watermark === null ? '' : `; the watermark is now ${watermark.column} = ${oneLine(watermark.value)}`;
    out.write(`${brush.good('✓')} ${brush.strong(oneLine(name))}: ${what}${now}\n`);
  }
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  if (errors.length > 0) err.write(`${renderErrors(errors, { color: err.color, cwd })}\n`);
  const left = outcomes.filter(({ undone, already, error }) => !undone && !already && error === null);
  if (left.length > 0) {
    const stayed = left.length === 1 ? 'stayed as it is' : 'stayed as they are';
    err.write(`\nSo the other ${counted(left.length, 'store')} ${stayed}.\n`);
  }
}

function document({ runId }: PublishedRun, outcomes: readonly UndoOutcome[]): object {
  return {
    status: outcomes.every(({ error }) => error === null) ? 'success' : 'fail',
    run_id: runId,
    stores: outcomes.map(({ name, undone, already, watermark, error }) => ({
      name,
      undone: undone || already,
      watermark: watermark?.value ?? null,
      error: error?.toJSON() ?? null,
    })),
  };
}
