import type { Command } from 'commander';
import type { RecoverOutcome } from '../../coordinator/index.js';
import { renderErrors } from '../../errors/render.js';
import { oneLine, paint } from '../../errors/text.js';
import { counted, jsonText } from '../../messages/index.js';
import { type Context, exitCodeOf, exitCodes } from '../context.js';
import type { RunFlags } from '../flags.js';
import { addSelection, prepare } from '../run-options.js';
import { stopSignals } from '../stop.js';

const examples = `
Examples:
  hygge recover              look after every store of the workspace
  hygge recover -f orders    after those of one flow

What a run that died had begun to publish is finished, what it had only staged or spilled is removed, and the journal
gets the entries that it could not write. The next hygge go does the same for the stores that it writes to.
Exit codes: 0 done, 1 a store could not be looked after (such as one that a living run holds), 2 the configuration
is wrong.`;

/** `hygge recover`: finishes or sweeps what dead runs left. */
export function registerRecover(program: Command, context: Context, done: (exitCode: number) => void): void {
  addSelection(
    program.command('recover').description('finish or sweep what runs left that died, and record it'),
  )
    .option('--json', 'print what was done as one JSON document')
    .addHelpText('after', examples)
    .action(async (path: string | undefined, flags: RunFlags) => {
      done(await recover(path, flags, context));
    });
}

async function recover(path: string | undefined, flags: RunFlags, context: Context): Promise<number> {
  const { coordinator, request } = await prepare(path, flags, context);
  const spilled: string[] = [];
  coordinator.events.on('run.notice', ({ message }) => spilled.push(message));
  const stop = stopSignals();
  const outcomes = await coordinator.recover({ ...request, signal: stop.signal }).finally(stop.dispose);
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  if (flags.json === true) context.out.write(jsonText(document(outcomes, spilled)));
  else tell(outcomes, spilled, context);
  return stop.exitCode() ?? (errors.length === 0 ? exitCodes.done : exitCodeOf(errors));
}

function tell(
  outcomes: readonly RecoverOutcome[],
  spilled: readonly string[],
  { out, err, cwd }: Context,
): void {
  const brush = paint(out.color);
  const say = (name: string, what: string): void =>
    out.write(`${brush.good('✓')} ${brush.strong(oneLine(name))}: ${oneLine(what)}\n`);
  for (const message of spilled) out.write(`${brush.good('✓')} ${oneLine(message)}\n`);
  for (const { name, runs, recorded } of outcomes) {
    for (const { message } of runs) say(name, message ?? '');
    for (const entry of recorded)
      say(name, `run ${entry.undoes ?? entry.coordinator_run_id} is now in the journal`);
  }
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  if (errors.length > 0) err.write(`${renderErrors(errors, { color: err.color, cwd })}\n`);
  const quiet = outcomes.filter(({ runs, recorded, error }) => {
    return error === null && runs.length + recorded.length === 0;
  });
  if (quiet.length > 0) out.write(`${counted(quiet.length, 'store')} had nothing to recover.\n`);
}

function document(outcomes: readonly RecoverOutcome[], spilled: readonly string[]): object {
  return {
    status: outcomes.every(({ error }) => error === null) ? 'success' : 'fail',
    spilled,
    stores: outcomes.map(({ name, runs, recorded, error }) => ({
      name,
      runs: runs.map(({ what, runId, message }) => ({ what, run_id: runId, message })),
      recorded: recorded.length,
      error: error?.toJSON() ?? null,
    })),
  };
}
